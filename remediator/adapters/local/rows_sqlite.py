"""Where do rows live on one machine? `ports.Rows` in one SQLite file.

Built by bootstrap for the modes local and sandbox. Threads share one connection behind a lock, processes share the
file (WAL, busy timeout). It keeps Azure Tables' limits (`core.row_limits`) and manners: a checked row gets a new
version, and deleting a row that is not there is a lost race.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from remediator.core.errors import Misconfigured, RemediatorError, Transient
from remediator.core.row_limits import RANK, check_asked, check_batch, check_condition, check_key, is_key
from remediator.ports import Row, Write

BUSY_SECONDS = 10.0
SCHEMA_VERSION = 1
_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS rows (
        partition TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, labels TEXT NOT NULL,
        version INTEGER NOT NULL, PRIMARY KEY (partition, key))""",
    """CREATE TABLE IF NOT EXISTS labels (
        partition TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (partition, key, name)) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS labels_by_value ON labels (name, value, partition, key)",
    "CREATE TABLE IF NOT EXISTS sequence (last INTEGER NOT NULL)",
    "INSERT INTO sequence SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM sequence)",
)
_COLUMNS = "SELECT partition, key, body, labels, version FROM rows WHERE partition = ?"
_EQUALS = "SELECT partition, key FROM labels WHERE name = ? AND value = ?"
_AT_MOST = "SELECT partition, key FROM labels WHERE name = ? AND value <= ?"
_ORDERED = """SELECT found.partition, found.key FROM ({}) AS found
    LEFT JOIN labels AS first ON (first.partition, first.key, first.name) = (found.partition, found.key, ?)
    LEFT JOIN labels AS rank ON (rank.partition, rank.key, rank.name) = (found.partition, found.key, ?)
    ORDER BY first.value, rank.value IS NULL, rank.value, found.partition, found.key LIMIT ?"""
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class RowsSqlite:
    """Rows in one file; `close` it, or use it as a context manager."""

    def __init__(self, path: Path | None, *, busy_seconds: float = BUSY_SECONDS) -> None:
        """Open or create the file and its folder; None keeps everything in memory (this object only).

        `Misconfigured("store-unusable" | "store-damaged" | "store-too-new")`, `Transient("store-busy")`.
        """
        self._name = str(path) if path is not None else "the memory"
        self._lock = threading.RLock()
        with self._errors():
            if path is not None:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._db = sqlite3.connect(
                path or ":memory:", timeout=busy_seconds, isolation_level=None, check_same_thread=False
            )
        try:
            self._prepare()
        except RemediatorError:
            self._db.close()
            raise

    def __enter__(self) -> RowsSqlite:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; nothing may be asked afterwards."""
        with self._lock:
            self._db.close()

    def get(self, partition: str, key: str) -> Row | None:
        """As `ports.Rows.get`."""
        check_key("partition", partition)
        check_key("key", key)
        with self._errors(), self._lock:
            found = self._db.execute(f"{_COLUMNS} AND key = ?", (partition, key)).fetchone()
        return _row(found) if found else None

    def scan(self, partition: str, prefix: str = "") -> Sequence[Row]:
        """As `ports.Rows.scan`."""
        check_key("partition", partition)
        if prefix and not is_key(prefix):
            return ()
        with self._errors(), self._lock:
            found = self._db.execute(
                f"{_COLUMNS} AND key >= ? AND substr(key, 1, ?) = ? ORDER BY key",
                (partition, prefix, len(prefix), prefix),
            ).fetchall()
        return tuple(_row(each) for each in found)

    def find(
        self, equals: Mapping[str, str], *, at_most: tuple[str, str] | None = None, limit: int = 100
    ) -> Sequence[Row]:
        """As `ports.Rows.find`; rows of equal rank come in the order of partition and key."""
        check_asked(equals, at_most)
        selects = [_EQUALS] * len(equals) + ([_AT_MOST] if at_most else [])
        values = [part for pair in (*equals.items(), *([at_most] if at_most else [])) for part in pair]
        query = _ORDERED.format(" INTERSECT ".join(selects))
        order = (at_most[0] if at_most else "", RANK)
        with self._transaction("DEFERRED"):
            keys = self._db.execute(query, (*values, *order, max(0, limit))).fetchall()
            found = [self._db.execute(f"{_COLUMNS} AND key = ?", pair).fetchone() for pair in keys]
        return tuple(_row(each) for each in found)

    def write(self, partition: str, writes: Sequence[Write]) -> Mapping[str, str]:
        """As `ports.Rows.write`; a checked row gets a new version too, a deleted one has none."""
        check_batch(partition, ((w.key, w.body, w.labels) for w in writes))
        for write in writes:
            check_condition(write.key, write.version, check=write.check, deletes=write.body is None)
        with self._transaction("IMMEDIATE"):
            return {w.key: version for w in writes if (version := self._written(partition, w)) is not None}

    def _written(self, partition: str, write: Write) -> str | None:
        place = (partition, write.key)
        found = self._db.execute("SELECT version FROM rows WHERE partition = ? AND key = ?", place).fetchone()
        there = str(found[0]) if found else ""
        fits = there == write.version or (write.version == "*" and (write.body is not None or bool(there)))
        if not fits:
            raise Transient(
                "lost-race",
                f"storing {write.key}: it is not as it was read",
                retry_after=0.0,
                context={"partition": partition, "key": write.key},
            )
        version: int = self._db.execute("UPDATE sequence SET last = last + 1 RETURNING last").fetchone()[0]
        if write.check:
            self._db.execute("UPDATE rows SET version = ? WHERE partition = ? AND key = ?", (version, *place))
            return str(version)
        self._db.execute("DELETE FROM rows WHERE partition = ? AND key = ?", place)
        self._db.execute("DELETE FROM labels WHERE partition = ? AND key = ?", place)
        if write.body is None:
            return None
        labels = {name: value for name, value in write.labels.items() if value}
        stored = (*place, write.body, json.dumps(labels), version)
        self._db.execute("INSERT INTO rows (partition, key, body, labels, version) VALUES (?, ?, ?, ?, ?)", stored)
        self._db.executemany("INSERT INTO labels VALUES (?, ?, ?, ?)", [(*place, *label) for label in labels.items()])
        return str(version)

    def _prepare(self) -> None:
        with self._errors():
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
        with self._transaction("IMMEDIATE"):
            known = self._db.execute("PRAGMA user_version").fetchone()[0]
            if known > SCHEMA_VERSION:
                raise Misconfigured(
                    "store-too-new",
                    f"opening {self._name}: a newer version of the program has written it",
                    hint="use that version, or another data folder",
                )
            for statement in _SCHEMA:
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[None]:
        with self._errors(), self._lock:
            self._db.execute(f"BEGIN {kind}")
            try:
                yield
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, OSError) as error:
            raise self._ours(error) from error

    def _ours(self, error: Exception) -> Misconfigured | Transient:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        message = f"using {self._name}: {error}"
        if code in _BUSY:
            return Transient("store-busy", message, retry_after=1.0)
        if code in _DAMAGED:
            return Misconfigured("store-damaged", message, hint="put the file back from a backup, or move it away")
        return Misconfigured("store-unusable", message, hint="is the folder writable, and is there space on the disk?")


def _row(found: tuple[str, str, bytes, str, int]) -> Row:
    partition, key, body, labels, version = found
    return Row(partition, key, bytes(body), json.loads(labels), str(version))

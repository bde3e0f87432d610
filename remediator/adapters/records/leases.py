"""Who may write to which network or registry? `ports.Leases` over any `ports.Rows`.

`flow/apply` takes a lease before any side effect and asks `still_held` before each write. A lease is a row in the
partition `leases`: {owner, until, epoch, name, process}. All names of one taking are written in one batch, so that it
is all or none, and nobody waits for one while holding another. There is no re-entrance. A lease whose process is known
to have ended is free at once; elsewhere it runs until `until`.
Clocks of different machines are trusted to differ by less than a lease's last third.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from remediator.core.errors import Misconfigured, Transient
from remediator.ports import Clock, Rows, Write

PARTITION = "leases"
TRIES = 5


@dataclass(frozen=True, slots=True)
class _Entry:
    """One lease row as it was read; `version` is "" while there is none."""

    name: str
    owner: str = ""
    until: datetime | None = None
    epoch: int = 0
    version: str = ""
    process: str = ""

    @property
    def body(self) -> bytes:
        until = self.until.isoformat() if self.until else None
        held = {"name": self.name, "owner": self.owner, "until": until, "epoch": self.epoch, "process": self.process}
        return json.dumps(held).encode()


class RowLeases:
    """Leases in rows.

    On one machine `process` names this process, and `is_gone` tells whether another one has ended.
    """

    def __init__(
        self, rows: Rows, clock: Clock, *, process: str = "", is_gone: Callable[[str], bool] = lambda _: False
    ) -> None:
        self._rows = rows
        self._clock = clock
        self._process = process
        self._is_gone = is_gone

    def take(self, names: Sequence[str], owner: str, seconds: float) -> RowLease | None:
        """As `ports.Leases.take`; also None when others were faster several times."""
        for _ in range(TRIES):
            now = self._clock.now()
            entries = [_read(self._rows, name) for name in sorted(set(names))]
            if any(self._is_held(entry, now) for entry in entries):
                return None
            until = now + timedelta(seconds=seconds)
            taken = [_Entry(e.name, owner, until, e.epoch + 1, e.version, self._process) for e in entries]
            held = _stored(self._rows, taken)
            if held is not None:
                return RowLease(self._rows, self._clock, held, now, seconds)
        return None

    def _is_held(self, entry: _Entry, now: datetime) -> bool:
        if not entry.owner or entry.until is None or entry.until <= now:
            return False
        return not (entry.process and self._is_gone(entry.process))


class RowLease:
    """A lease that was taken; once lost it stays lost."""

    def __init__(self, rows: Rows, clock: Clock, entries: tuple[_Entry, ...], since: datetime, seconds: float) -> None:
        self._rows, self._clock, self._seconds = rows, clock, seconds
        self._entries: tuple[_Entry, ...] | None = entries
        self._since = since

    def still_held(self) -> bool:
        """As `ports.Lease.still_held`: reads the rows each time; an expired lease is lost, also if nobody took it.

        Raises the store's error when it cannot be read: then nothing may be written either.
        """
        if self._entries is None:
            return False
        now = self._clock.now()
        if any(not _same(_read(self._rows, entry.name), entry, now) for entry in self._entries):
            self._entries = None
            return False
        if now - self._since >= timedelta(seconds=self._seconds / 3):
            until = now + timedelta(seconds=self._seconds)
            renewed = [replace(e, until=until) for e in self._entries]
            self._entries, self._since = _stored(self._rows, renewed), now
        return self._entries is not None

    def release(self) -> None:
        """As `ports.Lease.release`; the rows stay for the sake of their epoch."""
        if self._entries is not None:
            _stored(self._rows, [replace(e, owner="", until=None) for e in self._entries])
        self._entries = None


def _same(live: _Entry, ours: _Entry, now: datetime) -> bool:
    return (live.owner, live.epoch) == (ours.owner, ours.epoch) and live.until is not None and live.until > now


def _key(name: str) -> str:
    return hashlib.sha256(name.lower().encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _read(rows: Rows, name: str) -> _Entry:
    row = rows.get(PARTITION, _key(name))
    if row is None:
        return _Entry(name)
    try:
        document: Mapping[str, object] = json.loads(row.body)
        until, epoch = document["until"], document["epoch"]
        moment = None if until is None else datetime.fromisoformat(str(until))
        if moment is not None and moment.tzinfo is None:
            raise ValueError("a time without a zone")
        process = str(document.get("process", ""))
        return _Entry(name, str(document["owner"]), moment, int(str(epoch)), row.version, process)
    except (ValueError, KeyError, TypeError) as error:
        raise Misconfigured(
            "document-damaged",
            f"reading the lease of {name}: {error}",
            context={"document": "lease", "key": row.key},
            hint=f"delete the row {row.key} of the partition {PARTITION} while nothing is being applied",
        ) from error


def _stored(rows: Rows, entries: Sequence[_Entry]) -> tuple[_Entry, ...] | None:
    """The entries with their new versions, None when somebody else has written one of them."""
    try:
        versions = rows.write(PARTITION, [Write(_key(e.name), e.body, {}, e.version) for e in entries])
    except Transient as error:
        if error.code != "lost-race":
            raise
        return None
    return tuple(replace(e, version=versions[_key(e.name)]) for e in entries)

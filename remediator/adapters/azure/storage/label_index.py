"""Which rows have a label? The index that Tables lack: a table of entries beside the rows.

Used by `rows_tables`. All entries share one partition; the key of an entry is

    <label>-<text in hex>-<rank in hex>-<hash of the row's partition and key>-<mark>

so that the rows of one text are a range in the order of their rank, and the rows up to a text are a range as well. A
batch cannot hold rows and entries, hence the order of writes and the marks (docs/adr/0005): an entry counts only while
its row bears its mark. It is written before the row and deleted after it, so an entry can be too many, never missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from remediator.adapters.azure.storage.entity import Entity, labels_of, marks_of, rank_of
from remediator.adapters.azure.storage.table import Table
from remediator.core.errors import Transient
from remediator.core.row_limits import BATCH

PARTITION = "labels"
TEXT_LENGTH = 240  # of a key's 512 characters; what is longer is told apart by the row itself
# In a key "-" ends a part and sorts before every hex digit; "." is the next sign after it.
_END, _AFTER, _NO_RANK = "-", ".", "z"
_Range = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its key, the row that it leads to, and when it was written (None: not read yet)."""

    key: str
    partition: str
    row: str
    written: datetime | None = None

    @property
    def label(self) -> str:
        """The label's name."""
        return self.key.partition(_END)[0]

    @property
    def mark(self) -> str:
        """What its row must bear."""
        return self.key.rpartition(_END)[2]


def entries_of(entity: Entity | None) -> dict[str, Entry]:
    """The entries by which an entity is found, by label."""
    if entity is None:
        return {}
    partition, key, rank = str(entity["PartitionKey"]), str(entity["RowKey"]), rank_of(entity)
    labels = labels_of(entity)
    return {
        name: Entry(_key(name, labels[name], rank, partition, key, mark), partition, key)
        for name, mark in marks_of(entity).items()
        if name in labels
    }


def marks_for(labels: Mapping[str, str], rank: str, before: Entity | None, fresh: str) -> dict[str, str]:
    """The marks of a row as it shall be: as before where neither the label nor the rank changes, else the fresh one."""
    marks, old = marks_of(before), labels_of(before)
    kept = marks if rank == rank_of(before) else {}
    return {name: kept[name] if name in kept and old.get(name) == text else fresh for name, text in labels.items()}


def equal_to(label: str, text: str) -> _Range:
    """The keys of the rows with this text, or one that begins alike and is very long."""
    start = f"{label}{_END}{_hex(text)}"
    return start + _END, start + _AFTER


def at_most(label: str, text: str) -> _Range:
    """The keys of the rows whose text is this one or comes before it."""
    return label + _END, f"{label}{_END}{_hex(text)}{_AFTER}"


class LabelIndex:
    """The table of entries."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, entries: Iterable[Entry]) -> None:
        """Write entries; one that is there is written again."""
        for some in _in_batches(entries):
            places = (({**_keys(entry), "partition": entry.partition, "row": entry.row}) for entry in some)
            self._table.batch([("upsert", place, {}) for place in places])

    def remove(self, entries: Iterable[Entry]) -> None:
        """Delete entries, in batches as long as nobody else deletes them too."""
        for some in _in_batches(entries):
            try:
                self._table.batch([("delete", _keys(entry), {}) for entry in some])
            except Transient as lost:
                if lost.code != "lost-race":
                    raise
                self._table.remove(PARTITION, [entry.key for entry in some])

    def walk(self, wanted: _Range, page: int) -> Iterator[list[Entry]]:
        """The entries of a range in their order, some at a time."""
        after, high = wanted
        while True:
            found = self._table.select(
                "PartitionKey eq @partition and RowKey gt @after and RowKey lt @high",
                page,
                partition=PARTITION,
                after=after,
                high=high,
            )
            if found:
                yield [_entry(entity) for entity in found]
                after = str(found[-1]["RowKey"])
            if len(found) < page:
                return


def _entry(entity: Entity) -> Entry:
    written = entity.metadata["timestamp"]  # type: ignore[attr-defined]
    return Entry(str(entity["RowKey"]), str(entity["partition"]), str(entity["row"]), written)


def _key(label: str, text: str, rank: str, partition: str, row: str, mark: str) -> str:
    place = hashlib.sha256(f"{partition}\n{row}".encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return _END.join((label, _hex(text), rank.encode().hex() or _NO_RANK, place, mark))


def _hex(text: str) -> str:
    return text.encode().hex()[:TEXT_LENGTH]


def _keys(entry: Entry) -> dict[str, str]:
    return {"PartitionKey": PARTITION, "RowKey": entry.key}


def _in_batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    rest = iter(entries)
    while some := list(islice(rest, BATCH)):
        yield some

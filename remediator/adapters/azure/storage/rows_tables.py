"""Where do rows live in Azure? `ports.Rows` on two tables: the rows, and the index of their labels.

Built by bootstrap. The limits are those of `core.row_limits`, the same on one machine. A write is one batch of the
rows' partition; around it the entries of changed labels are written and deleted (`label_index`, docs/adr/0005).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from azure.core import MatchConditions

from remediator.adapters.azure.storage.account import StorageAccount
from remediator.adapters.azure.storage.entity import Entity, entity_of, marks_of, row_of
from remediator.adapters.azure.storage.label_index import (
    Entry,
    LabelIndex,
    entries_of,
    equal_to,
    marks_for,
)
from remediator.adapters.azure.storage.label_index import (
    at_most as up_to,
)
from remediator.adapters.azure.storage.table import Operation, Table
from remediator.core.errors import RemediatorError, Transient
from remediator.core.row_limits import RANK, check_asked, check_batch, check_condition, check_key, is_key
from remediator.ports import Clock, Row, Write

ROWS, LABELS = "remediator", "remediatorlabels"
TRIES = 5
READERS = 8
LONGEST_PAGE = 200
# An entry without its row's mark may belong to a write that is still under way; after this long it does not.
LEFT_OVER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Planned:
    """One write as it will be made; `relaxed` where "*" was asked for and the version that was read stands for it."""

    key: str
    operation: Operation
    added: tuple[Entry, ...] = ()
    superseded: tuple[Entry, ...] = ()
    relaxed: bool = False


class RowsTables:
    """Rows in an account's tables `<name>` and `<name>labels`; holds nothing that another process would need."""

    def __init__(self, account: StorageAccount, clock: Clock, *, rows: str = ROWS, labels: str = LABELS) -> None:
        self._clock = clock
        self._rows = Table(account, rows)
        self._index = LabelIndex(Table(account, labels, made=self._index_all))

    def get(self, partition: str, key: str) -> Row | None:
        """As `ports.Rows.get`."""
        check_key("partition", partition)
        check_key("key", key)
        entity = self._rows.get(partition, key)
        return None if entity is None else row_of(entity)

    def scan(self, partition: str, prefix: str = "") -> Sequence[Row]:
        """As `ports.Rows.scan`."""
        check_key("partition", partition)
        if not prefix:
            found = self._rows.select("PartitionKey eq @partition", partition=partition)
        elif is_key(prefix):
            question = "PartitionKey eq @partition and RowKey ge @low and RowKey lt @high"
            found = self._rows.select(question, partition=partition, low=prefix, high=_behind(prefix))
        else:
            found = []
        return tuple(sorted((row_of(entity) for entity in found), key=lambda row: row.key))

    def find(
        self, equals: Mapping[str, str], *, at_most: tuple[str, str] | None = None, limit: int = 100
    ) -> Sequence[Row]:
        """As `ports.Rows.find`; entries that were left over long ago are deleted on the way."""
        check_asked(equals, at_most)
        wanted = up_to(*at_most) if at_most else equal_to(*next(iter(equals.items())))
        found: list[Row] = []
        left_over: list[Entry] = []
        if limit > 0:
            for entries in self._index.walk(wanted, min(limit, LONGEST_PAGE)):
                for entry, entity in zip(entries, self._read(entries), strict=True):
                    if entity is None or marks_of(entity).get(entry.label) != entry.mark:
                        left_over.append(entry)
                    elif _fits(row := row_of(entity), equals, at_most):
                        found.append(row)
                if len(found) >= limit:
                    break
        self._forget(entry for entry in left_over if entry.written and self._clock.now() - entry.written > LEFT_OVER)
        return tuple(found[:limit])

    def write(self, partition: str, writes: Sequence[Write]) -> Mapping[str, str]:
        """As `ports.Rows.write`; a checked row gets a new version too, a deleted one has none."""
        check_batch(partition, ((w.key, w.body, w.labels) for w in writes))
        for write in writes:
            check_condition(write.key, write.version, check=write.check, deletes=write.body is None)
        tries = TRIES
        while writes:
            planned = [self._planned(partition, write) for write in writes]
            try:
                return self._carried_out(partition, planned)
            except Transient as lost:
                tries -= 1
                relaxed = {each.key for each in planned if each.relaxed}
                if lost.code != "lost-race" or lost.context.get("key") not in relaxed or not tries:
                    raise
        return {}

    def _planned(self, partition: str, write: Write) -> _Planned:
        """What becomes of a write; a row with labels is read first, since its entries must follow."""
        keys = {"PartitionKey": partition, "RowKey": write.key}
        if write.check:
            return _Planned(write.key, ("update", keys, {"mode": "merge", **_only(write.version)}))
        if write.body is None:
            return _Planned(write.key, ("delete", keys, {} if write.version == "*" else _only(write.version)))
        labels = {name: text for name, text in write.labels.items() if text and name != RANK}
        before = self._rows.get(partition, write.key) if labels and write.version else None
        version, relaxed = write.version, False
        if labels and version == "*":
            version, relaxed = ("" if before is None else row_of(before).version), True
        marks = marks_for(labels, write.labels.get(RANK, ""), before, secrets.token_hex(6))
        entity = entity_of(partition, write.key, write.body, write.labels, marks)
        old, new = entries_of(before), entries_of(entity)
        if not version:
            operation: Operation = ("create", entity, {})
        elif version == "*":
            operation = ("upsert", entity, {"mode": "replace"})
        else:
            operation = ("update", entity, {"mode": "replace", **_only(version)})
        added = tuple(entry for name, entry in new.items() if old.get(name) != entry)
        superseded = tuple(entry for name, entry in old.items() if new.get(name) != entry)
        return _Planned(write.key, operation, added, superseded, relaxed)

    def _carried_out(self, partition: str, planned: Sequence[_Planned]) -> dict[str, str]:
        """Entries, rows, entries: killed anywhere, nothing is missing from the index."""
        added = [entry for each in planned for entry in each.added]
        if added:
            self._index.add(added)
        try:
            versions = self._rows.batch([each.operation for each in planned])
        except RemediatorError as error:
            if added and (not isinstance(error, Transient) or error.code == "lost-race"):
                self._take_back(added)
            raise
        self._forget(entry for each in planned for entry in each.superseded)
        return {each.key: version for each, version in zip(planned, versions, strict=True) if version}

    def _take_back(self, added: Sequence[Entry]) -> None:
        """Delete entries of a batch that was not made, except where a row bears their mark: an answer can be lost, and
        the SDK's second try then loses the race against our own first one."""
        with suppress(RemediatorError):
            read = zip(added, self._read(added), strict=True)
            self._forget(entry for entry, entity in read if marks_of(entity).get(entry.label) != entry.mark)

    def _forget(self, entries: Iterable[Entry]) -> None:
        """Delete entries that lead nowhere any more; what cannot be deleted now is found again by `find`."""
        with suppress(RemediatorError):
            self._index.remove(entries)

    def _read(self, entries: Sequence[Entry]) -> list[Entity | None]:
        """The entities of the entries' rows."""
        places = list(dict.fromkeys((entry.partition, entry.row) for entry in entries))
        if len(places) == 1:
            entity = self._rows.get(*places[0])
            return [entity] * len(entries)
        with ThreadPoolExecutor(READERS) as readers:
            read = dict(zip(places, readers.map(lambda place: self._rows.get(*place), places), strict=True))
        return [read[entry.partition, entry.row] for entry in entries]

    def _index_all(self) -> None:
        """Write the entries of every row; called once the index's table was made, be it for the first time or again."""
        self._index.add(entry for entity in self._rows.all() for entry in entries_of(entity).values())


def _behind(prefix: str) -> str:
    """The first text behind all that begin with the prefix; the surrogates are no characters."""
    last = ord(prefix[-1])
    return prefix[:-1] + chr(0xE000 if last == 0xD7FF else last + 1)


def _only(version: str) -> dict[str, Any]:
    return {"etag": version, "match_condition": MatchConditions.IfNotModified}


def _fits(row: Row, equals: Mapping[str, str], at_most: tuple[str, str] | None) -> bool:
    if any(row.labels.get(name) != text for name, text in equals.items()):
        return False
    return at_most is None or row.labels[at_most[0]] <= at_most[1]

"""The index of labels on Tables: what it costs, and what is left when a program is killed around a batch."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.core.pipeline.transport import RequestsTransport

from remediator.adapters.azure.storage.label_index import PARTITION
from remediator.adapters.azure.storage.rows_tables import RowsTables
from remediator.adapters.azure.storage.table import Table
from remediator.core.errors import Misconfigured, Transient
from remediator.ports import Write
from tests.azurite import azurite

_numbers = itertools.count()


class HandClock:
    """The true time, moved on by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def sleep(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


class PowerCut(BaseException):
    """The program is gone."""


class Store:
    """A fresh pair of tables, opened as often as wanted."""

    def __init__(self) -> None:
        self.account, self.clock, self.name = azurite().account(), HandClock(), f"labels{next(_numbers)}"
        self.rows = self.open()

    def open(self) -> RowsTables:
        return RowsTables(self.account, self.clock, rows=f"{self.name}rows", labels=f"{self.name}labels")

    def entries(self) -> list[str]:
        """The labels of all entries in the index."""
        client = self.account.tables().get_table_client(f"{self.name}labels")
        return [
            str(entity["RowKey"]).partition("-")[0]
            for entity in client.query_entities(f"PartitionKey eq '{PARTITION}'")
        ]

    def put(self, key: str = "k", version: str = "*", body: bytes = b"x", **labels: str) -> str:
        return self.rows.write("p", [Write(key, body, labels, version)])[key]

    def keys(self, **equals: str) -> list[str]:
        return [row.key for row in self.rows.find(equals)]


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, bool], None]:
    """Lets the power fail before or after batch number so and so, counted from now."""
    genuine = Table.batch

    def at(number: int, after: bool) -> None:
        counted = itertools.count(1)

        def batch(self: Table, operations: Sequence[Any]) -> list[str]:
            if next(counted) != number:
                return genuine(self, operations)
            if after:
                genuine(self, operations)
            raise PowerCut

        monkeypatch.setattr(Table, "batch", batch)

    return at


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of all entities that are read."""
    keys: list[str] = []
    get, select = Table.get, Table.select

    def got(self: Table, partition: str, key: str) -> Any:
        keys.append(key)
        return get(self, partition, key)

    def selected(self: Table, question: str, most: int | None = None, **parameters: str) -> Any:
        found = select(self, question, most, **parameters)
        keys.extend(str(entity["RowKey"]) for entity in found)
        return found

    monkeypatch.setattr(Table, "get", got)
    monkeypatch.setattr(Table, "select", selected)
    return keys


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_killed_around_a_batch(
    store: Store, cut: Callable[[int, bool], None], monkeypatch: pytest.MonkeyPatch, number: int, after: bool
) -> None:
    """Killed at any write, a row is found by the labels that it has and by no others, and the next write goes well."""
    store.put(status="OPEN", kind="case")
    with monkeypatch.context() as context:
        with suppress(PowerCut):
            cut(number, after)
            store.put(status="DONE", kind="case")
        context.undo()
    monkeypatch.undo()
    row = store.rows.get("p", "k")
    assert row is not None
    done = row.labels["status"] == "DONE"
    assert done is ((number, after) in [(2, True), (3, False), (3, True)])
    assert (store.keys(status="DONE"), store.keys(status="OPEN")) == ((["k"], []) if done else ([], ["k"]))
    assert store.keys(kind="case") == ["k"]
    store.put(status="LATER", kind="case", version=row.version)
    assert (store.keys(status="LATER"), store.keys(status="DONE"), store.keys(status="OPEN")) == (["k"], [], [])


def test_entries_follow_their_row(store: Store) -> None:
    """A row has one entry for each of its labels, however often it is written, and its rank is none of them."""
    for number in range(5):
        store.put(status=f"s{number}", kind="case", rank=str(number))
    assert sorted(store.entries()) == ["kind", "status"]
    store.put()
    store.put(status="again")
    assert store.keys(status="again") == ["k"]


def test_left_over_entries_go_after_an_hour(
    store: Store, cut: Callable[[int, bool], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry that leads nowhere stays while its write might still come, and is deleted once that is over."""
    store.put(status="OPEN")
    cut(2, False)
    with suppress(PowerCut):
        store.put(status="DONE")
    monkeypatch.undo()
    assert store.keys(status="DONE") == []
    assert store.entries() == ["status", "status"]
    store.clock.sleep(3601)
    assert store.keys(status="DONE") == []
    assert store.entries() == ["status"]
    assert store.keys(status="OPEN") == ["k"]


def test_a_late_cleaner_does_no_harm(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two writers that change a label to and fro lose no entry, wherever the one stops while the other goes on."""
    other = store.open()
    genuine = Table.batch
    for stop in range(1, 4):
        version = store.put(f"k{stop}", status="OPEN")
        counted = itertools.count(1)

        def batch(self: Table, operations: Sequence[Any], stop: int = stop, counted: Any = counted) -> list[str]:
            if next(counted) == stop:
                with monkeypatch.context() as context:
                    context.setattr(Table, "batch", genuine)
                    there = other.get("p", f"k{stop}")
                    assert there is not None
                    back = "OPEN" if there.labels["status"] == "DONE" else "HELD"
                    other.write("p", [Write(f"k{stop}", b"o", {"status": back}, there.version)])
            return genuine(self, operations)

        with monkeypatch.context() as context:
            context.setattr(Table, "batch", batch)
            with suppress(Transient):
                store.put(f"k{stop}", status="DONE", version=version)
        row = store.rows.get("p", f"k{stop}")
        assert row is not None
        assert f"k{stop}" in store.keys(status=row.labels["status"])
    assert len(store.entries()) == 3


@pytest.mark.parametrize("stop", [1, 2])
def test_whatever_version_keeps_its_entries(store: Store, monkeypatch: pytest.MonkeyPatch, stop: int) -> None:
    """A write that asks for no version is found by a label that it kept, though another writer changed it meanwhile."""
    store.put(status="OPEN", kind="case")
    genuine, other, counted = Table.batch, store.open(), itertools.count(1)

    def batch(self: Table, operations: Sequence[Any]) -> list[str]:
        if next(counted) == stop:
            with monkeypatch.context() as context:
                context.setattr(Table, "batch", genuine)
                other.write("p", [Write("k", b"o", {"status": "OPEN", "kind": "other"}, "*")])
        return genuine(self, operations)

    with monkeypatch.context() as context:
        context.setattr(Table, "batch", batch)
        store.put(status="DONE", kind="case")
    assert (store.keys(kind="case"), store.keys(status="DONE")) == (["k"], ["k"])
    assert (store.keys(kind="other"), store.keys(status="OPEN")) == ([], [])
    assert len(store.entries()) == 2


def test_a_lost_answer_loses_no_entry(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a batch was made and a gateway says otherwise, the next try loses, and the row is found all the same."""
    version = store.put(status="OPEN")
    genuine, lost = RequestsTransport.send, list[str]()

    def send(self: RequestsTransport, request: Any, **options: Any) -> Any:
        answer = genuine(self, request, **options)
        if not lost and b"DONE" in (request.data or b"") and b"label_status" in request.data:
            lost.append(request.url)
            answer.status_code = 504
        return answer

    monkeypatch.setattr(RequestsTransport, "send", send)
    with pytest.raises(Transient) as caught:
        store.put(status="DONE", version=version)
    assert (len(lost), caught.value.code) == (1, "lost-race")
    assert (store.keys(status="DONE"), store.keys(status="OPEN")) == (["k"], [])


def test_a_lookup_reads_nothing_else(store: Store, read: list[str]) -> None:
    """Finding two open cases among very many ended ones reads two entries and two rows."""
    for start in range(0, 300, 100):
        ended = {f"e{number}": str(number) for number in range(start, start + 100)}
        labels = {"kind": "case", "status": "ENDED"}
        store.rows.write("q", [Write(key, b"", {**labels, "rank": rank}) for key, rank in ended.items()])
    for number in range(3):
        store.put(f"o{number}", status="OPENED", wake=f"2026-01-0{number + 1}")
    store.put("one", kind="case", status="OPEN", wake="2026-01")
    store.put("two", kind="case", status="OPEN", wake="2026-09")
    read.clear()
    assert sorted(store.keys(status="OPEN")) == ["one", "two"]
    assert len(read) == 4
    read.clear()
    assert [row.key for row in store.rows.find({}, at_most=("wake", "2026-01"))] == ["one"]
    assert len(read) == 2
    read.clear()
    assert len(store.rows.find({"status": "ENDED"}, limit=10)) == 10
    assert len(read) == 20


def test_an_index_that_was_lost_is_made_again(store: Store) -> None:
    """When the table of entries is gone, the next question makes it again from the rows."""
    store.put("a", status="OPEN")
    store.put("b", status="DONE", kind="case")
    store.account.tables().delete_table(f"{store.name}labels")
    assert (store.keys(status="OPEN"), store.keys(kind="case")) == (["a"], ["b"])
    assert sorted(store.entries()) == ["kind", "status", "status"]


def test_tables_that_cannot_be_made(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that is not there and stays away is an operator's matter, with the role that is missing."""
    monkeypatch.setattr(Table, "_make", lambda self: None)
    with pytest.raises(Misconfigured) as caught:
        store.put()
    assert caught.value.code == "storage-missing"
    assert "Storage Table Data Contributor" in str(caught.value.hint)

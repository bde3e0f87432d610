"""What every store of rows promises (ports.Rows)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from remediator.core.errors import Rejected, Transient
from remediator.core.row_limits import BATCH, BATCH_BYTES, BODY_BYTES, KEY_LENGTH, LABEL_BYTES, RANK_BYTES
from remediator.ports import Row, Rows, Write

from .stores import STORES, Opener


@pytest.fixture(params=sorted(STORES))
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Opens the same store again and again, by every way in."""
    return STORES[request.param](tmp_path)


def put(rows: Rows, key: str, body: bytes = b"x", version: str = "*", partition: str = "p", **labels: str) -> str:
    return rows.write(partition, [Write(key, body, labels, version)])[key]


def lost(rows: Rows, *writes: Write) -> bool:
    with pytest.raises(Transient) as caught:
        rows.write("p", writes)
    return caught.value.code == "lost-race"


def refused(rows: Rows, *writes: Write, partition: str = "p") -> str:
    with pytest.raises(Rejected) as caught:
        rows.write(partition, writes)
    return caught.value.code


def test_written_row_comes_back(rows: Rows) -> None:
    """A row comes back with its body, its labels and the version that the write returned."""
    version = put(rows, "k", b"\x00\xffbody", version="", status="OPEN", none="")
    assert rows.get("p", "k") == Row("p", "k", b"\x00\xffbody", {"status": "OPEN"}, version)


def test_absent_row(rows: Rows) -> None:
    """A row that is not there is None, also when another partition has that key."""
    put(rows, "k", partition="q")
    assert rows.get("p", "k") is None


@pytest.mark.parametrize("size", [0, 1, 64 * 1024, 64 * 1024 + 1, BODY_BYTES])
def test_bodies_of_every_size(rows: Rows, size: int) -> None:
    """A body of any size up to the limit comes back whole, also where the store has to cut it."""
    body = bytes(range(256)) * (size // 256 + 1)
    put(rows, "k", body[:size])
    found = rows.get("p", "k")
    assert found is not None
    assert found.body == body[:size]


def test_shrinking_body(rows: Rows) -> None:
    """A shorter body leaves nothing of the longer one behind."""
    put(rows, "k", b"a" * 200_000)
    put(rows, "k", b"b")
    found = rows.get("p", "k")
    assert found is not None
    assert found.body == b"b"


def test_labels_are_replaced(rows: Rows) -> None:
    """A write replaces the labels: by an old one the row is not found again."""
    put(rows, "k", status="OPEN", wake="2026")
    put(rows, "k", status="APPLIED")
    assert rows.find({"status": "OPEN"}) == ()
    assert rows.find({}, at_most=("wake", "9")) == ()
    assert [row.key for row in rows.find({"status": "APPLIED"})] == ["k"]


def test_new_row_must_not_exist(rows: Rows) -> None:
    """A write with the version "" is lost when the row is there."""
    put(rows, "k", b"first", version="")
    assert lost(rows, Write("k", b"second"))
    found = rows.get("p", "k")
    assert found is not None
    assert found.body == b"first"


def test_version_must_stand(rows: Rows) -> None:
    """A write with a version is lost when somebody has written since, or when the row is gone."""
    old = put(rows, "k", b"1", version="")
    new = put(rows, "k", b"2", version=old)
    assert new != old
    assert lost(rows, Write("k", b"3", version=old))
    rows.write("p", [Write("k", version=new)])
    assert lost(rows, Write("k", b"3", version=new))


def test_versions_do_not_come_again(rows: Rows) -> None:
    """A row that was deleted and made again does not have the version that it once had."""
    old = put(rows, "k", version="")
    rows.write("p", [Write("k", version=old)])
    assert put(rows, "k", version="") != old


def test_any_version(rows: Rows) -> None:
    """A write with the version "*" goes through whether the row is there or not; a deletion needs the row."""
    put(rows, "k", b"1", version="*")
    put(rows, "k", b"2", version="*")
    rows.write("p", [Write("k", version="*")])
    assert rows.get("p", "k") is None
    assert lost(rows, Write("k", version="*"))


def test_batch_is_all_or_nothing(rows: Rows) -> None:
    """When one write of a batch is lost, none is made."""
    put(rows, "there", b"1", version="")
    assert lost(rows, Write("new", b"1", {"status": "OPEN"}), Write("there", b"2"))
    assert rows.get("p", "new") is None
    assert rows.find({"status": "OPEN"}) == ()


def test_check_guards_a_batch(rows: Rows) -> None:
    """A check makes the batch depend on a row, leaves its content, and gives it a new version."""
    version = put(rows, "guard", b"g", version="", status="OPEN")
    made = rows.write("p", [Write("guard", version=version, check=True), Write("k", b"1")])
    guard = rows.get("p", "guard")
    assert guard == Row("p", "guard", b"g", {"status": "OPEN"}, made["guard"])
    assert made["guard"] != version
    assert lost(rows, Write("guard", version=version, check=True), Write("k2", b"1"))
    assert rows.get("p", "k2") is None


def test_deleted_rows_have_no_version(rows: Rows) -> None:
    """A batch returns the new versions of the rows that are there afterwards."""
    version = put(rows, "old", version="")
    assert set(rows.write("p", [Write("old", version=version), Write("new", b"")])) == {"new"}


def test_empty_batch(rows: Rows) -> None:
    """A batch of nothing does nothing."""
    assert dict(rows.write("p", [])) == {}


def test_scan_order(rows: Rows) -> None:
    """A scan gives the rows with the prefix in lexicographic order, capitals first."""
    for key in ("b-10", "b-9", "a", "B-1", "b-1", "b", "bä", "c"):
        put(rows, key)
    put(rows, "b-0", partition="q")
    assert [row.key for row in rows.scan("p", "b")] == ["b", "b-1", "b-10", "b-9", "bä"]
    assert [row.key for row in rows.scan("p")] == ["B-1", "a", "b", "b-1", "b-10", "b-9", "bä", "c"]


def test_prefix_is_taken_literally(rows: Rows) -> None:
    """Signs that mean something to the store's own language mean nothing in a prefix or a label."""
    for key in ("a_b", "a%b", "axb", "a'b"):
        put(rows, key, name=key)
    assert [row.key for row in rows.scan("p", "a_")] == ["a_b"]
    assert [row.key for row in rows.scan("p", "a%")] == ["a%b"]
    assert [row.key for row in rows.find({"name": "a'b"})] == ["a'b"]


@pytest.mark.parametrize("last", ["&", ".", '"', ">", "[", "\ud7ff", "\ufffd", "%"])
def test_prefix_ends_with_any_sign(rows: Rows, last: str) -> None:
    """A prefix may end with any sign that a key may have, whatever sign comes after that one."""
    for key in (f"a{last}", f"a{last}b", "a", "a!", "aa", "b"):
        put(rows, key)
    assert [row.key for row in rows.scan("p", f"a{last}")] == [f"a{last}", f"a{last}b"]


@pytest.mark.parametrize("prefix", ["a/", "a#", "a\n", "\ud800"])
def test_prefix_of_no_key(rows: Rows, prefix: str) -> None:
    """A prefix that no key can have finds nothing."""
    put(rows, "a")
    assert rows.scan("p", prefix) == ()


def test_find_over_partitions(rows: Rows) -> None:
    """Rows are found over all partitions by every label that was asked for, at most as many as wanted."""
    put(rows, "1", partition="p", kind="case", status="OPEN")
    put(rows, "2", partition="q", kind="case", status="OPEN")
    put(rows, "3", partition="r", kind="case", status="DONE")
    put(rows, "4", partition="r", status="OPEN")
    found = rows.find({"kind": "case", "status": "OPEN"})
    assert {(row.partition, row.key) for row in found} == {("p", "1"), ("q", "2")}
    assert len(rows.find({"kind": "case"}, limit=2)) == 2


def test_found_in_the_order_of_rank(rows: Rows) -> None:
    """What is found by labels comes in the order of its rank as text, without a rank last; so do the first of many."""
    for key, rank in (("a", "30"), ("b", "1"), ("c", ""), ("d", "2"), ("e", "10")):
        put(rows, key, kind="case", rank=rank, partition=f"p{key}")
    assert [row.key for row in rows.find({"kind": "case"})] == ["b", "e", "d", "a", "c"]
    assert [row.key for row in rows.find({"kind": "case"}, limit=2)] == ["b", "e"]
    put(rows, "a", kind="case", rank="0", partition="pa")
    assert [row.key for row in rows.find({"kind": "case"}, limit=2)] == ["a", "b"]


def test_the_limit_counts_what_fits(rows: Rows) -> None:
    """Rows that have one of the labels and not the other take no place of those that have both."""
    for number in range(8):
        put(rows, f"k{number}", kind="case", rank=str(number), status="OPEN" if number % 3 == 2 else "DONE")
    assert [row.key for row in rows.find({"kind": "case", "status": "OPEN"}, limit=2)] == ["k2", "k5"]
    assert rows.find({"kind": "case"}, limit=0) == ()


def test_found_in_the_order_of_the_limit(rows: Rows) -> None:
    """Where `at_most` is given, its label orders what is found, whatever the ranks."""
    put(rows, "late", wake="2026-03", rank="1")
    put(rows, "early", wake="2026-01", rank="9")
    put(rows, "exact", wake="2026-03-01", rank="0")
    assert [row.key for row in rows.find({}, at_most=("wake", "2026-03-01"))] == ["early", "late", "exact"]
    assert [row.key for row in rows.find({}, at_most=("wake", "2026-03-01"), limit=1)] == ["early"]


def test_long_texts_are_told_apart(rows: Rows) -> None:
    """Labels that begin alike for hundreds of characters are different labels."""
    one, other = "x" * 300 + "1", "x" * 300 + "2"
    put(rows, "one", name=one)
    put(rows, "other", name=other)
    assert [row.key for row in rows.find({"name": one})] == ["one"]
    assert [row.key for row in rows.find({}, at_most=("name", one))] == ["one"]


def test_find_at_most(rows: Rows) -> None:
    """`at_most` compares as text, includes the value itself, and passes over rows that lack the label."""
    put(rows, "early", wake="2026-01-01", kind="case")
    put(rows, "now", wake="2026-01-02", kind="case")
    put(rows, "late", wake="2026-01-02T00", kind="case")
    put(rows, "never", wake="", kind="case")
    assert {row.key for row in rows.find({"kind": "case"}, at_most=("wake", "2026-01-02"))} == {"early", "now"}
    assert rows.find({}, at_most=("wake", "")) == ()


@pytest.mark.parametrize(
    ("equals", "at_most"),
    [({}, None), ({"kind": ""}, None), ({"PartitionKey": "p"}, None), ({}, ("body1", "x")), ({"rank": "1"}, None)],
)
def test_find_needs_labels(rows: Rows, equals: dict[str, str], at_most: tuple[str, str] | None) -> None:
    """Rows cannot be found without a label, by a missing one, or by a name that is none."""
    with pytest.raises(Rejected):
        rows.find(equals, at_most=at_most)


@pytest.mark.parametrize(
    "key", ["", "a/b", "a\\b", "a#b", "a?b", "a\nb", "a\x7fb", "a\x85b", "k" * 513, "😀", "\ud800", "\uffff"]
)
def test_keys_that_azure_refuses(rows: Rows, key: str) -> None:
    """Keys and partitions that Azure Tables refuses or orders otherwise are refused by every store."""
    assert refused(rows, Write(key, b"")) == "bad-row-key"
    assert refused(rows, Write("k", b""), partition=key) == "bad-row-key"
    with pytest.raises(Rejected):
        rows.get(key, "k")


def test_longest_key(rows: Rows) -> None:
    """A key of the greatest length and with foreign letters is kept."""
    key = "é" * KEY_LENGTH
    put(rows, key)
    assert [row.key for row in rows.scan("p")] == [key]


BAD_LABELS = [
    {"Status": "x"},
    {"a b": "x"},
    {"body0": "x"},
    {"status": "x" * (LABEL_BYTES + 1)},
    {"status": "a\nb"},
    {"status": "\ud800"},
    {"status": "\ufffe"},
    {"rank": "x" * (RANK_BYTES + 1)},
    {f"l{chr(97 + n)}": "x" for n in range(17)},
]


@pytest.mark.parametrize("labels", BAD_LABELS)
def test_labels_that_do_not_fit(rows: Rows, labels: dict[str, str]) -> None:
    """A label with an odd name, a long text or a control character is refused, and so are too many."""
    assert refused(rows, Write("k", b"", labels)) == "bad-label"


def test_row_too_large(rows: Rows) -> None:
    """A body beyond the limit is refused with its own code."""
    assert refused(rows, Write("k", b"x" * (BODY_BYTES + 1))) == "row-too-large"


def test_batch_limits(rows: Rows) -> None:
    """A hundred rows go into a batch and no more, and never more bytes than one request may have."""
    assert len(rows.write("p", [Write(f"k{n}", b"") for n in range(BATCH)])) == BATCH
    assert refused(rows, *(Write(f"n{n}", b"") for n in range(BATCH + 1))) == "batch-too-large"
    half = b"x" * BODY_BYTES
    assert refused(rows, *(Write(f"n{n}", half) for n in range(BATCH_BYTES // BODY_BYTES + 1))) == "batch-too-large"


def test_row_twice_in_a_batch(rows: Rows) -> None:
    """A row may stand only once in a batch."""
    assert refused(rows, Write("k", b"1", version="*"), Write("k", b"2", version="*")) == "row-twice-in-batch"


@pytest.mark.parametrize("write", [Write("k"), Write("k", check=True), Write("k", version="*", check=True)])
def test_writes_without_meaning(rows: Rows, write: Write) -> None:
    """A deletion of a row that must not exist, or a check of no version, is refused."""
    assert refused(rows, write) == "bad-write"


def test_two_doors_to_one_store(opened: Opener) -> None:
    """What one process writes, another sees, and their versions are the same."""
    one, other = opened(), opened()
    version = put(one, "k", b"1", version="")
    put(other, "k", b"2", version=version)
    assert lost(one, Write("k", b"3", version=version))


def test_one_winner_among_threads(opened: Opener) -> None:
    """Of many who create the same row at once, exactly one wins, and the others lose the race."""
    doors = [opened() for _ in range(4)]

    def create(number: int) -> Any:
        try:
            return put(doors[number % 4], "k", str(number).encode(), version="")
        except Transient as lost_race:
            return lost_race.code

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(create, range(40)))
    assert results.count("lost-race") == 39


def test_counting_together(opened: Opener) -> None:
    """Conditional writes lose no update: many threads that count together arrive at the sum."""
    doors = [opened() for _ in range(3)]
    put(doors[0], "n", b"0")

    def count(number: int) -> None:
        rows = doors[number % 3]
        while True:
            row = rows.get("p", "n")
            assert row is not None
            try:
                put(rows, "n", str(int(row.body) + 1).encode(), version=row.version)
                return
            except Transient:
                continue

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(count, range(60)))
    row = doors[0].get("p", "n")
    assert row is not None
    assert row.body == b"60"

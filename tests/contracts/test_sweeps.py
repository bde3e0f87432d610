"""What is kept of a sweep comes back as it was, and goes when the sweep is over (core.sweep_pass)."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from remediator.adapters.records.sweeps import RowSweeps
from remediator.core.errors import Misconfigured, Transient
from remediator.core.finding import Severity
from remediator.core.pull_path import Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.sweep import Seen, Swept
from remediator.core.sweep_pass import KnownSighting, Stage, SweepPass
from remediator.ports import Rows, Write

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHOP = ResourceId("/subscriptions/S/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/Shop")
FOUND = Swept(
    {"s": 3},
    {SHOP: (("ip-rules", Severity.DRIFT),)},
    (Seen("ip-rules", SHOP, Severity.DRIFT, "differs", ("ip-rules", SHOP.key), (SHOP,)),),
    {Verdict.OK: 4},
)


def test_a_pass_is_saved_on_the_version_that_was_read(rows: Rows) -> None:
    """One of two who begin a pass at once loses; what was saved comes back whole."""
    sweeps = RowSweeps(rows)
    assert sweeps.current() == (None, "")
    one = SweepPass("a", NOON, NOON, Stage.JUDGING, 2, 3, 4, 5, 6, ("s",), ("t",), ("a note",))
    sweeps.save(one, "")
    with pytest.raises(Transient):
        sweeps.save(replace(one, id="b"), "")
    known, version = sweeps.current()
    assert known == one
    sweeps.save(one.at(NOON, Stage.DONE), version)
    assert (sweeps.current()[0] or one).over


def test_a_part_comes_back_in_its_order_however_long(rows: Rows) -> None:
    """Blocks that are longer than a row, and more blocks than a batch takes, are put together again."""
    blocks = tuple(os.urandom(size) for size in (10, 1_500_000, 0, *[300_000] * 12)) + tuple(
        b"%d" % n for n in range(120)
    )
    sweeps = RowSweeps(rows)
    sweeps.keep_part("a", 7, blocks)
    assert sweeps.part("a", 7) == tuple(block for block in blocks if block)
    assert sweeps.part("a", 8) == ()


def test_what_was_found_comes_back(rows: Rows) -> None:
    """Counts, findings and missed ones; and which parts were judged."""
    sweeps = RowSweeps(rows)
    sweeps.keep_found("a", 1, FOUND, {"s": 2})
    sweeps.keep_found("a", 0, Swept(), {})
    assert sweeps.judged("a") == (0, 1)
    assert sweeps.found("a", 1) == (FOUND, {"s": 2})
    assert sweeps.judged("b") == ()


def test_a_pass_that_is_over_leaves_nothing_but_what_was_told(rows: Rows) -> None:
    """Parts and findings of that pass go, those of another and the sightings stay."""
    sweeps = RowSweeps(rows)
    for name in ("a", "b"):
        sweeps.keep_part(name, 0, [b"x"])
        sweeps.keep_found(name, 0, FOUND, {})
    sweeps.remember("f", KnownSighting("i", NOON, "a", missed=True))
    sweeps.clear("a")
    assert (sweeps.part("a", 0), sweeps.judged("a")) == ((), ())
    assert sweeps.part("b", 0) == (b"x",)
    assert sweeps.known("f")[0] == KnownSighting("i", NOON, "a", missed=True)
    assert sweeps.known("g") == (None, "")


def test_a_sighting_is_claimed_by_one(rows: Rows) -> None:
    """Of two sweeps that see the same at once, one makes it known; whoever read an older word loses."""
    sweeps, other = RowSweeps(rows), RowSweeps(rows)
    claim = KnownSighting("", NOON, "a", missed=False)
    assert sweeps.claim("f", claim, "")
    assert not other.claim("f", replace(claim, sweep="b"), "")
    known, version = other.known("f")
    assert known == claim
    sweeps.remember("f", replace(claim, incident="i", missed=True))
    assert not other.claim("f", claim, version)


@pytest.mark.parametrize("body", [b"{}", b"[]", b"no json", b'{"v": 1, "id": "a"}'])
def test_a_damaged_pass_says_which_row(rows: Rows, body: bytes) -> None:
    """A row that was changed by hand is named, with what to do."""
    rows.write("sweeps", [Write("pass", body, {}, "*")])
    with pytest.raises(Misconfigured) as error:
        RowSweeps(rows).current()
    assert error.value.code == "document-damaged"


def test_a_newer_pass_is_left_alone(rows: Rows) -> None:
    """What a newer program wrote is no damage."""
    rows.write("sweeps", [Write("pass", b'{"v": 2}', {}, "*")])
    with pytest.raises(Transient):
        RowSweeps(rows).current()

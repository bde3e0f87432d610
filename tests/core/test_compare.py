"""Foresight compares paths before and after: mended, broken, doubtful or as they were."""

from __future__ import annotations

import pytest

from remediator.core.foresight import compare
from remediator.core.pull_path import Hop, HopName, PullPath, Verdict
from tests.core.small_snapshots import an_id

OK, BROKEN, UNKNOWN = Verdict.OK, Verdict.BROKEN, Verdict.UNKNOWN


def path(verdict: Verdict, name: str = "orders") -> PullPath:
    app = an_id("Microsoft.App/containerApps", name)
    return PullPath(app, "shop.azurecr.io", None, (Hop(HopName.ZONE, verdict, ""),))


# What was, what will be, and what that is called.
TURNS = [
    (OK, OK, "unchanged"),
    (OK, BROKEN, "broken"),
    (OK, UNKNOWN, "broken"),
    (BROKEN, OK, "mended"),
    (BROKEN, BROKEN, "unchanged"),
    (BROKEN, UNKNOWN, "doubtful"),
    (UNKNOWN, OK, "mended"),
    (UNKNOWN, BROKEN, "broken"),
    (UNKNOWN, UNKNOWN, "unchanged"),
]


@pytest.mark.parametrize(("was", "will_be", "called"), TURNS)
def test_what_becomes_of_a_path(was: Verdict, will_be: Verdict, called: str) -> None:
    """What worked and is no longer known to counts as broken; what was broken and is not known is doubtful."""
    after = path(will_be)
    found = compare((path(was),), (after,))
    kinds = {"mended": found.mended, "broken": found.broken, "doubtful": found.doubtful}
    assert {name: kept for name, kept in kinds.items() if kept} == ({called: (after,)} if called in kinds else {})
    assert found.unchanged == (called == "unchanged")


def test_each_path_is_compared_with_itself() -> None:
    """Paths of several apps are told apart by their keys, in whatever order they come."""
    before = (path(OK, "a"), path(BROKEN, "b"), path(UNKNOWN, "c"))
    after = (path(UNKNOWN, "c"), path(OK, "b"), path(OK, "a"))
    found = compare(before, after, ("somebody",))
    assert ([one.consumer.name for one in found.mended], found.broken, found.unchanged, found.cut_off) == (
        ["b"],
        (),
        2,
        ("somebody",),
    )


def test_a_path_that_was_not_there_was_not_known() -> None:
    """A new path that is ok is mended; one that is broken counts as broken."""
    assert [len(compare((), (path(v),)).broken) for v in (OK, BROKEN, UNKNOWN)] == [0, 1, 0]

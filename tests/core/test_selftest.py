"""What a test signal is, and where one was lost."""

from __future__ import annotations

import pytest

from remediator.core.errors import Forbidden, Rejected
from remediator.core.incident import Status
from remediator.core.resource_id import ResourceId
from remediator.core.selftest import (
    ENDED,
    Part,
    Passed,
    Seen,
    at_the_door,
    at_the_end,
    is_selftest,
    reached,
    selftest_registry,
    unseen,
)

OPENED = "opened by a signal: manual"


def test_a_test_is_known_by_its_id() -> None:
    """The registry of a test is recognised in any casing, and is a registry's full id."""
    rid = selftest_registry("AB12")
    assert is_selftest(rid)
    assert is_selftest(ResourceId(rid.text.upper()))
    assert rid.is_a("Microsoft.ContainerRegistry/registries")


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001"),
        ("remediator-selftest/", "remediator-selftests/"),
        ("registries/remediatorselftest", "registries/myregistry"),
    ],
)
def test_a_real_registry_is_no_test(part: str, other: str) -> None:
    """Only the subscription of zeros, the group and the name together make a test: nothing real is ever passed over."""
    assert not is_selftest(ResourceId(selftest_registry("1").text.replace(part, other)))


@pytest.mark.parametrize(
    ("seen", "passed"),
    [
        (Seen(Status.OPEN, (OPENED,)), 2),
        (Seen(Status.OPEN, (OPENED, "waiting: azure-throttled")), 3),
        (Seen(Status.NEEDS_HUMAN, (OPENED, "needs a human")), 3),
        (Seen(Status.NO_DRIFT, (OPENED, "nothing to do")), 3),
        (Seen(Status.NO_DRIFT, (OPENED, ENDED)), 4),
    ],
)
def test_how_far_it_came(seen: Seen, passed: int) -> None:
    """A case file that nobody has touched was never taken from the queue; only the test's own end is the end."""
    assert len(reached(seen)) == passed


@pytest.mark.parametrize(
    ("seen", "lost", "words"),
    [
        (Seen(Status.OPEN, (OPENED,)), Part.QUEUE, "nobody took its message"),
        (Seen(Status.OPEN, (OPENED, "waiting: x")), Part.WORKER, "waiting: x"),
        (
            Seen(Status.NEEDS_HUMAN, (OPENED, "y"), "azure-forbidden: no right"),
            Part.WORKER,
            "azure-forbidden: no right",
        ),
        (Seen(Status.NO_DRIFT, (OPENED, ENDED)), None, ""),
    ],
)
def test_where_it_was_lost(seen: Seen, lost: Part | None, words: str) -> None:
    """It was lost in the part after the last one that it passed, with what stands there."""
    outcome = at_the_end("i1", (Passed(Part.DOOR, 0.1),), seen, 60)
    assert (outcome.lost, words in outcome.found, outcome.ok) == (lost, True, lost is None)
    assert bool(outcome.fix) is (lost is not None)


def test_a_door_that_refuses() -> None:
    """What the door answers is told, with its code."""
    outcome = at_the_door(Rejected("not-authenticated", "nobody is known"))
    assert (outcome.lost, outcome.ok) == (Part.DOOR, False)
    assert "[not-authenticated]" in outcome.found


def test_an_incident_that_is_not_there_was_lost_in_the_store() -> None:
    """A case file that the door named and nobody knows was not kept where others look."""
    outcome = unseen("i1", (), Rejected("incident-unknown", "there is no incident of this id"))
    assert (outcome.lost, outcome.ok) == (Part.STORE, False)


def test_whoever_may_not_look_does_not_know() -> None:
    """Where case files may not be read nothing is called lost, and nothing fine."""
    outcome = unseen("i1", (), Forbidden("not-a-reader", "you may not read incidents"))
    assert (outcome.lost, outcome.watched, outcome.ok) == (None, False, False)

"""What incidents that were played again add up to, what counts as wrong, and how two policies differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from remediator.core.execution import Execution, Step, StepState
from remediator.core.incident import Incident, Status
from remediator.core.replay import Played, differences, in_order, played_of, score
from remediator.core.resource_id import resource_id
from remediator.core.signal import Signal, SignalSource

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHOP = resource_id("11111111-1111-1111-1111-111111111111", "rg", "Microsoft.ContainerRegistry/registries", "shop")


def line(status: Status, *, asked: bool = False, alone: bool = False, wrong: str = "", name: str = "a") -> Played:
    return Played(
        name, "/shop", status, ("dns-record",), (("create-record", "/r"),), asked=asked, alone=alone, wrong=wrong
    )


def test_the_score() -> None:
    """Asked, mended by itself and after a yes, and wrong are counted apart."""
    found = score(
        [
            line(Status.AWAITING_APPROVAL, asked=True),
            line(Status.RESOLVED, asked=True),
            line(Status.RESOLVED, alone=True),
            line(Status.ROLLED_BACK, alone=True, wrong="it was taken back"),
            line(Status.NO_DRIFT),
        ]
    )
    assert (found.asked, found.mended_alone, found.mended_after_yes, found.wrong, found.quiet) == (2, 1, 1, 1, 1)


@pytest.mark.parametrize(
    ("status", "wrote", "wrong"),
    [
        (Status.ROLLED_BACK, True, True),
        (Status.NEEDS_HUMAN, True, True),
        (Status.NEEDS_HUMAN, False, False),
        (Status.RESOLVED, True, False),
    ],
)
def test_what_was_written_and_taken_back_is_wrong(status: Status, wrote: bool, wrong: bool) -> None:
    """A change that was taken back, or after which a person was called, was wrong; calling without a change is not."""
    step = Step(StepState.DONE, wrote=wrote)
    incident = Incident("one", SHOP, NOON, status, execution=Execution("d1:x", (step,), NOON))
    assert bool(played_of("", incident).wrong) is wrong


def test_only_what_differs_is_named() -> None:
    """Incidents of which both policies make the same are left out; one that only one of them has is there."""
    same, other = line(Status.RESOLVED, alone=True), line(Status.AWAITING_APPROVAL, asked=True, name="b")
    found = differences([same, line(Status.RESOLVED, alone=True, name="b")], [same, other])
    assert [(one.ours.status, one.other.status) for one in found if one.ours and one.other] == [
        (Status.RESOLVED, Status.AWAITING_APPROVAL)
    ]
    (gone,) = differences([], [same])
    assert (gone.ours, gone.other) == (None, same)


def test_signals_are_played_in_their_order() -> None:
    """By the time that they tell; one without a time stays behind the one that it followed."""

    def signal(name: str, hours: int | None) -> Signal:
        return Signal(SignalSource.ALERT, name, None if hours is None else NOON + timedelta(hours=hours))

    given = [signal("c", 3), signal("after-c", None), signal("a", 1), replace(signal("b", 2))]
    assert [one.id for one in in_order(given)] == ["a", "b", "c", "after-c"]

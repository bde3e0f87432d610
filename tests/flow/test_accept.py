"""One delivery with many signals: what is taken in together, what is told apart."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from remediator.core.errors import Rejected, Transient
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Ignored, Quarantined, Signal, SignalSource
from remediator.flow.accept import Accepted, Parsed, accept
from remediator.ports import TakenIn

REGISTRY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/"


def about(name: str, number: int = 1) -> Signal:
    return Signal(SignalSource.EVENT_GRID, f"e{number}", subject=ResourceId(REGISTRY + name))


class Intake:
    """Takes in, and keeps what came in one call."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.fails = fails

    def __call__(self, *signals: Signal) -> TakenIn:
        if self.fails is not None:
            raise self.fails
        self.calls.append(tuple(signal.id for signal in signals))
        assert signals[0].subject is not None
        return TakenIn(f"case-{signals[0].subject.name.lower()}", False)


def test_signals_of_one_subject_are_one_call() -> None:
    """However many signals a delivery has, each subject is taken in once, in whatever case its id is written."""
    intake = Intake()
    came = [about("one", 1), about("two", 2), about("ONE", 3)]
    assert accept(came, intake) == Accepted(("case-one", "case-two"))
    assert intake.calls == [("e1", "e3"), ("e2",)]


def test_each_reason_is_told_once() -> None:
    """What says nothing to us and what is not understood stand apart, each reason once."""
    came: Sequence[Parsed] = [Ignored("a"), Quarantined("b"), Ignored("a"), Quarantined("b"), Quarantined("c")]
    assert accept(came, Intake()) == Accepted((), ("a",), ("b", "c"))


def test_a_signal_about_nothing_does_not_hide_the_others() -> None:
    """A signal that names nothing to look at counts as not understood, and the rest of its delivery is taken in."""
    accepted = accept([Signal(SignalSource.ALERT, "a"), about("one")], Intake())
    assert accepted.incidents == ("case-one",)
    assert [reason.split(":")[0] for reason in accepted.wrong] == ["signal-without-subject"]


def test_a_refusal_is_kept_and_a_store_that_is_away_is_told() -> None:
    """What the flow refuses counts as not understood; what passes by itself is an error to the sender."""
    assert accept([about("one")], Intake(Rejected("no", "never"))).wrong == ("no: never",)
    with pytest.raises(Transient):
        accept([about("one")], Intake(Transient("queue-unreachable", "away")))


def test_several_subjects_are_spread() -> None:
    """Calls for several subjects go the way that the door gives; a single one does not need it."""
    spread: list[int] = []

    def at_once(call, groups):
        found = [call(group) for group in groups]
        spread.append(len(found))
        return found

    accept([about("one"), about("one", 2)], Intake(), at_once)
    assert spread == []
    assert accept([about("one"), about("two")], Intake(), at_once).incidents == ("case-one", "case-two")
    assert spread == [2]

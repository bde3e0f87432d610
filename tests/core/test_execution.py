"""The journal of one plan: what is next, what is to be undone, what was left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from remediator.core.execution import Execution, Step, StepState

AT = datetime(2026, 3, 1, tzinfo=UTC)
WAITING, STARTED, DONE = StepState.WAITING, StepState.STARTED, StepState.DONE
SKIPPED, FAILED, UNDOING, UNDONE = StepState.SKIPPED, StepState.FAILED, StepState.UNDOING, StepState.UNDONE


def execution(*steps: tuple[StepState, bool]) -> Execution:
    return Execution("d1:x", tuple(Step(state, wrote=wrote) for state, wrote in steps), AT)


@pytest.mark.parametrize(
    ("steps", "then", "undo"),
    [
        ([(WAITING, False), (WAITING, False)], 0, None),
        ([(DONE, True), (WAITING, False)], 1, 0),
        ([(SKIPPED, False), (STARTED, True)], 1, 1),
        ([(DONE, True), (SKIPPED, False)], None, 0),
        ([(DONE, True), (FAILED, True)], 1, 1),
        ([(DONE, True), (FAILED, False)], 1, 0),
        ([(DONE, True), (UNDOING, True)], None, 1),
        ([(DONE, True), (UNDONE, True)], None, 0),
        ([(UNDONE, True), (UNDONE, True)], None, None),
    ],
)
def test_what_is_next(steps: list[tuple[StepState, bool]], then: int | None, undo: int | None) -> None:
    """The next change is the first that is not over; the next to undo is the last that we wrote and have not undone."""
    assert (execution(*steps).next, execution(*steps).next_to_undo) == (then, undo)


def test_what_is_left_alone_stays_on_record() -> None:
    """A write of ours that is not undone is named afterwards and not tried again."""
    left = execution((DONE, True), (DONE, True)).left_alone(1, AT, ("undo-conflict", "changed since"))
    assert (left.left, left.next_to_undo) == ((1,), 0)


def test_an_intent_is_no_write_yet() -> None:
    """A plan is untouched while at most an intent is on record, and touched from the first accepted write on."""
    assert execution((STARTED, True), (WAITING, False)).untouched
    assert not execution((STARTED, True)).at(0, operation="https://arm/op").untouched
    assert not execution((DONE, True), (WAITING, False)).untouched
    assert not execution((STARTED, True), (WAITING, False)).at(0, tries=1).untouched


def test_when_it_was_over() -> None:
    """The end is that of the last change, the start while none is over."""
    begun = execution((DONE, True), (WAITING, False))
    assert begun.over_at == AT
    assert begun.at(0, ended_at=AT + timedelta(minutes=3)).over_at == AT + timedelta(minutes=3)

"""Play captured signals again, in the order of their times: taken in, worked off, answered where somebody plays people.

Called by `bootstrap/replaying` with a runtime that stands on a sandbox and a clock whose hands it moves; nothing here
knows that it is not real.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from remediator.core.incident import Incident, Status
from remediator.core.signal import Signal
from remediator.ports import TakenIn

SETTLE = 1800.0  # seconds: longer than any look after a change waits
MOST_ANSWERS = 10


class Hand(Protocol):
    """A clock that is set."""

    def now(self) -> datetime:
        """The present moment."""
        ...

    def set(self, at: datetime) -> None:
        """Move the hands forward; never back."""
        ...


class Stage(Protocol):
    """The part of the program's runtime that is played on; `bootstrap.Runtime` is one."""

    def take_in(self, signal: Signal, *others: Signal) -> TakenIn: ...
    def load(self, incident: str) -> Incident: ...
    def wake_due(self) -> tuple[str, ...]: ...
    def run_until_idle(self, horizon_seconds: float = 60.0) -> int: ...


def play(
    signals: Sequence[Signal], stage: Stage, hand: Hand, answer: Callable[[Incident, int], object] | None = None
) -> tuple[Incident, ...]:
    """The incidents of these signals as they stand when everything has settled, in the order in which they were opened.

    With `answer` each open question is answered; it is called with the incident and how often it was before.
    """
    opened: dict[str, None] = {}
    for signal in signals:
        if signal.at is not None:
            hand.set(signal.at)
        stage.wake_due()
        opened[stage.take_in(signal).incident] = None
        stage.run_until_idle(SETTLE)
        if answer is not None:
            _answered(opened, stage, answer)
    hand.set(hand.now() + timedelta(minutes=1))
    stage.wake_due()
    stage.run_until_idle(SETTLE)
    return tuple(stage.load(incident) for incident in opened)


def _answered(opened: Sequence[str] | dict[str, None], stage: Stage, answer: Callable[[Incident, int], object]) -> None:
    for incident in opened:
        for turn in range(MOST_ANSWERS):
            found = stage.load(incident)
            if found.status is not Status.AWAITING_APPROVAL:
                break
            answer(found, turn)
            stage.run_until_idle(SETTLE)

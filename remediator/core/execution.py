"""What was done, change by change: the journal that lets a killed run go on where it stopped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class StepState(StrEnum):
    """How far one change has come."""

    WAITING = "waiting"
    STARTED = "started"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Step:
    """One change's progress. `wrote` says that we made the write ourselves, so that undo touches nothing else.

    `operation` is Azure's polling address, kept verbatim (corpus: it carries its own token and version).
    """

    state: StepState = StepState.WAITING
    started_at: datetime | None = None
    ended_at: datetime | None = None
    operation: str | None = None
    wrote: bool = False
    error: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Execution:
    """The steps of one approved plan, in its order."""

    digest: str
    steps: tuple[Step, ...]
    started_at: datetime
    approved_by: tuple[str, ...] = ()

    def at(self, index: int, **fields: object) -> Execution:
        """The same execution with one step changed."""
        step = replace(self.steps[index], **fields)  # type: ignore[arg-type]
        return replace(self, steps=(*self.steps[:index], step, *self.steps[index + 1 :]))

    @property
    def next(self) -> int | None:
        """The first step that is neither done nor skipped, None when all are."""
        for index, step in enumerate(self.steps):
            if step.state in (StepState.WAITING, StepState.STARTED, StepState.FAILED):
                return index
        return None

    @property
    def next_to_undo(self) -> int | None:
        """The last step that we wrote ourselves and have not undone."""
        for index in range(len(self.steps) - 1, -1, -1):
            step = self.steps[index]
            if step.wrote and step.state in (StepState.DONE, StepState.STARTED):
                return index
        return None

"""What was done, change by change: the journal that lets a killed run go on where it stopped.

Kept by `flow/apply` and `flow/undo`, shown by the views; how live state compares is the applier's answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from remediator.core.probe import ProbeRun
from remediator.core.restart import Restart


class StepState(StrEnum):
    """How far one change has come."""

    WAITING = "waiting"
    STARTED = "started"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Step:
    """One change's progress. `wrote` says that we made the write ourselves, so that undo touches nothing else.

    `operation` is Azure's polling address, kept verbatim (corpus: it carries its own token and version). `tries`
    counts the operations that ended badly. `started_at` is when it was begun or first found under way, when it is
    being undone the start of that.
    """

    state: StepState = StepState.WAITING
    started_at: datetime | None = None
    ended_at: datetime | None = None
    operation: str | None = None
    wrote: bool = False
    error: tuple[str, str] | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Execution:
    """The steps of one approved plan, in its order.

    `worked` holds the keys of all paths of the estate that were ok before the first change: none of them may break.
    `probes` are the probes in hand since the last look after the changes, `restarts` the revisions that were restarted
    for it, or that a person was told to restart.
    """

    digest: str
    steps: tuple[Step, ...]
    started_at: datetime
    approved_by: tuple[str, ...] = ()
    worked: tuple[tuple[str, str], ...] = ()
    probes: tuple[ProbeRun, ...] = ()
    restarts: tuple[Restart, ...] = ()

    @property
    def wrote(self) -> bool:
        """Whether any write of ours may stand in Azure."""
        return any(step.wrote for step in self.steps)

    @property
    def untouched(self) -> bool:
        """Whether, as far as we know, nothing was written yet: at most an intent is on record."""
        return all(
            not step.wrote or (step.state is StepState.STARTED and step.operation is None and not step.tries)
            for step in self.steps
        )

    @property
    def failed(self) -> int | None:
        """The first step whose write failed for good."""
        return next((i for i, step in enumerate(self.steps) if step.state is StepState.FAILED), None)

    @property
    def over_at(self) -> datetime:
        """When the last change was over; the start when none is."""
        return max((step.ended_at for step in self.steps if step.ended_at), default=self.started_at)

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
        """The last step that we wrote ourselves and have neither undone nor left alone.

        A failed write counts: it may have left something behind.
        """
        undoable = (StepState.DONE, StepState.STARTED, StepState.FAILED, StepState.UNDOING)
        for index in range(len(self.steps) - 1, -1, -1):
            step = self.steps[index]
            if step.wrote and step.state in undoable:
                return index
        return None

    def left_alone(self, index: int, at: datetime, error: tuple[str, str]) -> Execution:
        """A write of ours that is not undone (somebody changed it since, or it cannot be undone), and why."""
        return self.at(index, state=StepState.SKIPPED, ended_at=at, operation=None, error=error)

    def taken_back(self, index: int, at: datetime) -> Execution:
        """A write of ours that is gone again, whoever took it back, or of which nothing can stand."""
        return self.at(index, state=StepState.UNDONE, ended_at=at)

    @property
    def left(self) -> tuple[int, ...]:
        """The steps that we wrote and left alone when undoing."""
        return tuple(i for i, step in enumerate(self.steps) if step.wrote and step.state is StepState.SKIPPED)

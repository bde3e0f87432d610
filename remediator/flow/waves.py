"""Has the wave before this change proven itself? Asked by `apply` before each change that begins a wave.

The first wave is one registry. What it broke shows within minutes, in a fresh look at every path that worked before;
then nothing more is written and what we did is taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from remediator.core.approval import ApprovedPlan
from remediator.core.errors import Stale, Transient
from remediator.core.execution import Execution, StepState
from remediator.core.incident import Incident, Status
from remediator.core.plan import Plan
from remediator.core.pull_path import PullPath, Verdict
from remediator.core.waves import STANDS, Wave, earlier_waves
from remediator.flow.diagnose import Look
from remediator.flow.turn import Turn
from remediator.ports import Clock, Held

# Closing one registry makes nothing private for another: one look serves all that are closed within this time.
RECENT = timedelta(minutes=1)


@dataclass(slots=True)
class RecentLook:
    """A look that serves several changes in a row. Call it for a look that is recent, `forget` after other writes."""

    look: Callable[[Incident], Look]
    clock: Clock
    _seen: Look | None = None
    _at: datetime | None = None

    def __call__(self, incident: Incident) -> Look:
        """A look that was taken within `RECENT`, else a fresh one."""
        if self._seen is None or self._at is None or self.clock.now() - self._at > RECENT:
            self._at = self.clock.now()
            self._seen = self.look(incident)
        return self._seen

    def forget(self) -> None:
        """The estate is another one now."""
        self._seen = None


def held_back(held: Held, execution: Execution, approved: ApprovedPlan, look: RecentLook, now: datetime) -> Turn | None:
    """The turn that ends this run where the next change may not be made (yet); None where it may.

    It waits until the waves before have stood for `core.waves.STANDS`, and leads to UNDOING where a path that worked is
    broken. `Stale("wave-failed")` where somebody has changed one of their changes back; `Transient("wave-unproven")`
    while a pull from one of their registries that worked is unknown.
    """
    index = execution.next
    if index is None or execution.steps[index].state is not StepState.WAITING:
        return None
    before = earlier_waves(approved.plan, index)
    if not before:
        return None
    ended = [step.ended_at for i in before if (step := execution.steps[i]).ended_at is not None]
    stood = max(ended, default=execution.started_at) + STANDS
    if now < stood:
        return Turn(held, held.incident, stood)
    look.forget()
    seen = look(held.incident)
    hurt = [p for p in seen.paths() if p.key in execution.worked and p.verdict is Verdict.BROKEN]
    if hurt:
        why = f"the wave failed, undoing our own changes: worked before and is broken now: {_named(hurt)}"
        return Turn(held, held.incident.to(Status.UNDOING, now, why))
    ours = {approved.plan.changes[i].key for i in before}
    undone = [change.summary for change in seen.diagnosis.plan.changes if change.key in ours]
    if undone:
        raise Stale(
            "wave-failed",
            f"the waves before did not hold, nothing more is written: {'; '.join(undone[:5])}",
            hint="somebody has changed it back since; the journal says who wrote to it last",
        )
    in_doubt = _in_doubt(seen, execution, approved.plan, before)
    if in_doubt:
        raise Transient(
            "wave-unproven",
            f"worked before the waves that are made, and cannot be told now: {_named(in_doubt)}",
            retry_after=60,
        )
    return None


def _in_doubt(seen: Look, execution: Execution, plan: Plan, before: Wave) -> list[PullPath]:
    """The pulls from registries of these waves that worked and are unknown now."""
    changed = {plan.changes[index].target for index in before}
    return [
        path
        for path in seen.paths()
        if path.key in execution.worked and path.verdict is Verdict.UNKNOWN and path.registry in changed
    ]


def _named(paths: Sequence[PullPath]) -> str:
    return ", ".join(f"{path.consumer.name} → {path.host}" for path in paths[:5])

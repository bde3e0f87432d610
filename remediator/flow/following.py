"""Azure is at work on a write: has it failed, shall it be made again, has it taken too long?

Asked by `apply` and `undo` while they follow an operation. A failed operation is over, whatever its code says of the
next one: the write is made a few times in all, counted in its step, so that a killed run counts on. One that Azure does
not let us ask about is followed by its resource; one that has left no trace after minutes counts as failed. One that
does not end is not ours to break off: a person is called and nothing more is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from remediator.core.approval import ApprovedPlan
from remediator.core.change import Change
from remediator.core.errors import HIDDEN, Forbidden, Misconfigured, Rejected, RemediatorError, Stale, Transient
from remediator.core.execution import Step
from remediator.flow.trouble import pause
from remediator.ports import Applier

MAX_TRIES = 3
RACES = frozenset({"azure-raced", "change-moved"})
# A write that is over and not to be seen is looked for this often, about ten minutes, before it counts as lost.
MAX_LOOKS = 6
LONGEST_OPERATION = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Failed:
    """An operation that has ended badly. `again` is how many seconds to wait before the write is made once more; None
    when that leads nowhere: the reason does not pass, or it was made often enough."""

    problem: RemediatorError
    again: float | None = None


def follow(
    applier: Applier, approved: ApprovedPlan, change: Change, step: Step, now: datetime, tried: int
) -> Failed | float | None:
    """Where the step's operation stands: failed, seconds to wait before it is asked for again, or None when it is over.

    Raises `Misconfigured("operation-stuck")`, and `Transient` when it could not be asked for. After `MAX_LOOKS` tries
    in vain the resource has to tell.
    """
    if step.operation is None:
        return None
    try:
        wait = applier.poll(approved, step.operation)
    except (Rejected, Misconfigured, Forbidden, Stale) as problem:
        if isinstance(problem, Stale) and not HIDDEN.items() <= problem.context.items():
            raise
        return None if HIDDEN.items() <= problem.context.items() else Failed(problem)
    except Transient as problem:
        if problem.code != "operation-failed":
            if tried < MAX_LOOKS:
                raise
            return None
        return once_more(problem, step)
    if wait is None:
        return None
    check_not_stuck(change, step, now)
    return max(wait, 1.0)


def once_more(problem: Transient, step: Step) -> Failed:
    """What failed may be made again, unless it was made often enough."""
    tries = step.tries + 1
    return Failed(problem, pause(problem, tries).total_seconds() if tries < MAX_TRIES else None)


def lost_race(problem: RemediatorError) -> Transient:
    """A write came a moment after somebody else's and was not made; raises the problem where it is another one."""
    if problem.code not in RACES:
        raise problem
    return Transient("azure-raced", problem.message, context=problem.context)


def not_seen(doing: str, step: Step, looks: int) -> Failed:
    """An operation is over, and live state is as it was before: looked for again later, until it counts as lost.

    Raises `Transient("write-not-visible")`; `looks` is how often that was done before.
    """
    problem = Transient("write-not-visible", f"{doing}: made, and not to be seen yet", retry_after=10)
    if looks < MAX_LOOKS:
        raise problem
    return once_more(problem, step)


def check_not_stuck(change: Change, step: Step, now: datetime) -> None:
    """Raises `Misconfigured("operation-stuck")` when Azure has been at work for too long since the step began."""
    if step.started_at is None or now - step.started_at <= LONGEST_OPERATION:
        return
    raise Misconfigured(
        "operation-stuck",
        f"{change.summary}: Azure has been at work on {change.target} since {step.started_at:%Y-%m-%d %H:%M} UTC",
        context={"target": change.target.text},
        hint="see in the portal which operation holds the resource, end it or ask Azure's support, then ask again",
    )

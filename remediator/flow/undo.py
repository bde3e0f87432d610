"""Take back our own writes, last first. Called by `advance` for an UNDOING incident.

Only what we wrote ourselves and what still is as we left it: a resource that somebody changed since is left alone and
named. Each move is one question to Azure and one save, as in `apply`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from remediator.core.approval import ApprovedPlan
from remediator.core.change import Change, LiveState
from remediator.core.errors import Forbidden, Stale, Transient
from remediator.core.execution import Execution, StepState
from remediator.core.incident import Incident, Status, bounded
from remediator.flow.apply import right_to_write
from remediator.flow.following import Failed, check_not_stuck, follow, lost_race, not_seen
from remediator.flow.turn import IN_HAND, Turn, keep, tell
from remediator.flow.write_guard import LONGEST_NAP, Budget, WriteGuard, guarded, nap
from remediator.ports import Applier, Clock, Held, Ids, Incidents, Leases, Switch


def undo(
    held: Held,
    *,
    incidents: Incidents,
    applier: Applier,
    leases: Leases,
    switch: Switch,
    budget: Budget,
    clock: Clock,
    ids: Ids,
    ends: datetime,
    recipients: Sequence[str],
) -> Turn:
    """UNDOING → ROLLED_BACK."""
    approved = right_to_write(held.incident, clock.now())
    with guarded(held.incident, leases=leases, switch=switch, ids=ids, budget=budget) as guard:
        while True:
            execution = _execution(held.incident)
            index = execution.next_to_undo
            if index is None:
                return Turn(held, _rolled_back(held.incident, execution, approved, clock.now(), recipients))
            guard.renew()
            held, wait = _move(held, index, approved, guard, incidents=incidents, applier=applier, clock=clock)
            rest = nap(wait, clock=clock, ends=ends) if wait else None
            if rest is None and clock.now() >= ends:
                rest = clock.now()
            if rest is not None:
                return Turn(held, held.incident, rest)


def _execution(incident: Incident) -> Execution:
    if incident.execution is None:
        raise Stale("execution-missing", f"incident {incident.id} is to be undone and has no execution")
    return incident.execution


def _move(
    held: Held,
    index: int,
    approved: ApprovedPlan,
    guard: WriteGuard,
    *,
    incidents: Incidents,
    applier: Applier,
    clock: Clock,
) -> tuple[Held, float]:
    """One move of one change: at most one write and one save. Gives the seconds to wait before the next move."""
    execution = _execution(held.incident)
    step, change = execution.steps[index], approved.plan.changes[index]
    undoing = step.state is StepState.UNDOING

    def saved(what: str, after: Execution) -> Held:
        changed = replace(held.incident, execution=after, attempts=0)
        told = changed.note(clock.now(), f"{what}: {change.summary}") if what else changed
        return keep(incidents, held, told, clock.now() + IN_HAND)

    def left_alone(code: str, why: str) -> Held:
        return saved("left as it is", execution.left_alone(index, clock.now(), (code, bounded(why))))

    def followed(operation: str) -> Held:
        return saved("", execution.at(index, operation=operation))

    def failed(ended: Failed) -> tuple[Held, float]:
        problem, again = ended.problem, ended.again
        if again is not None:
            once_more = execution.at(index, operation=None, tries=step.tries + 1)
            return saved(f"undoing failed ({problem.message}), trying again", once_more), again
        if not isinstance(problem, Transient):
            raise problem
        return left_alone(problem.code, problem.message), 0

    def begun() -> Held:
        fresh = {"started_at": clock.now(), "operation": None, "tries": 0}
        return saved("undoing", execution.at(index, state=StepState.UNDOING, **fresh))

    match follow(applier, approved, change, step, clock.now(), held.incident.attempts) if undoing else None:
        case Failed() as ended:
            return failed(ended)
        case float(wait):
            return held, wait
    match applier.compare_undo(change):
        case LiveState.DONE:
            return saved("undone" if undoing else "nothing to take back", execution.taken_back(index, clock.now())), 0
        case LiveState.RUNNING:
            if undoing:
                check_not_stuck(change, step, clock.now())
            return held if undoing else begun(), LONGEST_NAP / 3
        case LiveState.CONFLICT:
            return left_alone("undo-conflict", f"{change.target} was changed since"), 0
    if not undoing:
        return begun(), 0
    if step.operation is not None:
        return failed(not_seen(f"undoing {change.summary}", step, held.incident.attempts))
    guard.check(change.target)
    return _write(held, change, approved, applier, followed, left_alone)


def _write(
    held: Held,
    change: Change,
    approved: ApprovedPlan,
    applier: Applier,
    followed: Callable[[str], Held],
    left_alone: Callable[[str, str], Held],
) -> tuple[Held, float]:
    """Make the inverse write whose intent is saved; what becomes of it is seen by the next move."""
    try:
        started = applier.start_undo(approved, change)
    except Forbidden as problem:
        return left_alone(problem.code, problem.message), 0
    except Stale as problem:
        raise lost_race(problem) from problem  # the next look tells what is there now
    if started.operation is not None:
        return followed(started.operation), 0
    if applier.compare_undo(change) is LiveState.PENDING:
        raise Transient("write-not-visible", f"undoing {change.summary}: made, and not to be seen yet", retry_after=10)
    return held, 0


def _rolled_back(
    incident: Incident, execution: Execution, approved: ApprovedPlan, now: datetime, recipients: Sequence[str]
) -> Incident:
    left = [approved.plan.changes[index].summary for index in execution.left]
    what = f"our own changes are undone, except: {'; '.join(left)}" if left else "our own changes are undone"
    if why := _why(incident):
        what = f"{what}. Why: {why}"
    return tell(incident.to(Status.ROLLED_BACK, now, what), "rolled-back", now, recipients, what)


def _why(incident: Incident) -> str:
    """What the journal says of the undoing's beginning: the path that broke, or the change that failed."""
    return next((line.what for line in reversed(incident.journal) if line.status is Status.UNDOING), "")

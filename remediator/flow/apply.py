"""Make the approved changes, one after the other. Called by `advance` for an APPROVED or APPLYING incident.

Each move is one question to Azure and one save, so that a run that is killed anywhere goes on from what was saved and
from what is there: the intent (STARTED) is saved, then the write is made, then it is followed until live state shows
it. Before the first write the world must still give the very plan that was approved; a change that finds neither its
`before` nor its `after` means that the world moved, and nothing more is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from remediator.core.approval import ApprovedPlan, NotApproved
from remediator.core.change import Change, LiveState
from remediator.core.closing import closes, not_private_yet
from remediator.core.errors import Forbidden, Misconfigured, Rejected, RemediatorError, Stale, Transient
from remediator.core.execution import Execution, Step, StepState
from remediator.core.incident import Incident, Status, bounded
from remediator.core.plan import Plan
from remediator.core.policy import Ruling
from remediator.core.pull_path import Verdict
from remediator.core.words import counted
from remediator.flow.code_follows import beside
from remediator.flow.diagnose import Look
from remediator.flow.following import Failed, check_not_stuck, follow, lost_race, not_seen, once_more
from remediator.flow.trouble import may_be_fresh
from remediator.flow.turn import IN_HAND, Turn, keep, tell
from remediator.flow.waves import RECENT, RecentLook, held_back
from remediator.flow.write_guard import LONGEST_NAP, Budget, WriteGuard, guarded, nap
from remediator.ports import Applier, Clock, Held, Ids, Incidents, Leases, Switch


def apply(
    held: Held,
    *,
    look: Callable[[Incident], Look],
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
    """APPROVED → APPLYING → APPLIED, UNDOING or NEEDS_HUMAN; raises `Stale` when the world has moved."""
    recent = RecentLook(look, clock)
    with guarded(held.incident, leases=leases, switch=switch, ids=ids, budget=budget) as guard:
        if held.incident.status is Status.APPROVED or _execution(held.incident).untouched:
            held, approved = _still_the_plan(held, look(held.incident), incidents, applier, clock)
        else:
            approved = right_to_write(held.incident, clock.now())
        while True:
            execution = _execution(held.incident)
            if execution.failed is not None:
                return Turn(held, _given_up(held.incident, execution, clock.now(), recipients))
            if execution.next is None:
                return Turn(held, held.incident.to(Status.APPLIED, clock.now(), "every change is in place"))
            wave = held_back(held, execution, approved, recent, clock.now())
            if wave is not None:
                return wave
            if _not_begun(execution, approved.plan, applier, clock.now()):
                _check_private_first(held.incident, execution, approved, recent)
            guard.renew()
            held, wait = _move(held, execution.next, approved, guard, incidents=incidents, applier=applier, clock=clock)
            if not closes(approved.plan.changes[execution.next]):
                recent.forget()
            rest = nap(wait, clock=clock, ends=ends) if wait else None
            if rest is None and clock.now() >= ends:
                rest = clock.now()
            if rest is not None:
                return Turn(held, held.incident, rest)


def _not_begun(execution: Execution, plan: Plan, applier: Applier, now: datetime) -> bool:
    """Whether the next change is still to be written, also where its intent has waited for the switch or the hour."""
    index = execution.next or 0
    step = execution.steps[index]
    if step.state is not StepState.STARTED or step.operation is not None or step.started_at is None:
        return step.state is StepState.WAITING
    return now - step.started_at > RECENT and applier.compare(plan.changes[index]) is LiveState.PENDING


def _check_private_first(
    incident: Incident, execution: Execution, approved: ApprovedPlan, look: Callable[[Incident], Look]
) -> None:
    """Nothing public is closed before a fresh look shows that every known pull arrives privately.

    `Transient` while Azure is still at it, `Stale` when a path is not what the plan was to make of it.
    """
    change = approved.plan.changes[execution.next or 0]
    if not closes(change):
        return
    mended = incident.diagnosis.foresight.mended if incident.diagnosis else ()
    counted_ones = {*execution.worked, *(path.key for path in mended)}
    open_ones = not_private_yet(change, look(incident).paths(), counted_ones)
    if not open_ones:
        return
    told = ", ".join(f"{path.consumer.name} → {path.host}" for path in open_ones[:5])
    problem = f"{change.summary}: not every pull arrives privately yet: {told}"
    if any(path.verdict is Verdict.UNKNOWN for path in open_ones):
        raise Transient("private-path-unproven", problem, retry_after=30)
    raise Stale("private-path-unproven", problem, hint="the registry stays open; the estate is diagnosed again")


def right_to_write(incident: Incident, now: datetime, ruling: Ruling | None = None) -> ApprovedPlan:
    """What the gate gives; `Stale` with its reason where it gives nothing."""
    approved = incident.approved(now, ruling)
    if isinstance(approved, NotApproved):
        raise Stale(approved.code, f"applying the plan of incident {incident.id}: {approved.reason}")
    return approved


def _execution(incident: Incident) -> Execution:
    if incident.execution is None:
        raise Stale("execution-missing", f"incident {incident.id} is {incident.status.value} and has no execution")
    return incident.execution


def _still_the_plan(
    held: Held, seen: Look, incidents: Incidents, applier: Applier, clock: Clock
) -> tuple[Held, ApprovedPlan]:
    """The right to apply, when a fresh look still gives this plan for what is not done yet; APPLYING is then saved."""
    incident, now = held.incident, clock.now()
    plan = incident.diagnosis.plan if incident.diagnosis else Plan(())
    fresh = seen.diagnosis
    begun = incident.execution.steps if incident.execution and incident.status is Status.APPLYING else ()
    if fresh.plan.digest != plan.digest:
        _check_what_is_left(plan, begun, fresh.plan, applier)
    approved = right_to_write(incident, now, fresh.ruling)
    if incident.status is Status.APPLYING:
        return held, approved
    worked = tuple(path.key for path in seen.paths() if path.verdict is Verdict.OK)
    execution = Execution(plan.digest, tuple(Step() for _ in plan.changes), now, approved.by, worked)
    asked = beside(incident, now)
    applying = replace(incident, execution=execution, verification=None, pull_request=asked)
    begins = applying.to(Status.APPLYING, now, f"applying {counted(len(plan.changes), 'change')}")
    return keep(incidents, held, begins, now + IN_HAND), approved


def _check_what_is_left(plan: Plan, begun: tuple[Step, ...], fresh: Plan, applier: Applier) -> None:
    """Raises `Stale` unless the fresh plan is what is left of ours: others may have done a part of it."""
    live = [applier.compare(change) for change in plan.changes]
    ours = any(
        step.state is StepState.STARTED and state in (LiveState.DONE, LiveState.RUNNING)
        for step, state in zip(begun, live, strict=False)
    )
    if ours:
        return
    if LiveState.RUNNING in live:
        raise Transient("resource-busy", "applying a plan: somebody else's change is under way", retry_after=30)
    left = Plan(tuple(c for c, state in zip(plan.changes, live, strict=True) if state is not LiveState.DONE))
    if left.digest != fresh.digest:
        raise Stale("plan-moved", "applying a plan: a fresh diagnosis gives another one; nothing was written")


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

    def saved(what: str, **fields: object) -> Held:
        changed = replace(held.incident, execution=execution.at(index, **fields), attempts=0)
        told = changed.note(clock.now(), f"{what}: {change.summary}") if what else changed
        return keep(incidents, held, told, clock.now() + IN_HAND)

    def failed(problem: RemediatorError, again: float | None, **known: object) -> tuple[Held, float]:
        known |= {"tries": step.tries + isinstance(problem, Transient), "error": _told(problem)}
        if again is None:
            return saved("failed", **{**known, "state": StepState.FAILED, "ended_at": clock.now()}), 0
        return saved(f"failed ({problem.message}), trying again", operation=None, **known), again

    match follow(applier, approved, change, step, clock.now(), held.incident.attempts):
        case Failed(problem, again):
            return failed(problem, again)
        case float(wait):
            return held, wait
    match applier.compare(change):
        case LiveState.DONE if step.wrote:
            return saved("done", state=StepState.DONE, ended_at=clock.now(), error=None), 0
        case LiveState.DONE:
            return saved("was done already", state=StepState.SKIPPED, ended_at=clock.now()), 0
        case LiveState.RUNNING:
            if step.started_at is None:
                return saved("waiting for Azure", started_at=clock.now()), LONGEST_NAP / 3
            check_not_stuck(change, step, clock.now())
            return held, LONGEST_NAP / 3
        case LiveState.CONFLICT:
            raise Stale("change-conflict", f"{change.summary}: {change.target} is neither as before nor as planned")
    if step.operation is not None:
        lost = not_seen(change.summary, step, held.incident.attempts)
        return failed(lost.problem, lost.again)
    if step.state is StepState.WAITING:
        return saved("started", state=StepState.STARTED, started_at=clock.now(), wrote=True), 0
    guard.check(change.target)
    return _write(held, step, change, approved, applier, saved, failed)


def _write(
    held: Held,
    step: Step,
    change: Change,
    approved: ApprovedPlan,
    applier: Applier,
    saved: Callable[..., Held],
    failed: Callable[..., tuple[Held, float]],
) -> tuple[Held, float]:
    """Make the write whose intent is saved; what becomes of it is seen by the next move."""
    try:
        started = applier.start(approved, change)
    except (Rejected, Misconfigured, Forbidden) as problem:
        if may_be_fresh(problem, held.incident.attempts):
            raise
        return failed(problem, None, wrote=step.tries > 0)
    except (Transient, Stale) as problem:
        race = lost_race(problem)
        # not made: what is there now is somebody else's
        return failed(race, once_more(race, step).again, state=StepState.WAITING, wrote=False)
    if started.operation is not None:
        return saved("", operation=started.operation), 0
    if applier.compare(change) is LiveState.PENDING:
        raise Transient("write-not-visible", f"{change.summary}: made, and not to be seen yet", retry_after=10)
    return held, 0


def _told(problem: RemediatorError) -> tuple[str, str]:
    return problem.code, bounded(f"{problem.message}. {problem.hint}" if problem.hint else problem.message)


def _given_up(incident: Incident, execution: Execution, now: datetime, recipients: Sequence[str]) -> Incident:
    """A write failed for good: our own writes are undone; where there are none, a person is called."""
    code, text = execution.steps[execution.failed or 0].error or ("write-failed", "a write failed")
    failed = replace(incident, error=(code, text))
    if execution.next_to_undo is not None:
        return failed.to(Status.UNDOING, now, f"a change failed, undoing our own: {code}: {text}")
    stopped = failed.to(Status.NEEDS_HUMAN, now, f"a change was refused, nothing was written: {code}: {text}")
    return tell(stopped, "needs-human", now, recipients, text)

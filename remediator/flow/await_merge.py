"""Is the pull request merged, still wanted, still standing on its branch? Called by `advance` for AWAITING_MERGE.

It looks once an hour, and at once when a webhook or a signal asks for it. After the merge the pipeline writes to Azure:
signals tell of that, and it looks by itself at growing intervals, for a day. A host that does not answer is asked again
later and moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from remediator.core.code_request import (
    BETWEEN_LOOKS,
    MAX_ATTEMPTS,
    PATIENCE,
    CodeRequest,
    Purpose,
    closed_by_a_person,
    next_writes,
)
from remediator.core.errors import Misconfigured, Stale, Transient
from remediator.core.execution import StepState
from remediator.core.incident import Incident, Status, bounded
from remediator.core.meant import drifts_left
from remediator.core.pull_request import Instruction, PullRequest, RequestState
from remediator.core.request_words import Closing
from remediator.flow.await_approval import look_at
from remediator.flow.diagnose import Look, to_tell
from remediator.flow.open_request import instructed
from remediator.flow.put_forward import CodeDesk, put_forward
from remediator.flow.turn import Turn, note_once, tell
from remediator.flow.verify import left_of
from remediator.ports import Held

# What a host says of a moment that passes; everything else is for `advance`.
OF_A_HOST = "code-host-"


@dataclass(frozen=True, slots=True)
class _Case:
    """One look at one request."""

    held: Held
    incident: Incident
    request: CodeRequest
    look: Callable[[Incident], Look]
    desk: CodeDesk
    recipients: Sequence[str]

    @property
    def now(self) -> datetime:
        return self.desk.clock.now()

    def told(self, seen: Look) -> tuple[str, ...]:
        return to_tell(self.incident.registries, seen.desired, self.recipients)


def await_merge(
    held: Held,
    *,
    look: Callable[[Incident], Look],
    desk: CodeDesk | None,
    recipients: Sequence[str],
) -> Turn:
    """AWAITING_MERGE → APPLIED (merged and written), REJECTED, NO_DRIFT, NEEDS_HUMAN, or wait on; raises `Stale` when
    the plan is void."""
    incident, request = held.incident, held.incident.pull_request
    if request is None or request.home is None or desk is None:
        raise Stale("plan-missing", f"incident {incident.id} waits for a pull request that nobody here can look at")
    now = desk.clock.now()
    asked = look_at(held, now)
    due = min((at for at in (request.next_at, asked) if at is not None), default=now)
    if due > now:
        return Turn(held, incident, due)
    case = _Case(held, incident.looked(now) if asked is not None else incident, request, look, desk, recipients)
    try:
        return _looked(case)
    except Transient as problem:
        if not problem.code.startswith(OF_A_HOST):
            raise
        return _waits(case, problem)


def _looked(case: _Case) -> Turn:
    request, home = case.request, case.request.home
    assert home is not None  # noqa: S101 - the caller looked
    if request.merged_at is not None:
        return _written(case, request.merged_at)
    found = case.desk.side.host_of(home).find(home, request.branch)
    if found is not None and found.state is RequestState.MERGED:
        merged = replace(request.seen(found, None), merged_at=case.now)
        what = f"the pull request is merged, waiting for its pipeline: {found.url}"
        return Turn(case.held, replace(case.incident, pull_request=merged).note(case.now, what))
    if found is not None and closed_by_a_person(found):
        return Turn(case.held, _rejected(case, request, found))
    return _still_needed(case, found)


def _rejected(case: _Case, request: CodeRequest, found: PullRequest) -> Incident:
    """A person closed the request, and it is not opened again without being asked."""
    closed = request.seen(found, None).ended()
    what = f"a person closed the pull request without merging it: {found.url}"
    said_no = replace(case.incident, pull_request=closed).to(Status.REJECTED, case.now, what)
    return tell(said_no, "rejected", case.now, case.recipients, what)


def _still_needed(case: _Case, found: PullRequest | None) -> Turn:
    """The request is open, or closed by us and perhaps not on record: closed where nobody needs it, else put right."""
    seen, request = case.look(case.incident), case.request
    fresh = seen.diagnosis
    if fresh.plan.digest != request.digest:
        gone = not fresh.findings and not fresh.plan
        standing = replace(request, made=found) if found else request
        closed = case.desk.close(case.incident, standing, Closing.DRIFT_GONE if gone else Closing.PLAN_MOVED)
        if not gone:
            raise Stale("plan-moved", "the plan of the pull request is void: a fresh diagnosis gives another one")
        over = replace(case.incident, pull_request=closed.ended())
        what = f"nothing is wrong any more: closed the pull request {closed.url}"
        return Turn(case.held, over.to(Status.NO_DRIFT, case.now, what))
    try:
        made = put_forward(case.incident, request, found, seen.live, seen.desired, desk=case.desk)
    except Stale as problem:
        if problem.code != "request-branch-touched":
            raise
        later = replace(request, made=found or request.made, next_at=case.now + BETWEEN_LOOKS, attempts=0)
        told = note_once(replace(case.incident, pull_request=later), case.now, problem.message)
        return Turn(case.held, told, later.next_at)
    if isinstance(made, Instruction):
        return _no_longer_written(case, made, found, seen)
    if made.made is not None and closed_by_a_person(made.made):
        return Turn(case.held, _rejected(case, made, made.made))
    told = replace(case.incident, pull_request=made)
    if (made.under, made.proposed) != (request.under, request.proposed):
        told = told.note(case.now, f"put the pull request on the newest commit of {made.home and made.home.branch}")
    return Turn(case.held, told, made.next_at)


def _no_longer_written(case: _Case, said: Instruction, found: PullRequest | None, seen: Look) -> Turn:
    """The code has moved so that the request cannot stand there any more: closed, and others' merge is waited for."""
    standing = replace(case.request, made=found) if found else case.request
    if said.code != "code-says-so-already":
        closed = case.desk.close(case.incident, standing, Closing.OTHERWISE)
        return Turn(case.held, instructed(case.incident, closed, said, case.desk, case.told(seen)))
    closed = case.desk.close(case.incident, standing, Closing.SAID_ALREADY)
    waits = replace(closed, merged_at=case.now, next_at=None, attempts=0)
    what = "the code says all of it by now, without our pull request: closed it, waiting for the pipeline"
    return Turn(case.held, replace(case.incident, pull_request=waits).note(case.now, what))


def _written(case: _Case, merged_at: datetime) -> Turn:
    """Has the pipeline written what was merged?"""
    incident, now = case.incident, case.now
    planned, execution = incident.diagnosis, incident.execution
    if planned is None or execution is None:
        raise Stale("execution-missing", f"incident {incident.id} waits for a merge and has no execution")
    seen = case.look(incident)
    fresh, over = seen.diagnosis, replace(incident, pull_request=case.request.ended())
    intended = case.request.purpose is Purpose.INTENDED
    left = drifts_left(planned, fresh) if intended else left_of(planned, fresh)
    if not left and intended and not fresh.findings and not fresh.plan:
        return Turn(case.held, over.to(Status.NO_DRIFT, now, "the desired state says so now"))
    if not left and intended:
        return Turn(case.held, over.to(Status.OPEN, now, "the desired state says so now, looking at what is left"))
    if not left:
        steps = tuple(replace(step, state=StepState.SKIPPED, ended_at=now) for step in execution.steps)
        written = replace(over, execution=replace(execution, steps=steps))
        return Turn(case.held, written.to(Status.APPLIED, now, "the pipeline has written what was merged"))
    if now - merged_at >= PATIENCE:
        return Turn(case.held, _not_written(over, left, intended, now, case.told(seen)))
    later = replace(case.request, next_at=next_writes(merged_at, now), attempts=0)
    told = note_once(replace(incident, pull_request=later), now, f"not written yet: {'; '.join(left)}")
    return Turn(case.held, told, later.next_at)


def _not_written(
    incident: Incident, left: Sequence[str], intended: bool, now: datetime, people: Sequence[str]
) -> Incident:
    if intended:
        why = "a day after the merge the program still reads a desired state without it: deploy the document"
        stopped = replace(incident, error=("merged-not-declared", why))
    else:
        why = bounded(f"a day after the merge this is still not in Azure, look at the pipeline: {'; '.join(left)}")
        stopped = replace(incident, error=("merged-not-written", why))
    return tell(stopped.to(Status.NEEDS_HUMAN, now, why), "needs-human", now, people)


def _waits(case: _Case, problem: Transient) -> Turn:
    """The host asks for patience, or does not answer."""
    failed = case.request.failed(case.now, problem.retry_after)
    if failed.attempts > MAX_ATTEMPTS:
        raise Misconfigured(
            "code-host-silent",
            f"{problem.message}: {MAX_ATTEMPTS} times in a row",
            context=problem.context,
            hint="see whether the host is up and lets the program in; the pull request is left as it is",
        )
    told = note_once(replace(case.incident, pull_request=failed), case.now, f"waiting: {problem}")
    return Turn(case.held, told, failed.next_at)

"""The code follows what was applied: "apply now and open the pull request". Called by `advance` after the steps of an
incident that has ended.

Like the outbox it has attempts and saves of its own: whatever becomes of the request, the mending is neither held up
nor undone by it, and it is followed after the incident has ended, until it is merged or closed. It also closes the
request of an incident that went another way in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from remediator.core.choices import home_for
from remediator.core.code_request import (
    MAX_ATTEMPTS,
    CodeRequest,
    Purpose,
    closed_by_a_person,
    wanted,
)
from remediator.core.desired import Way
from remediator.core.errors import RemediatorError, Stale, Transient
from remediator.core.incident import Incident, Status, bounded
from remediator.core.pull_request import Instruction, PullRequest, RequestState
from remediator.core.request_words import Closing
from remediator.flow.diagnose import Look, to_tell
from remediator.flow.put_forward import CodeDesk, put_forward
from remediator.flow.trouble import OTHERS_AT_WORK, PATIENT
from remediator.flow.turn import keep, note_once, open_case, tell
from remediator.ports import Clock, Held, Incidents, Log


def beside(incident: Incident, now: datetime) -> CodeRequest | None:
    """The request that an execution begins with: one is wanted where that was approved."""
    if incident.chosen_way is not Way.BOTH or incident.diagnosis is None:
        return incident.pull_request
    return wanted(incident.pull_request, Purpose.BESIDE, incident.id, incident.diagnosis.plan.digest, now)


@dataclass(frozen=True, slots=True)
class _Follower:
    incidents: Incidents
    look: Callable[[Incident], Look]
    desk: CodeDesk | None
    clock: Clock
    log: Log
    recipients: Sequence[str]


def code_follows(
    incident: str,
    rest: datetime | None,
    *,
    incidents: Incidents,
    look: Callable[[Incident], Look],
    desk: CodeDesk | None,
    clock: Clock,
    log: Log,
    recipients: Sequence[str],
) -> datetime | None:
    """Do for the incident's request what is due; gives the earlier of `rest` and when to look at the request again."""
    held = open_case(incidents, incident)
    request, status = held.incident.pull_request, held.incident.status
    if request is None or request.over or not status.ended:
        return rest
    now = clock.now()
    if request.next_at is not None and request.next_at > now:
        return _earlier(rest, request.next_at)
    follower = _Follower(incidents, look, desk, clock, log, recipients)
    after = _tried(follower, held, request)
    wake = after.pull_request.next_at if after.pull_request else None
    keep(incidents, held, after, _earlier(rest, wake) or clock.now())
    return _earlier(rest, wake)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def _tried(it: _Follower, held: Held, request: CodeRequest) -> Incident:
    """The incident after one look at its request, whatever went wrong with it."""
    incident = held.incident
    try:
        if request.purpose is not Purpose.BESIDE or not _stands(incident):
            return _ended(it, incident, request)
        return _followed(it, held, request)
    except Transient as problem:
        if problem.code in OTHERS_AT_WORK:
            raise
        it.log.info("following a pull request: later", incident=incident.id, code=problem.code)
        patient = problem.code in PATIENT
        failed = request.failed(it.clock.now(), problem.retry_after)
        if patient:
            failed = replace(failed, attempts=request.attempts)
        if failed.attempts <= MAX_ATTEMPTS:
            waits = replace(incident, pull_request=failed)
            return note_once(waits, it.clock.now(), f"pull request: waiting: {problem}")
        return _given_up(it, incident, request, problem)
    except RemediatorError as problem:
        return _given_up(it, incident, request, problem)


def _stands(incident: Incident) -> bool:
    """Whether the code shall say what was applied: it was verified, or stands where a person was called."""
    wrote = incident.execution is not None and incident.execution.wrote
    return incident.status is Status.RESOLVED or (incident.status is Status.NEEDS_HUMAN and wrote)


def _ended(it: _Follower, incident: Incident, request: CodeRequest) -> Incident:
    """The incident went another way, or its changes were taken back: nobody needs the request any more."""
    if request.home is None or it.desk is None or incident.status is Status.NEEDS_HUMAN:
        return replace(incident, pull_request=request.ended())
    # asked of the host: a run that was killed may have opened it and not put it on record
    found = it.desk.side.host_of(request.home).find(request.home, request.branch)
    if found is None or found.state is not RequestState.OPEN:
        return replace(incident, pull_request=replace(request, made=found or request.made).ended())
    closed = it.desk.close(incident, replace(request, made=found), Closing.OTHERWISE)
    over = replace(incident, pull_request=closed.ended())
    return over.note(it.clock.now(), f"closed the pull request, since the incident is over: {closed.url}")


def _followed(it: _Follower, held: Held, request: CodeRequest) -> Incident:
    incident = held.incident
    if it.desk is None:
        raise Stale("plan-missing", f"incident {incident.id}: no pull request can be opened")
    seen = it.look(incident)
    people = to_tell(incident.registries, seen.desired, it.recipients)
    if request.home is None:
        request = replace(request, home=home_for(incident, seen.desired, Purpose.INSTEAD))
        incident = replace(incident, pull_request=request)
    home = request.home
    assert home is not None  # noqa: S101 - set above
    found = it.desk.side.host_of(home).find(home, request.branch)
    now = it.clock.now()
    if found is not None and found.state is RequestState.MERGED:
        merged = replace(request.seen(found, None), merged_at=now).ended()
        return replace(incident, pull_request=merged).note(now, f"the pull request is merged: {found.url}")
    if found is not None and closed_by_a_person(found):
        return _closed(incident, request, found, people, now)
    made = put_forward(incident, request, found, seen.live, seen.desired, desk=it.desk)
    now = it.clock.now()
    if isinstance(made, Instruction):
        return _without(it, incident, request, made, people, now)
    if made.made is not None and closed_by_a_person(made.made):
        return _closed(incident, made, made.made, people, now)
    after = replace(incident, pull_request=made)
    if request.made is None or found is None:
        after = after.note(now, f"opened a pull request for what was applied: {made.url}")
        return tell(after, "request-opened", now, people, request=made.url)
    moved = (made.under, made.proposed) != (request.under, request.proposed)
    return after.note(now, "put the pull request on the newest commit") if moved else after


def _closed(
    incident: Incident, request: CodeRequest, found: PullRequest, people: Sequence[str], now: datetime
) -> Incident:
    """A person's no to the code; it is not opened again."""
    over = replace(incident, pull_request=request.seen(found, None).ended())
    why = "a person closed the pull request: the code does not say what was applied, and its next run may undo it"
    return tell(over.note(now, f"{why}: {found.url}"), "request-closed", now, people, why, request=found.url)


def _without(
    it: _Follower, incident: Incident, request: CodeRequest, said: Instruction, people: Sequence[str], now: datetime
) -> Incident:
    """Nothing is to be written, or nothing can be: the mending stands either way."""
    if it.desk is not None and request.made is not None:
        request = it.desk.close(incident, request, Closing.SAID_ALREADY)
    if said.code == "code-says-so-already":
        over = replace(incident, pull_request=request.ended())
        return over.note(now, "the code says all of it already: no pull request is needed")
    over = replace(incident, pull_request=request.ended((said.code, said.reason), said.text))
    told = over.note(now, f"no pull request: {said.code}: {said.reason}")
    return tell(told, "request-trouble", now, people, f"{said.code}: {said.reason}")


def _given_up(it: _Follower, incident: Incident, request: CodeRequest, problem: RemediatorError) -> Incident:
    """What will not pass: people are told, and nothing else of the incident changes."""
    now = it.clock.now()
    it.log.error("following a pull request", incident=incident.id, code=problem.code)
    over = replace(incident, pull_request=request.ended((problem.code, bounded(problem.message))))
    told = over.note(now, f"no pull request: {problem}")
    advice = bounded(problem.hint or "")
    return tell(told, "request-trouble", now, it.recipients, bounded(str(problem)), advice=advice)

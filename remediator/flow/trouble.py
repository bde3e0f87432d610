"""A step raised an error that we know: what becomes of the incident? Called by `advance` and by nobody else.

What may pass is tried again later; a moved world is diagnosed again; the rest ends with a person who is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from remediator.core.errors import Forbidden, RemediatorError, Stale, Transient
from remediator.core.incident import Incident, Status, bounded, may_go
from remediator.core.outbox import due
from remediator.flow.turn import IN_HAND, keep, open_case, tell
from remediator.ports import Clock, Held, Incidents

# Tried again after 10, 20, 40 … seconds, at most a quarter of an hour; after the last try a person is called.
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=15)
MAX_ATTEMPTS = 12
# Somebody else is at it: nothing is saved, so that his saves stand. Saved incidents have a wake-up time anyway.
OTHERS_AT_WORK = frozenset({"lost-race", "signal-at-closing-time", "lease-held", "lease-lost"})
# What looks like a missing right may be a grant that is not seen yet: that takes minutes (azure-facts 7, 9). Tried
# 6 times, about ten minutes in all, before it counts as missing.
GRANTS = frozenset({"azure-forbidden"})
GRANT_TRIES = 6
PATIENT = frozenset({"writes-stopped", "changes-per-hour", "root-in-hand", "requests-at-limit"})
_TEMPLATES = {Status.NEEDS_HUMAN: "needs-human", Status.FORBIDDEN: "forbidden"}


def is_due(held: Held, now: datetime) -> bool:
    """Whether there is anything to do for an incident: its time has come, or a letter or a notice waits."""
    incident = held.incident
    if held.letters or due(incident, now) is not None:
        return True
    if incident.wake_at is None:
        return not incident.status.ended
    return incident.wake_at <= now


def pause(problem: Transient, attempts: int) -> timedelta:
    """How long to wait before the next try: longer each time, and not less than the other side asked for."""
    own = min(FIRST_PAUSE * (1 << max(attempts - 1, 0)), LONGEST_PAUSE)
    return max(own, timedelta(seconds=problem.retry_after or 0))


def later(
    incident: str, problem: Transient, *, incidents: Incidents, clock: Clock, recipients: Sequence[str]
) -> datetime | None:
    """Put the try on record and give the time of the next one; None when it was the last one.

    What people or the clock will let go on is waited for, however long it takes: those tries are not counted.
    """
    held, now = open_case(incidents, incident), clock.now()
    if held.incident.status.ended:
        return None
    attempts = held.incident.attempts + (problem.code not in PATIENT)
    if attempts > MAX_ATTEMPTS:
        keep(incidents, held, _told(held.incident.needs_human(now, problem), now, recipients, problem), now + IN_HAND)
        return None
    tried = replace(held.incident, attempts=attempts)
    said = bounded(f"waiting: {problem}")
    if not tried.journal or tried.journal[-1].what != said:
        tried = tried.note(now, said)
    rest = now + pause(problem, attempts)
    keep(incidents, held, tried, rest)
    return rest


def may_be_fresh(problem: RemediatorError, attempts: int) -> bool:
    """Whether a refusal may come from a grant that Azure does not see yet, after so many tries."""
    return problem.code in GRANTS and attempts < GRANT_TRIES


def settle(
    incident: str, problem: RemediatorError, *, incidents: Incidents, clock: Clock, recipients: Sequence[str]
) -> datetime | None:
    """Save what an error that will not pass makes of the incident; the time of the next try where it still may."""
    held, now = open_case(incidents, incident), clock.now()
    if held.incident.status.ended:
        return None
    if may_be_fresh(problem, held.incident.attempts):
        waits = Transient(
            "grant-not-seen", f"a grant takes minutes to be seen; {problem.message}", context=problem.context
        )
        return later(incident, waits, incidents=incidents, clock=clock, recipients=recipients)
    match problem:
        case Stale():
            after = held.incident.moved(now, problem)
        case Forbidden() if may_go(held.incident.status, Status.FORBIDDEN):
            after = held.incident.to(Status.FORBIDDEN, now, str(problem))
        case _:
            after = held.incident.needs_human(now, problem)
    keep(incidents, held, _told(after, now, recipients, problem), now + IN_HAND)
    return None


def _told(incident: Incident, now: datetime, recipients: Sequence[str], problem: RemediatorError) -> Incident:
    template = _TEMPLATES.get(incident.status)
    if template is None:
        return incident
    standing = sum(1 for step in incident.execution.steps if step.wrote) if incident.execution else 0
    reason = f"{standing} changes of ours stand. {problem}" if standing else str(problem)
    return tell(incident, template, now, recipients, bounded(reason), advice=bounded(problem.hint or ""))

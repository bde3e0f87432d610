"""Openings: which stand at present, how one is diagnosed, and when it is closed. Called for incidents that are one.

Its end is in the store before its first write: the time runs from then, the case file stays busy until it is closed,
and whoever finds it wakes it. Closing is the way back that the approval covered, last change first. One that cannot be
closed whole calls a person: an open door is never forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from remediator.core.errors import Misconfigured
from remediator.core.incident import Incident, Status
from remediator.core.opening import Opening
from remediator.core.subject import concerned
from remediator.core.verification import Outcome, Proof, Verification
from remediator.core.words import counted
from remediator.flow.diagnose import Look
from remediator.flow.turn import IN_HAND, Turn, keep, tell
from remediator.ports import Clock, Held, Incidents

_MOST = 5000


def standing(incidents: Incidents) -> tuple[Opening, ...]:
    """The openings that are being made, stand, or are being closed; no other case file is read for that."""
    found = incidents.find(openings=True, limit=_MOST)
    return tuple(one.opening for one in found if one.opening is not None)


def diagnose_opening(held: Held, *, look: Callable[[Incident], Look], clock: Clock) -> Turn:
    """OPEN → PLANNED, or NO_DRIFT where the address is let in already; raises where it is forbidden."""
    seen, now = look(held.incident), clock.now()
    found = seen.diagnosis
    incident = replace(seen.incident, diagnosis=found, registries=concerned(found)).looked(now)
    if not found.plan:
        return Turn(held, incident.to(Status.NO_DRIFT, now, "nothing to do: the address is let in already"))
    return Turn(held, incident.to(Status.PLANNED, now, f"planned {counted(len(found.plan.changes), 'change')}"))


def begun(held: Held, *, incidents: Incidents, clock: Clock) -> Held:
    """The case file with its end in the store, before anything is written."""
    opening, now = held.incident.opening, clock.now()
    if opening is None or opening.closes_at is not None:
        return held
    timed = opening.begun(now)
    noted = held.incident.note(now, f"it will be closed at {timed.closes_at:%Y-%m-%d %H:%M} UTC, whatever happens")
    return keep(incidents, held, replace(noted, opening=timed), now + IN_HAND)


def keep_open(held: Held, opening: Opening, *, clock: Clock, recipients: Sequence[str]) -> Turn:
    """APPLIED → APPLIED until its time is over, then UNDOING."""
    incident, now, ends = held.incident, clock.now(), opening.closes_at
    if ends is None or now >= ends:
        return Turn(held, incident.to(Status.UNDOING, now, "the time is over: closing it again"))
    if incident.verification is None:
        told = f"{opening.address} is let in to {opening.registry.name} until {ends:%Y-%m-%d %H:%M} UTC"
        checked = Verification(now, Outcome.WAIT, Proof.MODEL, told)
        incident = replace(incident, verification=checked).to(Status.APPLIED, now, told)
        incident = tell(incident, "applied", now, recipients, told)
    return Turn(held, incident, ends)


def closed(turn: Turn, *, clock: Clock, recipients: Sequence[str]) -> Turn:
    """The turn after closing; NEEDS_HUMAN instead of ROLLED_BACK where something of it could not be taken back."""
    execution = turn.incident.execution
    left = execution is not None and bool(execution.left)
    if turn.incident.status is not Status.ROLLED_BACK or not left:
        return turn
    problem = Misconfigured(
        "opening-not-closed",
        f"closing the opening of incident {turn.incident.id}: somebody changed the registry since, and it was left",
        context={"incident": turn.incident.id},
        hint="look at publicNetworkAccess and ipRules of the registry, and close it by hand",
    )
    now = clock.now()
    stopped = turn.held.incident.needs_human(now, problem)
    return replace(turn, incident=tell(stopped, "needs-human", now, recipients, problem.message))

"""What do other programs hear of an incident? Its transitions, as notices for the channel of events.

Asked by `flow/heard` at each save; `views/event` lays a notice out as a CloudEvent, and docs/events.md explains every
field. What is told is frozen when it happens, so that a repeat is the same event. Only ids of resources, codes of ours
and numbers: no person, no text from outside, no token.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from remediator.core.desired import Decision
from remediator.core.execution import StepState
from remediator.core.how_long import minutes_of_exposure, minutes_to_mend
from remediator.core.incident import Incident, JournalLine, Notice, Status
from remediator.core.outbox import EVENTS

MOST_LISTED = 50
Facts = Mapping[str, object]


class EventType(StrEnum):
    """The types of events, as subscribers filter by them. A type's meaning and its fields never change."""

    OPENED = "Remediator.IncidentOpened"
    PROPOSED = "Remediator.PlanProposed"
    APPROVED = "Remediator.PlanApproved"
    APPLIED = "Remediator.PlanApplied"
    RESOLVED = "Remediator.IncidentResolved"
    ROLLED_BACK = "Remediator.IncidentRolledBack"
    NEEDS_HUMAN = "Remediator.IncidentNeedsHuman"
    CLOSED = "Remediator.IncidentClosed"


_TYPES: Mapping[Status, EventType] = {
    Status.PLANNED: EventType.PROPOSED,
    Status.APPROVED: EventType.APPROVED,
    Status.APPLIED: EventType.APPLIED,
    Status.RESOLVED: EventType.RESOLVED,
    Status.ROLLED_BACK: EventType.ROLLED_BACK,
    Status.NEEDS_HUMAN: EventType.NEEDS_HUMAN,
    Status.NO_DRIFT: EventType.CLOSED,
    Status.REPORTED: EventType.CLOSED,
    Status.JOINED: EventType.CLOSED,
    Status.FORBIDDEN: EventType.CLOSED,
    Status.REJECTED: EventType.CLOSED,
    Status.EXPIRED: EventType.CLOSED,
}


def announcements(before: Incident | None, after: Incident) -> tuple[Notice, ...]:
    """One notice for each transition since `before` (None: it is new) of which others hear.

    A look that leads to another look is none, nor is a void plan: the next proposal replaces it.
    """
    known = len(before.journal) if before else 0
    status = before.status if before else None
    made = []
    for number, line in enumerate(after.journal[known:], known + 1):
        if line.status is None:
            continue
        kind = _type_of(status, line.status)
        status = line.status
        if kind is not None:
            made.append(_notice(kind, number, line, after))
    return tuple(made)


def _type_of(before: Status | None, after: Status) -> EventType | None:
    if after is Status.OPEN:
        return EventType.OPENED if before is None or before.ended else None
    return None if before is after else _TYPES.get(after)


def _notice(kind: EventType, number: int, line: JournalLine, incident: Incident) -> Notice:
    facts = {
        "status": (line.status or incident.status).value,
        "opened_at": _moment(incident.opened_at),
        "correlation": incident.correlation,
        "rule": incident.diagnosis.findings[0].rule if incident.diagnosis and incident.diagnosis.findings else None,
        "registries": [registry.text for registry in incident.registries[:MOST_LISTED]],
        "app": incident.app.text if incident.app else None,
        "journal": {"line": number, "hash": line.hash},
        **_more(kind, line.at, incident),
    }
    told = (("at", _moment(line.at)), ("data", json.dumps(facts)), ("line", str(number)))
    return Notice(f"event-{number}", kind.value, EVENTS, told)


def _more(kind: EventType, at: datetime, incident: Incident) -> Facts:
    """What an event of this type tells besides."""
    plan = incident.diagnosis.plan if incident.diagnosis else None
    digest = plan.digest if plan else None
    match kind:
        case EventType.OPENED:
            return {"source": incident.signals[0].source.value if incident.signals else None}
        case EventType.PROPOSED:
            return {"plan": _plan(incident)}
        case EventType.APPROVED:
            return {"digest": digest, **_approval(incident)}
        case EventType.APPLIED:
            return {"digest": digest, "changes": _steps(incident), "written": _steps(incident, wrote=True)}
        case EventType.RESOLVED:
            proof = incident.verification.proof.value if incident.verification else None
            exposed, mended = minutes_of_exposure(incident, at), minutes_to_mend(incident, at)
            return {"proof": proof, "minutes_of_exposure": exposed, "minutes_to_mend": mended}
        case EventType.ROLLED_BACK:
            left = len(incident.execution.left) if incident.execution else 0
            undone = _steps(incident, state=StepState.UNDONE)
            return {"digest": digest, "undone": undone, "left": left, "error": _code(incident)}
        case EventType.NEEDS_HUMAN:
            return {"error": _code(incident), "written": _steps(incident, wrote=True)}
        case EventType.CLOSED:
            return {"joined_to": incident.joined_to}


def _plan(incident: Incident) -> Facts | None:
    found = incident.diagnosis
    if found is None:
        return None
    changes = found.plan.changes
    return {
        "digest": found.plan.digest,
        "changes": [{"kind": one.kind.value, "target": one.target.text} for one in changes[:MOST_LISTED]],
        "change_count": len(changes),
        "decision": found.ruling.decision.value if found.ruling else None,
        "way": incident.chosen_way.value,
        "approvals_wanted": found.ruling.approvals if found.ruling and found.ruling.decision is Decision.ASK else 0,
        "mends": len(found.foresight.mended),
        "breaks": len(found.foresight.broken),
    }


def _approval(incident: Incident) -> Facts:
    found = incident.diagnosis
    by_policy = found is not None and found.ruling is not None and found.ruling.decision is Decision.AUTO
    digest = found.plan.digest if found else ""
    said = {one.person for one in incident.approvals if one.yes and one.digest == digest}
    return {"by": "policy" if by_policy else "people", "approvals": len(said), "way": incident.chosen_way.value}


def _steps(incident: Incident, *, wrote: bool = False, state: StepState | None = None) -> int:
    steps = incident.execution.steps if incident.execution else ()
    return sum(1 for step in steps if (step.wrote or not wrote) and state in (None, step.state))


def _code(incident: Incident) -> str | None:
    return incident.error[0] if incident.error else None


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")

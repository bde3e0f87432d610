"""Something stands in the way of a plan, or may: what becomes of the incident? Called by `request_approval`.

A plan that Azure would surely refuse is put to nobody: a person is called, and each obstacle is in the journal by its
name. Rights alone are looked for again for a while first: somebody may be giving them at this moment. A remark of the
preflight stops nothing; it is told with the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from remediator.core.errors import Misconfigured, Transient
from remediator.core.incident import Incident, bounded
from remediator.core.preflight import Barrier, PreflightResult
from remediator.flow.turn import tell

MOST_NOTES = 20
# A role assignment is listed sooner than it is honoured: 4 looks more, two and a half minutes in all.
GRANT_LOOKS = 4
_HINTS = {
    Barrier.PERMISSION: "Give the applier that action there (`remediator permissions` lists all); it takes minutes",
    Barrier.LOCK: "Remove the lock, or let whoever holds it make the change",
    Barrier.POLICY: "Ask the policy's owner for an exemption, or for the way that it allows",
    Barrier.ADDRESSES: "Enlarge the subnet, or name another one in the desired state",
}


def held_up(incident: Incident, checked: PreflightResult, now: datetime, people: Sequence[str]) -> Incident:
    """PLANNED → NEEDS_HUMAN, with every obstacle named; `Transient("grant-not-seen")` while rights alone are missing
    and may still come."""
    first, *others = checked.obstacles
    if incident.attempts < GRANT_LOOKS and all(one.kind is Barrier.PERMISSION for one in checked.obstacles):
        raise Transient("grant-not-seen", f"a grant takes minutes to be seen; {first.text}; nobody was asked yet")
    more = f" (the first of {len(checked.obstacles)} obstacles)" if others else ""
    hint = f"{_HINTS[first.kind]}, then ask again"
    problem = Misconfigured(
        "preflight-blocked",
        f"{first.text}{more}; nobody was asked",
        context={"kind": first.kind.value, "name": first.name, "scope": first.scope.text},
    )
    for obstacle in checked.obstacles[:MOST_NOTES]:
        incident = incident.note(now, f"stands in the way: {obstacle.text}")
    rest = bounded("Also: " + "; ".join(one.text for one in others)) if others else ""
    stopped = noted(incident, checked, now).needs_human(now, problem)
    return tell(stopped, "needs-human", now, people, rest, advice=hint)


def for_a_pipeline(checked: PreflightResult) -> PreflightResult:
    """What matters to a plan that the program does not write itself: our own rights do not, and whatever else stands in
    the way is told with the question, since a pipeline may do what we may not."""
    bars = [one for one in checked.obstacles if one.kind is not Barrier.PERMISSION]
    others = [f"its pipeline may be refused: {one.text}" for one in bars]
    return PreflightResult((), tuple(dict.fromkeys((*others, *checked.remarks))))


def noted(incident: Incident, checked: PreflightResult, now: datetime) -> Incident:
    """The incident with what the preflight could not find out in its journal."""
    for remark in checked.remarks[:MOST_NOTES]:
        incident = incident.note(now, f"before asking: {remark}")
    return incident

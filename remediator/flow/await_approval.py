"""Is the plan decided, still the same, and still in time? Called by `advance` for an AWAITING_APPROVAL incident.

Answers are taken by `record_approval`; here the case goes on when one was saved, when a signal says that the world may
have moved, and when the time is over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from remediator.core.approval import NotApproved
from remediator.core.errors import Stale
from remediator.core.incident import Incident, Status
from remediator.flow.diagnose import Look
from remediator.flow.turn import Turn, tell
from remediator.ports import Clock, Held


def await_approval(held: Held, *, look: Callable[[Incident], Look], clock: Clock, recipients: Sequence[str]) -> Turn:
    """AWAITING_APPROVAL → APPROVED, REJECTED, EXPIRED, OPEN (the plan is void), or wait on."""
    incident = held.incident
    if incident.request is None:
        raise Stale("approval-void", f"incident {incident.id} waits for an approval that nobody was asked for")
    if held.letters and look(incident).diagnosis.plan.digest != incident.request.digest:
        return Turn(held, incident.to(Status.OPEN, clock.now(), "the plan is void: the world has moved"))
    now = clock.now()
    verdict = incident.approved(now)
    if not isinstance(verdict, NotApproved):
        return Turn(held, incident.to(Status.APPROVED, now, f"approved by {len(verdict.by)}"))
    if verdict.code == "plan-rejected":
        return Turn(held, incident.to(Status.REJECTED, now, verdict.reason))
    if now > incident.request.expires_at:
        expired = incident.to(Status.EXPIRED, now, "nobody said yes in time")
        return Turn(held, tell(expired, "expired", now, recipients))
    return Turn(held, incident, incident.request.expires_at + timedelta(seconds=1))

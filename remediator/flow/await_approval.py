"""Is the plan decided, still the same, and still in time? Called by `advance` for an AWAITING_APPROVAL incident.

Answers are taken by `record_approval`; here the case goes on when one was saved, when a signal says that the world may
have moved, and when the time is over. Whoever has not answered is reminded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from remediator.core.approval import NotApproved
from remediator.core.errors import Stale
from remediator.core.incident import MAX_SIGNALS, Incident, Status
from remediator.core.reminding import due_reminders, next_reminder
from remediator.core.signal import SignalSource
from remediator.flow.diagnose import Look
from remediator.flow.turn import Turn, tell
from remediator.ports import Clock, Held

# More signals than a file keeps are a storm.
STORM, BETWEEN_LOOKS = MAX_SIGNALS, timedelta(minutes=1)


def await_approval(
    held: Held,
    *,
    look: Callable[[Incident], Look],
    clock: Clock,
    recipients: Sequence[str],
    fallbacks: Mapping[str, Sequence[str]],
) -> Turn:
    """AWAITING_APPROVAL → APPROVED, REJECTED, EXPIRED, OPEN (the plan is void), or wait on."""
    incident, request = held.incident, held.incident.request
    if request is None:
        raise Stale("approval-void", f"incident {incident.id} waits for an approval that nobody was asked for")
    now = clock.now()
    again = look_at(held, now)
    if again is not None and again <= now:
        incident = incident.looked(now)
        if look(incident).diagnosis.plan.digest != request.digest:
            return Turn(held, incident.to(Status.OPEN, clock.now(), "the plan is void: the world has moved"))
        now, again = clock.now(), None
    verdict = incident.approved(now)
    if not isinstance(verdict, NotApproved):
        return Turn(held, incident.to(Status.APPROVED, now, f"approved by {len(verdict.by)}"))
    if verdict.code == "plan-rejected":
        return Turn(held, incident.to(Status.REJECTED, now, verdict.reason))
    if now > request.expires_at:
        expired = incident.to(Status.EXPIRED, now, "nobody said yes in time")
        return Turn(held, tell(expired, "expired", now, recipients))
    reminders = due_reminders(incident, now, fallbacks)
    if reminders:
        incident = incident.notify(*reminders).note(now, f"nobody has decided yet: reminded {len(reminders)}")
    rest = next_reminder(request, now) or request.expires_at + timedelta(seconds=1)
    return Turn(held, incident, min(rest, again) if again is not None else rest)


def look_at(held: Held, now: datetime) -> datetime | None:
    """When the estate is looked at because of signals that came in; None where none did.

    At once; in a storm not before the last look is a minute old, unless a person asks: one look a minute, and not one
    for each signal.
    """
    incident = held.incident
    if not incident.unlooked:
        return None
    asked = any(letter.source is SignalSource.MANUAL for letter in held.letters)
    if asked or incident.looked_at is None or incident.signal_count <= STORM:
        return now
    return max(now, incident.looked_at + BETWEEN_LOOKS)

"""Something happened to a branch of ours: have its incident look at once. Called by the door of code hosts' webhooks.

What a webhook says is a hint, like every signal: only the branch is taken from it, and the host is asked.
"""

from __future__ import annotations

from dataclasses import replace

from remediator.core.code_request import incident_of
from remediator.core.errors import Rejected, Transient
from remediator.flow.turn import keep, open_case
from remediator.ports import Clock, Incidents, WorkQueue

TRIES = 5


def code_moved(branch: str, *, incidents: Incidents, queue: WorkQueue, clock: Clock) -> str | None:
    """The id of the incident that is looked at now; None where the branch is not ours, or nobody waits for it.

    `Transient` when others kept saving it, or the wake-up could not be sent: the sender comes again.
    """
    incident = incident_of(branch)
    if incident is None:
        return None
    for _ in range(TRIES):
        try:
            held = open_case(incidents, incident)
        except Rejected:
            return None
        request, now = held.incident.pull_request, clock.now()
        if request is None or request.over:
            return None
        try:
            keep(incidents, held, replace(held.incident, pull_request=replace(request, next_at=now)), now)
        except Transient as problem:
            if problem.code not in ("lost-race", "signal-at-closing-time"):
                raise
            continue
        queue.send(incident)
        return incident
    raise Transient("lost-race", f"waking incident {incident}: others keep saving it", retry_after=5)

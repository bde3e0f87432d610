"""Who is due? Called by the minute timer: the store is the truth, and a message that was lost is sent again."""

from __future__ import annotations

from remediator.ports import Clock, Incidents, WorkQueue


def wake_due(*, incidents: Incidents, queue: WorkQueue, clock: Clock) -> tuple[str, ...]:
    """Send again the ids of the incidents whose time has come, and give them back; a failed send is an error."""
    ids = incidents.due(clock.now())
    for incident in ids:
        queue.send(incident)
    return ids

"""Who hears of what is saved? `ports.Incidents` around another one: announcements go into the same save.

Bootstrap puts it around the store where events are published, so that no step need think of them. An announcement is a
notice of the outbox: saved with the state that it tells of, delivered after, and again until it has arrived.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from remediator.core.announcement import announcements
from remediator.core.incident import Incident, Status
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal
from remediator.flow.turn import IN_HAND
from remediator.ports import Held, Incidents, TakenIn


@dataclass(frozen=True, slots=True)
class HeardIncidents:
    """Passes everything on; where `announce` is set, each transition of which others hear has its notice."""

    inner: Incidents
    announce: bool = True

    def take_in(self, subject: ResourceId, signal: Signal, fresh: Incident) -> TakenIn:
        """As `ports.Incidents.take_in`."""
        return self.inner.take_in(subject, signal, self._announced(None, fresh))

    def load(self, incident: str) -> Held:
        """As `ports.Incidents.load`."""
        return self.inner.load(incident)

    def save(self, held: Held, incident: Incident) -> Held:
        """As `ports.Incidents.save`; what comes back has the announcements."""
        return self.inner.save(held, self._announced(held.incident, incident))

    def due(self, now: datetime, limit: int = 100) -> tuple[str, ...]:
        """As `ports.Incidents.due`."""
        return self.inner.due(now, limit)

    def find(
        self, *, status: Status | None = None, registry: ResourceId | None = None, limit: int = 50
    ) -> tuple[Incident, ...]:
        """As `ports.Incidents.find`."""
        return self.inner.find(status=status, registry=registry, limit=limit)

    def _announced(self, before: Incident | None, after: Incident) -> Incident:
        made = announcements(before, after) if self.announce else ()
        if not made:
            return after
        soon = after.journal[-1].at + IN_HAND  # by then this run has delivered it, or was killed
        return after.notify(*made).rest(min(after.wake_at or soon, soon))

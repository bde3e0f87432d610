"""Who hears of what is saved? `ports.Incidents` around another one: announcements go into the same save, and a
listener hears of it afterwards.

Bootstrap puts it around the store, so that no step need think of events and measures. An announcement is a notice of
the outbox: saved with the state that it tells of, delivered after, and again until it has arrived.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from remediator.core.announcement import announcements
from remediator.core.incident import Incident, Status
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal
from remediator.flow.turn import IN_HAND
from remediator.ports import Held, Incidents, TakenIn


class Listener(Protocol):
    """Hears of saves that were made; it raises nothing."""

    def took_in(self, signal: Signal, taken: TakenIn, fresh: Incident) -> None:
        """A signal was taken in; `fresh` is what was stored unless it joined an open incident."""
        ...

    def saved(self, before: Incident, after: Incident) -> None:
        """An incident was saved."""
        ...


@dataclass(frozen=True, slots=True)
class HeardIncidents:
    """Passes everything on; where `announce` is set, each transition of which others hear has its notice."""

    inner: Incidents
    announce: bool = True
    listener: Listener | None = None

    def take_in(self, subject: ResourceId, signal: Signal, fresh: Incident) -> TakenIn:
        """As `ports.Incidents.take_in`."""
        taken = self.inner.take_in(subject, signal, self._announced(None, fresh))
        if self.listener is not None:
            self.listener.took_in(signal, taken, replace(fresh, id=taken.incident))
        return taken

    def load(self, incident: str) -> Held:
        """As `ports.Incidents.load`."""
        return self.inner.load(incident)

    def save(self, held: Held, incident: Incident) -> Held:
        """As `ports.Incidents.save`; what comes back has the announcements."""
        saved = self.inner.save(held, self._announced(held.incident, incident))
        if self.listener is not None:
            self.listener.saved(held.incident, saved.incident)
        return saved

    def due(self, now: datetime, limit: int = 100) -> tuple[str, ...]:
        """As `ports.Incidents.due`."""
        return self.inner.due(now, limit)

    def find(
        self,
        *,
        status: Status | None = None,
        registry: ResourceId | str | None = None,
        root: str = "",
        joined_to: str = "",
        limit: int = 50,
    ) -> tuple[Incident, ...]:
        """As `ports.Incidents.find`."""
        return self.inner.find(status=status, registry=registry, root=root, joined_to=joined_to, limit=limit)

    def _announced(self, before: Incident | None, after: Incident) -> Incident:
        made = announcements(before, after) if self.announce else ()
        if not made:
            return after
        soon = after.journal[-1].at + IN_HAND  # by then this run has delivered it, or was killed
        return after.notify(*made).rest(min(after.wake_at or soon, soon))

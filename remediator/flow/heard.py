"""Who hears of what is saved? `ports.Incidents` around another one: announcements go into the same save, and a
listener hears of it afterwards.

Bootstrap puts it around the store, so that no step need think of events and measures. An announcement is a notice of
the outbox: saved with the state that it tells of, delivered after, and again until it has arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from remediator.core.alert_state import Follow, alert_notices
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
    """Passes everything on; where `announce` is set, each transition of which others hear has its notice.

    `follow` says how far the alert behind an incident follows it.
    """

    inner: Incidents
    announce: bool = True
    follow: Follow = Follow.OFF
    listener: Listener | None = None

    def take_in(self, subject: ResourceId, signal: Signal, fresh: Incident, others: Sequence[Signal] = ()) -> TakenIn:
        """As `ports.Incidents.take_in`; the listener hears of each signal."""
        taken = self.inner.take_in(subject, signal, self._announced(None, fresh), others)
        if self.listener is not None:
            stored = replace(fresh, id=taken.incident)
            self.listener.took_in(signal, taken, stored)
            for other in others:
                self.listener.took_in(other, replace(taken, joined=True), stored)
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
        openings: bool = False,
        limit: int = 50,
    ) -> tuple[Incident, ...]:
        """As `ports.Incidents.find`."""
        return self.inner.find(
            status=status, registry=registry, root=root, joined_to=joined_to, openings=openings, limit=limit
        )

    def _announced(self, before: Incident | None, after: Incident) -> Incident:
        told = announcements(before, after) if self.announce else ()
        made = (*told, *alert_notices(before, after, self.follow))
        if not made:
            return after
        soon = after.journal[-1].at + IN_HAND  # by then this run has delivered it, or was killed
        return after.notify(*made).rest(min(after.wake_at or soon, soon))

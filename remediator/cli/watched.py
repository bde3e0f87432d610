"""What is happening to an incident at this moment? Its journal, line by line, while the flow works on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from remediator.bootstrap import Runtime
from remediator.core.incident import Incident, JournalLine, Status
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal
from remediator.ports import Held, Incidents, TakenIn

Tell = Callable[[Incident, JournalLine], None]


def watched(runtime: Runtime, tell: Tell) -> Runtime:
    """The same runtime, whose flow tells each journal line once it is saved. To be asked before work is started."""
    return replace(runtime, flow=replace(runtime.flow, incidents=_Watched(runtime.flow.incidents, tell)))


@dataclass(frozen=True, slots=True)
class _Watched:
    """`ports.Incidents` that passes everything on and tells of what was saved."""

    inner: Incidents
    tell: Tell

    def take_in(self, subject: ResourceId, signal: Signal, fresh: Incident) -> TakenIn:
        """As `ports.Incidents.take_in`."""
        return self.inner.take_in(subject, signal, fresh)

    def load(self, incident: str) -> Held:
        """As `ports.Incidents.load`."""
        return self.inner.load(incident)

    def save(self, held: Held, incident: Incident) -> Held:
        """As `ports.Incidents.save`."""
        saved = self.inner.save(held, incident)
        for line in incident.journal[len(held.incident.journal) :]:
            self.tell(incident, line)
        return saved

    def due(self, now: datetime, limit: int = 100) -> tuple[str, ...]:
        """As `ports.Incidents.due`."""
        return self.inner.due(now, limit)

    def find(
        self, *, status: Status | None = None, registry: ResourceId | None = None, limit: int = 50
    ) -> tuple[Incident, ...]:
        """As `ports.Incidents.find`."""
        return self.inner.find(status=status, registry=registry, limit=limit)

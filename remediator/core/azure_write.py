"""A write that Azure reports: what was done to which resource, by whom and when.

Events and the activity log tell of writes; `caused_by` and `two_owners` judge them. What the resource looked like
before and after is in neither of them (azure-facts 5.1).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from remediator.core.actor import NOBODY_KNOWN, Actor
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource


class WriteSource(StrEnum):
    """Who told us of the write."""

    EVENT = "event"
    ACTIVITY_LOG = "activity-log"


@dataclass(frozen=True, slots=True)
class AzureWrite:
    """One write that happened. `operation` is Azure's name, e.g. `Microsoft.Network/privateDnsZones/A/write`;
    `correlation` is shared by all writes of one deployment."""

    resource: ResourceId
    operation: str
    at: datetime
    actor: Actor = NOBODY_KNOWN
    correlation: str | None = None
    source: WriteSource = WriteSource.ACTIVITY_LOG

    @property
    def deletes(self) -> bool:
        """Whether the resource was taken away."""
        return self.operation.lower().endswith("/delete")

    @property
    def sentence(self) -> str:
        """Who did what to what, and when, for a journal."""
        what = f"{self.operation} of {self.resource.name} by {self.actor} at {self.at:%Y-%m-%d %H:%M:%S} UTC"
        told = {WriteSource.EVENT: "the event", WriteSource.ACTIVITY_LOG: "the activity log"}[self.source]
        return f"{what} (correlation {self.correlation or 'unknown'}; from {told})"

    @property
    def key(self) -> tuple[str, str, str]:
        """What an event and the activity log say of one write has one key."""
        return (self.resource.key, self.operation.lower(), self.correlation or self.at.isoformat())


def writes_told(signals: Iterable[Signal]) -> tuple[AzureWrite, ...]:
    """The writes that signals tell of themselves: events, and alerts on the activity log."""
    sources = {SignalSource.EVENT_GRID: WriteSource.EVENT, SignalSource.ALERT: WriteSource.ACTIVITY_LOG}
    return tuple(
        AzureWrite(s.subject, s.operation, s.at, Actor(s.actor, s.actor_kind), s.correlation, sources[s.source])
        for s in signals
        if s.source in sources and s.subject is not None and s.operation is not None and s.at is not None
    )


def merged(told: Iterable[AzureWrite], logged: Iterable[AzureWrite]) -> tuple[AzureWrite, ...]:
    """All writes once, oldest first; of one that both tell of, the account that somebody knows."""
    known: dict[tuple[str, str, str], AzureWrite] = {}
    for write in (*told, *logged):
        other = known.get(write.key)
        if other is None or (other.actor.key is None and write.actor.key is not None):
            known[write.key] = write
    return tuple(sorted(known.values(), key=lambda write: write.at))

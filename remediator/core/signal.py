"""A signal: somebody says "look there". It decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from remediator.core.actor import ActorKind
from remediator.core.resource_id import ResourceId


class SignalSource(StrEnum):
    """Who told us."""

    EVENT_GRID = "event-grid"
    ALERT = "alert"
    MANUAL = "manual"
    SWEEP = "sweep"


@dataclass(frozen=True, slots=True)
class Signal:
    """Where to look, and what was said.

    `subject` is the resource that the sender named (in any casing); `registry_host` and `app` are hints from
    texts or dimensions, resolved against Azure later and never trusted as a target. `text` is an error text.
    `actor` is a stable, non-personal id (application or object id) of the one who caused it, when known, and
    `actor_kind` what kind of account that is.
    """

    source: SignalSource
    id: str
    at: datetime | None = None
    subject: ResourceId | None = None
    registry_host: str | None = None
    app: str | None = None
    environment: str | None = None
    operation: str | None = None
    text: str | None = None
    actor: str | None = None
    actor_kind: ActorKind = ActorKind.UNKNOWN
    correlation: str | None = None
    requested_way: str | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """A payload that was understood and says nothing to us (a handshake, a test, a resolved alert)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A payload that could not be understood; it is kept with its reason, never dropped."""

    reason: str

"""A signal: somebody says "look there". It decides nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from remediator.core.actor import ActorKind
from remediator.core.opening import Opening
from remediator.core.resource_id import ResourceId

# As Azure makes them: hex digits and hyphens. Anything else that stands there is a text, and is not passed on.
_CORRELATION = re.compile(r"[0-9a-fA-F-]{8,64}", re.ASCII)


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
    `actor_kind` what kind of account that is. `since` is where the time begins that an alert is about, `workspace` the
    log workspace that its rule looks at; it is asked only where it is one of those that we watch. `opening` is what an
    approver asks for on our own page, and comes from nowhere else.
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
    since: datetime | None = None
    workspace: ResourceId | None = None
    opening: Opening | None = None

    @property
    def correlation_id(self) -> str | None:
        """The sender's correlation id where it has the form of one; only this may be shown and published."""
        known = self.correlation
        return known.lower() if known and _CORRELATION.fullmatch(known) else None

    @property
    def app_id(self) -> ResourceId | None:
        """The app that it names by its full id; a bare name is looked up in the snapshot later."""
        text = (self.app or "").strip("/ ")
        return ResourceId(text) if text.lower().startswith("subscriptions/") else None


def last_few(signals: tuple[Signal, ...], most: int) -> tuple[Signal, ...]:
    """The last signals, and before them the latest of each other one who caused a drift, as many again at most.

    The last ones are all there: a letter of the mailbox that is not among an incident's signals counts as unread.
    """
    last, older = signals[-most:], signals[:-most]
    known = {signal.actor for signal in last} | {None}
    actors: list[Signal] = []
    for signal in reversed(older):
        if signal.actor not in known and len(actors) < most:
            known.add(signal.actor)
            actors.insert(0, signal)
    return (*actors, *last)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A payload that was understood and says nothing to us (a handshake, a test, a resolved alert)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A payload that could not be understood; it is kept with its reason, never dropped."""

    reason: str

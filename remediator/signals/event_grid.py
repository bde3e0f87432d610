"""What did Event Grid tell us?

The doors for events call it: the Functions trigger, and the webhook for both schemas. It translates events of Azure
Resource Manager (`Microsoft.Resources.*`, azure-facts 5.1) and of the Resource Notifications topic. The body of an
event carries no resource, or an old copy of one: a signal says where to look, and the look itself is a fresh GET. Ids
of child resources stay as they are; intake finds the registries behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from remediator.core.signal import Ignored, Quarantined, Signal, SignalSource
from remediator.signals.concern import why_not
from remediator.signals.loose_json import actor, decoded, fingerprint, items, mapping, moment, resource, word

Parsed: TypeAlias = Signal | Ignored | Quarantined

_VALIDATION = "microsoft.eventgrid.subscriptionvalidationevent"
_MANAGER = "microsoft.resources.resource"
_NOTIFICATIONS = "microsoft.resourcenotifications.resources."
_NOTIFIED = {"createdorupdated": "write", "deleted": "delete"}


def handshake(body: object) -> str | None:
    """The code to answer as `validationResponse` when the body asks whether the webhook is ours, else None. Such a body
    holds nothing else: in a batch, the other events count.

    Event Grid schema only, with status 200 within 30 s; CloudEvents does it with OPTIONS. The URL in the event is never
    followed.
    """
    events = _events(body)
    found = mapping(events[0]) if len(events) == 1 else {}
    if (word(found, "eventType") or "").lower() != _VALIDATION:
        return None
    return word(mapping(found.get("data")), "validationCode")


def parse_events(body: object) -> tuple[Parsed, ...]:
    """One answer for each event of the body, in its order; takes one event or a batch, of either schema; never raises.

    `actor` is the application or object id that made the change, so that our own writes are recognised. Events may come
    twice and in any order: `id` is Event Grid's own, the same at each delivery.
    """
    events = _events(body)
    return tuple(_parse(event) for event in events) if events else (Ignored("an empty batch"),)


def _events(body: object) -> list[object]:
    body = decoded(body)
    return list(items(body)) if isinstance(body, list) else [body]


def _parse(event: object) -> Parsed:
    found = mapping(event)
    if not found:
        return Quarantined("an event that is not an object")
    kind = word(found, "eventType", "type")
    if kind is None:
        return Quarantined("an event without eventType or type")
    lowered = kind.lower()
    if lowered == _VALIDATION:
        return Ignored("handshake")
    data = mapping(found.get("data"))
    if lowered.startswith(_NOTIFICATIONS):
        verb = _NOTIFIED.get(lowered.removeprefix(_NOTIFICATIONS))
        return _notification(found, data, verb) if verb else Ignored(f"not a change: {kind[:120]}")
    if not lowered.startswith(_MANAGER):
        return Ignored(f"not an event of a resource: {kind[:120]}")
    if lowered.endswith(("failure", "cancel")):
        return Ignored("the operation did not happen")
    return _change(found, data, lowered)


def _change(event: Mapping[str, object], data: Mapping[str, object], kind: str) -> Parsed:
    authorization = mapping(data.get("authorization"))
    named = word(data, "resourceUri", "resourceUrl", limit=2048) or word(event, "subject", limit=2048)
    operation = word(data, "operationName") or word(authorization, "action")
    if operation is None:
        rid = resource(named)
        verb = "delete" if "delete" in kind else "action" if "action" in kind else "write"
        operation = f"{rid.type}/{verb}" if rid else None
    if operation is None:
        return Quarantined("an event that names neither operation nor resource")
    return _signal(event, data, named, operation)


def _notification(event: Mapping[str, object], data: Mapping[str, object], verb: str | None) -> Parsed:
    # `source` may be another subscription than the resource's own id
    named = word(mapping(data.get("resourceInfo")), "id", limit=2048) or word(event, "subject", limit=2048)
    rid = resource(named)
    kind = rid.type if rid else word(mapping(data.get("resourceInfo")), "type")
    if kind is None:
        return Quarantined("a notification that names no resource")
    return _signal(event, data, named, f"{kind}/{verb}")


def _signal(event: Mapping[str, object], data: Mapping[str, object], named: str | None, operation: str) -> Parsed:
    if reason := why_not(operation):
        return Ignored(reason)
    subject = resource(named)
    if subject is None:
        return Quarantined("an event whose resource id cannot be read")
    who = actor(data.get("claims"), data.get("authorization"))
    return Signal(
        source=SignalSource.EVENT_GRID,
        id=word(event, "id") or f"event:{fingerprint(event)}",
        at=moment(word(event, "eventTime", "time")),
        subject=subject,
        operation=operation,
        actor=who.id,
        actor_kind=who.kind,
        correlation=word(data, "correlationId"),
    )

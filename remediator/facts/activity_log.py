"""Which writes does the activity log tell of? Entries of Microsoft.Insights/eventtypes/management/values 2015-04-01.

`adapters/azure/activity_log` calls it. One write has several entries (Started, Accepted, Succeeded) that share their
operation id; names, mail addresses and client addresses in them are not taken over (azure-facts 12, trap 46).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from remediator.core.actor import Actor, actor_of
from remediator.core.azure_write import AzureWrite
from remediator.core.resource_id import ResourceId

Entry = Mapping[str, Any]
_HAPPENED = frozenset({"succeeded", "accepted"})
_DID_NOT = frozenset({"failed", "canceled", "cancelled"})


@dataclass(frozen=True, slots=True)
class _Read:
    """One entry: what it is about, and what it says became of it."""

    resource: ResourceId
    operation: str
    at: datetime
    status: str
    actor: Actor
    correlation: str
    operation_id: str

    @property
    def key(self) -> tuple[str, ...]:
        return (self.resource.key, self.operation.lower(), self.correlation, self.operation_id)


def writes_in(entries: Iterable[Entry]) -> tuple[AzureWrite, ...]:
    """The writes and deletes that happened, oldest first.

    One that was accepted counts unless the log also says that it failed. An entry that cannot be understood is left
    out: it names nobody.
    """
    operations: dict[tuple[str, ...], list[_Read]] = {}
    for entry in entries:
        read = _read(entry)
        if read is not None:
            operations.setdefault(read.key, []).append(read)
    found = [write for reads in operations.values() if (write := _write(reads)) is not None]
    return tuple(sorted(found, key=lambda write: (write.at, write.resource.key)))


def _write(reads: list[_Read]) -> AzureWrite | None:
    statuses = {read.status for read in reads}
    happened = [read for read in reads if read.status in _HAPPENED]
    if not happened or ("succeeded" not in statuses and statuses & _DID_NOT):
        return None
    first = min(happened, key=lambda read: read.at)
    actor = next((read.actor for read in reads if read.actor.key is not None), first.actor)
    return AzureWrite(first.resource, first.operation, first.at, actor, first.correlation or None)


def _read(entry: Entry) -> _Read | None:
    operation = _value(entry.get("operationName"))
    named = entry.get("resourceId") or entry.get("resourceUri") or _object(entry.get("authorization")).get("scope")
    at = _moment(entry.get("eventTimestamp"))
    if not isinstance(named, str) or at is None or operation.lower().rpartition("/")[2] not in ("write", "delete"):
        return None
    resource = ResourceId(named)
    if not resource.subscription or not resource.type or "//" in resource.text:
        return None
    authorization = _object(entry.get("authorization"))
    caller = entry.get("caller")
    return _Read(
        resource,
        operation,
        at,
        _value(entry.get("status")).lower(),
        actor_of(
            _object(entry.get("claims")),
            _object(authorization.get("evidence")),
            caller if isinstance(caller, str) else "",
        ),
        _text(entry.get("correlationId")),
        _text(entry.get("operationId")),
    )


def _value(word: object) -> str:
    """A localizable text's invariant value, or a bare text."""
    return _text(word.get("value") if isinstance(word, Mapping) else word)


def _text(value: object) -> str:
    return value.strip()[:512] if isinstance(value, str) else ""


def _object(value: object) -> Mapping[str, object]:
    """An object, also where it came as JSON text (azure-facts 6.2); an empty one where there is none."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, Mapping) else {}


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)

"""What is there now of the target of one change?

Called by `applier` and `undo` before every write. One GET of the target; for a repeated zone group also its records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.adapters.azure.arm import Arm
from remediator.core.change import Change, ChangeKind, Document, LiveState
from remediator.core.errors import RemediatorError, Transient
from remediator.core.resource_id import ResourceId
from remediator.facts.live import agrees, document_of, has_failed, is_running
from remediator.facts.reading import Malformed

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Live:
    """The target as it is: `document` is None when it is not there, `records` the bodies of a zone group's records."""

    body: Body | None = None
    document: Document | None = None
    running: bool = False
    failed: bool = False
    records: Mapping[ResourceId, Body | None] | None = None

    def equals(self, wanted: Document | None) -> bool:
        """Whether it has what `wanted` names; None means that it is not there."""
        if self.document is None or wanted is None:
            return self.document is None and wanted is None
        return agrees(self.document, wanted)


def read_live(arm: Arm, change: Change) -> Live:
    """The live target of a change."""
    body = _get(arm, change.target)
    if body is None:
        return Live()
    try:
        document = document_of(change.kind, change.target, body)
        records = _records(arm, change, document)
        if records is not None:
            document["records"] = {name: _addresses(records, name) for name in _record_names(change)}
        return Live(body, document, is_running(body), has_failed(body), records)
    except Malformed as error:
        raise Transient("azure-garbled", f"reading {change.target}: {error}") from error


def compare(live: Live, change: Change) -> LiveState:
    """How the live target compares with a change."""
    if live.running:
        return LiveState.RUNNING
    if live.document is not None and live.failed and change.creates and live.equals(change.after):
        return LiveState.PENDING  # a create that ended badly left something there: writing it again mends it
    if live.equals(change.after) or _approved_meanwhile(live, change):
        return LiveState.DONE
    return LiveState.PENDING if live.equals(change.before) else LiveState.CONFLICT


def _approved_meanwhile(live: Live, change: Change) -> bool:
    """An endpoint that was created to wait for its approval has got it: that is more than was asked for."""
    if change.kind is not ChangeKind.CREATE_ENDPOINT or live.document is None or change.after is None:
        return False
    waiting = str(change.after.get("status", "")).lower() == "pending"
    return waiting and live.equals({**change.after, "status": "Approved"})


def _get(arm: Arm, rid: ResourceId) -> Body | None:
    try:
        return arm.get(rid.text)
    except RemediatorError as error:
        if error.context.get("status") == "404" and "subscription" not in error.context.get("azure_code", "").lower():
            return None
        raise


def _record_names(change: Change) -> tuple[str, ...]:
    documents = (change.before or {}, change.after or {})
    return tuple(sorted({name for document in documents for name in document.get("records") or {}}))


def _records(arm: Arm, change: Change, document: Document) -> dict[ResourceId, Body | None] | None:
    """The records that a zone group change speaks of, in each zone that the group writes to."""
    names = _record_names(change)
    if change.kind is not ChangeKind.UPDATE_ZONE_GROUP or not names:
        return None
    places = [ResourceId(zone).child("A", name) for zone in document["zones"] for name in names]
    return {place: _get(arm, place) for place in places}


def _addresses(records: Mapping[ResourceId, Body | None], name: str) -> list[str]:
    found: set[str] = set()
    for rid, body in records.items():
        if body is not None and rid.name.lower() == name.lower():
            found |= set(document_of(ChangeKind.CREATE_RECORD, rid, body)["addresses"])
    return sorted(found)

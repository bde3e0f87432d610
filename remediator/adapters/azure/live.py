"""What is there now of the target of one change?

Called by `applier` and `undo` before every write. One GET of the target; for a repeated zone group also its records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from remediator.adapters.azure.arm import Arm
from remediator.core.change import Change, ChangeKind, Document, LiveState
from remediator.core.errors import RemediatorError, Transient
from remediator.core.resource_id import ResourceId
from remediator.facts.live import agrees, document_of, has_failed, is_running
from remediator.facts.private_dns import is_registry_zone
from remediator.facts.reading import Malformed

Body = Mapping[str, Any]
Records = Mapping[ResourceId, Mapping[str, Body | None]]


@dataclass(frozen=True, slots=True)
class Live:
    """The target as it is: `document` is None when it is not there.

    `records` are the bodies of the records that a zone group change speaks of (zone → name → body or None), and
    `addresses` what they hold.
    """

    body: Body | None = None
    document: Document | None = None
    running: bool = False
    failed: bool = False
    records: Records = field(default_factory=dict)
    addresses: tuple[Mapping[str, list[str]], ...] = ()

    def equals(self, wanted: Document | None, *, in_every_zone: bool = True) -> bool:
        """Whether it has what `wanted` names; None means that it is not there.

        Records must be as wanted in every zone that the group writes to, or in one of them: what was wrong before
        need not have been wrong everywhere.
        """
        if self.document is None or wanted is None:
            return self.document is None and wanted is None
        if not agrees(self.document, {key: value for key, value in wanted.items() if key != "records"}):
            return False
        if not wanted.get("records"):
            return True
        verdicts = [agrees(held, _folded(wanted["records"])) for held in self.addresses]
        return bool(verdicts) and (all(verdicts) if in_every_zone else any(verdicts))


def read_live(arm: Arm, change: Change) -> Live:
    """The live target of a change."""
    body = _get(arm, change.target)
    if body is None:
        return Live()
    try:
        document = document_of(change.kind, change.target, body)
        records = _records(arm, change, document) if change.kind is ChangeKind.UPDATE_ZONE_GROUP else {}
        addresses = tuple(_addresses(held) for held in records.values())
        return Live(body, document, is_running(body), has_failed(body), records, addresses)
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
    return LiveState.PENDING if live.equals(change.before, in_every_zone=False) else LiveState.CONFLICT


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


def _records(arm: Arm, change: Change, document: Document) -> Records:
    """The records that the change speaks of, in each registry zone that the group writes to now or will."""
    names = {name.lower() for wanted in (change.before, change.after) for name in (wanted or {}).get("records") or {}}
    zones = {ResourceId(zone) for zone in (*document["zones"], *(change.after or {}).get("zones", ()))}
    return {
        zone: {name: _get(arm, zone.child("A", name)) for name in sorted(names)}
        for zone in sorted(zones)
        if names and is_registry_zone(zone)
    }


def _addresses(held: Mapping[str, Body | None]) -> dict[str, list[str]]:
    """The addresses by name; [] where there is no record."""
    return {
        name: []
        if body is None
        else document_of(ChangeKind.CREATE_RECORD, ResourceId(str(body["id"])), body)["addresses"]
        for name, body in held.items()
    }


def _folded(records: Mapping[str, object]) -> dict[str, object]:
    return {name.lower(): addresses for name, addresses in records.items()}

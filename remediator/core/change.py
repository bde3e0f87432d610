"""A change: one write to Azure, with the state it expects before and the state it leaves.

`before` and `after` are small normalised documents (the fields that matter, ids in Azure's casing, None where
the resource is absent), so that live state can be compared with them and a person can read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from remediator.core.resource_id import ResourceId

Document = Mapping[str, Any]


class ChangeKind(StrEnum):
    """Every change that a plan can hold; each has an applier, an inverse and a sandbox route."""

    CREATE_ZONE = "create-dns-zone"
    CREATE_ENDPOINT = "create-private-endpoint"
    APPROVE_CONNECTION = "approve-endpoint-connection"
    CREATE_ZONE_GROUP = "create-dns-zone-group"
    UPDATE_ZONE_GROUP = "update-dns-zone-group"
    CREATE_RECORD = "create-dns-record"
    UPDATE_RECORD = "update-dns-record"
    CREATE_PEERING = "create-peering"
    UPDATE_PEERING = "update-peering"
    DELETE_PEERING = "delete-peering"
    UPDATE_LINK = "update-vnet-link"
    CREATE_LINK = "create-vnet-link"
    UPDATE_REGISTRY = "update-registry"
    UPGRADE_SKU = "update-registry-sku"
    DELETE_ENDPOINT = "delete-private-endpoint"


@dataclass(frozen=True, slots=True)
class Change:
    """One write.

    `rule` and `reason` say why, in a rule's id and a sentence; neither is covered by the digest.
    """

    kind: ChangeKind
    target: ResourceId
    summary: str
    before: Document | None
    after: Document | None
    rule: str
    reason: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """Two changes with one key are the same change: kind, target and the fields that it sets."""
        return (self.kind.value, self.target.key, *sorted(self.after or ()))

    @property
    def creates(self) -> bool:
        """Whether the target must not exist before."""
        return self.before is None and self.after is not None

    @property
    def deletes(self) -> bool:
        """Whether the target is gone afterwards."""
        return self.after is None

    @property
    def only_synchronises(self) -> bool:
        """Whether a peering takes over the other side's addresses and changes nothing else: that is for good."""
        after = self.after or {}
        return self.kind is ChangeKind.UPDATE_PEERING and all(key in ("remote", "sync") for key in after)


class LiveState(StrEnum):
    """How live state compares with a change."""

    PENDING = "pending"
    DONE = "done"
    RUNNING = "running"
    CONFLICT = "conflict"

"""What does a folder hold? Resources of a snapshot by their ids, and whether they were there before the folder was.

Called by everything in `generated`; knows no language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from remediator.core.cloud import Cloud
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import (
    Network,
    Peering,
    PrivateEndpoint,
    PrivateZone,
    Record,
    Snapshot,
    Unknown,
    ZoneGroup,
    ZoneLink,
)

Fact = PrivateZone | ZoneLink | Record | PrivateEndpoint | ZoneGroup | Peering

ZONE = "Microsoft.Network/privateDnsZones"
LINK = f"{ZONE}/virtualNetworkLinks"
RECORD = f"{ZONE}/A"
ENDPOINT = "Microsoft.Network/privateEndpoints"
GROUP = f"{ENDPOINT}/privateDnsZoneGroups"
NETWORK = "Microsoft.Network/virtualNetworks"
PEERING = f"{NETWORK}/virtualNetworkPeerings"
SUBNET = f"{NETWORK}/subnets"
REGISTRY = "Microsoft.ContainerRegistry/registries"

# What we make says so; the applier sets the same, so that code and hand leave one state.
TAGS = {"created-by": "remediator"}
REQUEST = "Private access for Container Apps, asked for by remediator."
_TYPES = {kind.lower(): kind for kind in (ZONE, LINK, RECORD, ENDPOINT, GROUP, NETWORK, PEERING, SUBNET, REGISTRY)}


class Stage(StrEnum):
    """The files of a folder, in the order in which they are deployed: zone → endpoint → records → link last."""

    ZONE = "zone"
    PEERINGS = "peerings"
    ENDPOINT = "endpoint"
    RECORDS = "records"
    LINKS = "links"


@dataclass(frozen=True, slots=True)
class Held:
    """One resource that a folder declares, as the estate shows it.

    `adopted`: it was there before the folder declared it. `label` is its name in Terraform, which must not change.
    """

    fact: Fact
    adopted: bool = False
    label: str = ""

    @property
    def id(self) -> ResourceId:
        """Its id, in Azure's own casing."""
        return proper(self.fact.id)

    @property
    def stage(self) -> Stage:
        """The file in which it stands."""
        match self.fact:
            case PrivateZone():
                return Stage.ZONE
            case Peering():
                return Stage.PEERINGS
            case PrivateEndpoint() | ZoneGroup():
                return Stage.ENDPOINT
            case Record():
                return Stage.RECORDS
            case ZoneLink():
                return Stage.LINKS


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as it should be.

    `name` is its own, `subject` whose private access it holds, in words. `location` is where a deployment of it may be
    recorded. `by_policy` are endpoints whose zone group a policy keeps, `disputed` those whose zone group of ours a
    policy would replace. `remote_prefixes` maps peerings to the ranges of the networks at their other ends,
    `released` what others keep from now on to its label. `subscriptions` are those that Terraform signed in to before:
    its state cannot be read without them.
    """

    name: str
    subject: str
    cloud: Cloud
    location: str
    held: tuple[Held, ...]
    by_policy: frozenset[ResourceId] = frozenset()
    disputed: frozenset[ResourceId] = frozenset()
    remote_prefixes: Mapping[ResourceId, tuple[str, ...]] = field(default_factory=dict)
    released: Mapping[ResourceId, str] = field(default_factory=dict)
    subscriptions: frozenset[str] = frozenset()

    def of(self, rid: ResourceId) -> Held | None:
        """What it declares under that id."""
        return next((one for one in self.held if one.id == rid), None)


def proper(rid: ResourceId) -> ResourceId:
    """The id with the segments that Azure fixes in Azure's casing: providers compare imports by it."""
    kind = _TYPES.get(rid.type.lower())
    if kind is None:
        return rid
    at = rid.key.rfind("/providers/")
    names = rid.text[at + len("/providers/") :].split("/")[2::2]
    provider, *levels = kind.split("/")
    tail = "/".join(f"{level}/{name}" for level, name in zip(levels, names, strict=True))
    return ResourceId(
        f"/subscriptions/{rid.subscription}/resourceGroups/{rid.resource_group}/providers/{provider}/{tail}"
    )


def fact_of(snapshot: Snapshot, rid: ResourceId) -> Fact | Unknown | None:
    """The resource, None where it is surely not there, Unknown where nobody can tell."""
    parent = rid.parent
    if parent is None:
        found = snapshot.zones.get(rid) or snapshot.endpoints.get(rid)
        return found or (None if _surely_gone(snapshot, rid) else snapshot.unreadable.get(rid) or _not_read(rid))
    owner = snapshot.zones.get(parent) or snapshot.endpoints.get(parent) or snapshot.networks.get(parent)
    if owner is None:
        return None if _surely_gone(snapshot, parent) else snapshot.unreadable.get(parent) or _not_read(rid)
    children = _children(owner, rid)
    if isinstance(children, Unknown):
        return children
    return next((child for child in children if child.id == rid), None)


def _children(owner: PrivateZone | PrivateEndpoint | Network, rid: ResourceId) -> tuple[Fact, ...] | Unknown:
    match owner:
        case PrivateZone():
            return owner.links if rid.is_a(LINK) else owner.records
        case PrivateEndpoint():
            return owner.zone_groups
        case Network():
            return owner.peerings


def _not_read(rid: ResourceId) -> Unknown:
    return Unknown(f"{rid.name} ({rid.type}) was not read")


def _surely_gone(snapshot: Snapshot, rid: ResourceId) -> bool:
    """Whether the listing in which it would stand was read, and it stands there not."""
    if rid in snapshot.gone:
        return True
    if rid in snapshot.unreadable or any(gap.resource_type.lower() == rid.type.lower() for gap in snapshot.gaps):
        return False
    read = (*snapshot.networks, *snapshot.registries, *snapshot.zones, *snapshot.endpoints)
    return any(other.subscription.lower() == rid.subscription.lower() for other in read)

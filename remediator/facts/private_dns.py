"""What does a private DNS zone of registries hold: its links and A records?

Called by `facts.estate`. Zones of other names are none of ours. Shapes: privateDnsZones 2024-06-01, the first version
that shows `resolutionPolicy` (azure-facts 3.5).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from remediator.core.cloud import CLOUDS
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import PrivateZone, Record, Unknown, ZoneLink
from remediator.facts.bodies import Bodies
from remediator.facts.reading import Body, Malformed, flag, items, properties, reference, required, section, text

TYPE = "Microsoft.Network/privateDnsZones"
ZONE_NAMES = frozenset(cloud.private_zone for cloud in CLOUDS)

T = TypeVar("T")


def is_registry_zone(rid: ResourceId) -> bool:
    """Whether the id is that of a zone in which registries' private names live, in any cloud."""
    return rid.is_a(TYPE) and rid.name.lower() in ZONE_NAMES


def answers_registries(rid: ResourceId) -> bool:
    """Whether it is such a zone, or one of a longer name, which answers instead where it is linked.

    Landing zones create `westeurope.data.privatelink.azurecr.io` (azure-facts 1.5).
    """
    return rid.is_a(TYPE) and f".{rid.name.lower()}".endswith(tuple(f".{name}" for name in ZONE_NAMES))


def read_zone(bodies: Bodies, rid: ResourceId, body: Body) -> PrivateZone:
    """The zone with what is known of its links and records."""
    held = properties(body)
    return PrivateZone(
        id=rid,
        name=rid.name.lower(),
        links=_all_or_unknown(bodies, rid, "virtualNetworkLinks", read_link),
        records=_all_or_unknown(bodies, rid, "A", read_record),
        provisioning_state=text(held, "provisioningState", "Succeeded"),
    )


def _all_or_unknown(
    bodies: Bodies, zone: ResourceId, collection: str, read: Callable[[ResourceId, Body], T]
) -> tuple[T, ...] | Unknown:
    listed = bodies.children(zone, collection)
    if isinstance(listed, Unknown):
        return listed
    found = []
    for rid, body in sorted(listed, key=lambda pair: pair[0].key):
        try:
            found.append(read(rid, body))
        except Malformed as error:
            return bodies.fail(rid, str(error))
    return tuple(found)


def read_link(rid: ResourceId, body: Body) -> ZoneLink:
    """A virtual network link."""
    held = properties(body)
    return ZoneLink(
        id=rid,
        network=required(reference(held, "virtualNetwork"), "virtualNetwork"),
        state=text(held, "virtualNetworkLinkState", "Completed"),
        resolution_policy=text(held, "resolutionPolicy", "Default"),
        registration_enabled=flag(held, "registrationEnabled"),
        provisioning_state=text(held, "provisioningState", "Succeeded"),
    )


def read_record(rid: ResourceId, body: Body) -> Record:
    """An A record set; Azure writes `ttl`, older tools `TTL`."""
    held = properties(body)
    if held.get("aRecords") is None:
        raise Malformed("aRecords is missing")
    ttl = held.get("ttl", held.get("TTL"))
    if not isinstance(ttl, int) or isinstance(ttl, bool):
        raise Malformed("ttl is missing or not a number")
    return Record(
        id=rid,
        name=text(body, "name", rid.name).rpartition("/")[2],
        addresses=tuple(sorted(text(entry, "ipv4Address") for entry in items(held, "aRecords"))),
        ttl=ttl,
        creator=text(section(held, "metadata"), "creator", ""),
    )

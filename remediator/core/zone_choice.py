"""Which private zone should answer for a leg, when its network links none?

Never one whose record belongs to an endpoint that this network cannot reach: two endpoints of one registry in one
zone overwrite each other (azure-facts 3.4).
"""

from __future__ import annotations

from functools import lru_cache

from remediator.core.candidates import Candidate, candidates
from remediator.core.cloud import private_zone_of, record_name_of
from remediator.core.leg import Leg, hosts_pulled_in, legs_to
from remediator.core.reach import Way, peered_with, reach
from remediator.core.resolution import ZONE_TYPE
from remediator.core.resource_id import ResourceId, resource_id
from remediator.core.snapshot import Network, PrivateEndpoint, PrivateZone, Registry, Unknown


def serving(leg: Leg) -> Candidate | None:
    """The approved endpoint that serves the leg best."""
    return next((c for c in candidates(leg) if c.approved and c.connectable), None)


@lru_cache(maxsize=16)
def zone_for(leg: Leg) -> PrivateZone | None:
    """The existing zone to link, None when a new one is needed."""
    best = serving(leg)
    named = leg.snapshot.zones_named(private_zone_of(leg.host) or "")
    if best is not None and any(_writes(best.endpoint, z) and _unread(z) for z in named):
        return None  # that one is the zone to link, and what it holds is not known
    suitable = [z for z in named if _suitable(leg, z, best) and not _leads_astray(leg, z)]
    if leg.intent.zone is not None:
        return next((z for z in suitable if z.id == leg.intent.zone), None)
    harmless = [z for z in suitable if not _would_mislead(leg, z, best)]
    if not harmless and new_zone_id(leg) is not None:
        return None
    ranked = sorted(harmless or suitable, key=lambda z: (_distance(leg, z, best.endpoint if best else None), z.id.key))
    if not ranked:
        return None
    near = _distance(leg, ranked[0], best.endpoint if best else None) < 5
    return ranked[0] if near or len(suitable) == 1 else None


def _writes(endpoint: PrivateEndpoint, zone: PrivateZone) -> bool:
    groups = endpoint.zone_groups if not isinstance(endpoint.zone_groups, Unknown) else ()
    return any(group.writes_to(zone.id) for group in groups)


def _unread(zone: PrivateZone) -> bool:
    return isinstance(zone.records, Unknown) or isinstance(zone.links, Unknown)


def _leads_astray(leg: Leg, zone: PrivateZone) -> bool:
    """Whether the zone has a record of another registry of this network, of an endpoint out of the network's reach."""
    if not isinstance(leg.network, Network) or leg.intent.zone == zone.id:
        return False
    for host in hosts_pulled_in(leg.snapshot, leg.network.id):
        registry = leg.snapshot.registry_of_host(host)
        record = zone.record(record_name_of(host)) if host != leg.name else None
        if record is None:
            continue
        if registry is None:
            return True  # whose address that is cannot be said
        owners = [e for e in leg.snapshot.endpoints_of(registry.id) if e.address_of(host) in record.addresses]
        ways = [reach(leg.snapshot, leg.network, owner.network, None, "").way for owner in owners]
        if ways and all(way is Way.NONE for way in ways):
            return True
    return False


def doubtful_zone(leg: Leg) -> PrivateZone | None:
    """A zone of the name whose records cannot be read: whether it should be linked cannot be said."""
    zones = leg.snapshot.zones_named(private_zone_of(leg.host) or "")
    return next((zone for zone in zones if isinstance(zone.records, Unknown)), None)


def declared_zone_doubt(leg: Leg) -> Unknown | None:
    """Why the declared zone may exist although it was not read; None when it was, or is surely not there."""
    zone = leg.intent.zone
    if zone is None or zone in leg.snapshot.zones or zone in leg.snapshot.gone:
        return None
    if zone in leg.snapshot.unreadable:
        return leg.snapshot.unreadable[zone]
    read = {rid.subscription.lower() for rid in (*leg.snapshot.networks, *leg.snapshot.registries, *leg.snapshot.zones)}
    if zone.subscription.lower() in read:
        return None
    return Unknown(f"the declared zone {zone.name} in {zone.resource_group} lies in a subscription that was not read")


def _would_mislead(leg: Leg, zone: PrivateZone, best: Candidate | None) -> bool:
    """Whether the zone answers for a network that uses this registry and cannot reach the endpoint."""
    if best is None or zone.record(record_name_of(leg.name)) is not None:
        return False
    partly_open = isinstance(leg.registry, Registry) and leg.registry.public_network_access.lower() != "disabled"
    pulling: dict[ResourceId, list[Network | None]] = {}
    for other in legs_to(leg.desired, leg.snapshot, leg.host):
        if isinstance(other.network, Network) and isinstance(other.answering, Network):
            pulling.setdefault(other.answering.id, []).append(other.network)
    linked = zone.links if not isinstance(zone.links, Unknown) else ()
    # only networks that pull count where nobody else could use the registry: far fewer than the zone's links
    asking = [link.network for link in linked] if partly_open else [rid for rid in pulling if zone.link_to(rid)]
    for rid in asking:
        for network in pulling.get(rid, [leg.snapshot.networks.get(rid)]):
            if network is None or reach(leg.snapshot, network, best.endpoint.network, None, "").way is Way.NONE:
                return True
    return False


def new_zone_id(leg: Leg) -> ResourceId | None:
    """Where a new zone goes: beside the network, else beside the endpoint; None when both names are taken."""
    if leg.intent.zone is not None:
        return leg.intent.zone if leg.intent.zone not in leg.snapshot.zones else None
    best = serving(leg)
    asked = leg.answering
    beside = [asked.id] if isinstance(asked, Network) else []
    if best is not None:
        beside.append(best.endpoint.id)
    for neighbour in beside:
        candidate = resource_id(
            neighbour.subscription, neighbour.resource_group, ZONE_TYPE, private_zone_of(leg.host) or ""
        )
        if candidate not in leg.snapshot.zones and candidate not in leg.snapshot.unreadable:
            return candidate
    return None


def _suitable(leg: Leg, zone: PrivateZone, best: Candidate | None) -> bool:
    if _unread(zone):
        return False
    record = zone.record(record_name_of(leg.name))
    if record is None or not record.addresses or best is None:
        return True
    address = best.endpoint.address_of(leg.name)
    owner = _owner(leg, record.addresses)
    return address in record.addresses or owner is None or _reached(leg, owner)


def _owner(leg: Leg, addresses: tuple[str, ...]) -> PrivateEndpoint | None:
    for candidate in candidates(leg):
        if candidate.endpoint.address_of(leg.name) in addresses:
            return candidate.endpoint
    return None


def _reached(leg: Leg, endpoint: PrivateEndpoint) -> bool:
    if not isinstance(leg.network, Network):
        return False
    return reach(leg.snapshot, leg.network, endpoint.network, None, "").way in (Way.SAME, Way.PEERED)


def _distance(leg: Leg, zone: PrivateZone, endpoint: PrivateEndpoint | None) -> int:
    """0 its group writes there, 1 it holds the record, 2 and 3 linked near, 4 same subscription, 5 a stranger."""
    if endpoint is not None:
        groups = endpoint.zone_groups if not isinstance(endpoint.zone_groups, Unknown) else ()
        if any(group.writes_to(zone.id) for group in groups):
            return 0
    record = zone.record(record_name_of(leg.name))
    if record is not None and record.addresses:
        return 1
    if endpoint is not None and zone.link_to(endpoint.network):
        return 2
    if isinstance(leg.network, Network):
        if any(zone.link_to(rid) for rid in peered_with(leg.snapshot, leg.network)):
            return 3
        if zone.id.subscription.lower() == leg.network.id.subscription.lower():
            return 4
    return 5

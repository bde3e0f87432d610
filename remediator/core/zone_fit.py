"""Would an existing private zone answer rightly for a leg's network, if the network linked it?

Asked by `zone_choice` of every zone of the name. A network links one zone of a name (azure-facts 3.3), so the zone must
do for all registries that apps there name. True, False, or `Unknown` where it hangs on something that was not read.
"""

from __future__ import annotations

from remediator.core.candidates import Candidate, unseen
from remediator.core.cloud import record_name_of
from remediator.core.leg import Leg, hosts_pulled_in, legs_to
from remediator.core.reach import Way, reach
from remediator.core.record_writers import creator_of
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Network, PrivateEndpoint, PrivateZone, Record, Registry, Snapshot, Unknown


def fits(leg: Leg, zone: PrivateZone, best: Candidate | None) -> bool | Unknown:
    """Whether its records lead this network to endpoints within reach, or are wrong ones that may be set right."""
    for part in (zone.records, zone.links):
        if isinstance(part, Unknown):
            return part
    own = _own_record_fits(leg, zone, best)
    others = _leads_astray(leg, zone) if own is not False else False
    if own is False or others is True:
        return False
    return own if isinstance(own, Unknown) else others if isinstance(others, Unknown) else True


def misleads(leg: Leg, zone: PrivateZone, best: Candidate | None) -> bool | Unknown:
    """Whether this registry's record in it would answer for another network that uses it and cannot reach `best`."""
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
    unread: Unknown | None = None
    for rid in asking:
        for network in pulling.get(rid, [leg.snapshot.networks.get(rid)]):
            reached = _reaches(leg.snapshot, network, best.endpoint) if network is not None else False
            if rid in leg.snapshot.unreadable:
                reached = leg.snapshot.unreadable[rid]
            if reached is False:
                return True
            unread = reached if isinstance(reached, Unknown) else unread
    return unread or False


def _own_record_fits(leg: Leg, zone: PrivateZone, best: Candidate | None) -> bool | Unknown:
    record = zone.record(record_name_of(leg.name))
    if record is None or not record.addresses or best is None or not isinstance(leg.registry, Registry):
        return True
    owners = record_owners(leg.snapshot, leg.registry, zone, record, leg.name)
    if isinstance(owners, Unknown):
        return owners
    if not owners or best.endpoint in owners:
        return True
    if not isinstance(leg.network, Network):
        return False
    ways = [reach(leg.snapshot, leg.network, owner.network, None, "").way for owner in owners]
    unread = leg.network.peerings if isinstance(leg.network.peerings, Unknown) else None
    return any(way in (Way.SAME, Way.PEERED) for way in ways) or unread or False


def _leads_astray(leg: Leg, zone: PrivateZone) -> bool | Unknown:
    """Whether the zone has a record of another registry of this network, of an endpoint out of the network's reach."""
    network = leg.network
    if not isinstance(network, Network) or leg.intent.zone == zone.id:
        return False
    # the same for every leg of the network: in a hub with n registries this would be n records for each of n legs
    found = leg.snapshot.remember(("astray", network.id, zone.id), lambda: _astray(leg.snapshot, network, zone))
    others = [where for host, where in found if host != leg.name]
    return True in others or (others[-1] if others else False)


def _astray(snapshot: Snapshot, network: Network, zone: PrivateZone) -> tuple[tuple[str, bool | Unknown], ...]:
    """The hosts that are pulled in the network and that the zone leads, or may lead (Unknown), out of its reach."""
    found = (
        (host, _leads_out_of_reach(snapshot, network, zone, host)) for host in hosts_pulled_in(snapshot, network.id)
    )
    return tuple((host, where) for host, where in found if where is not False)


def _leads_out_of_reach(snapshot: Snapshot, network: Network, zone: PrivateZone, host: str) -> bool | Unknown:
    record = zone.record(record_name_of(host))
    if record is None:
        return False
    registry = snapshot.registry_of_host(host)
    if registry is None:
        return Unknown(f"whose address the record {record.name} has: no registry of that name was read")
    owners = record_owners(snapshot, registry, zone, record, host)
    if isinstance(owners, Unknown):
        return owners
    ways = [_reaches(snapshot, network, owner) for owner in owners]
    if ways and not any(ways):
        return True
    return next((way for way in ways if isinstance(way, Unknown)), False)


def _reaches(snapshot: Snapshot, network: Network, endpoint: PrivateEndpoint) -> bool | Unknown:
    """Whether there is any way, a broken one too; Unknown where the network's peerings were not read."""
    if network.id != endpoint.network and isinstance(network.peerings, Unknown):
        return network.peerings
    return reach(snapshot, network, endpoint.network, None, "").way is not Way.NONE


def record_owners(
    snapshot: Snapshot, registry: Registry, zone: PrivateZone, record: Record, host: str
) -> tuple[PrivateEndpoint, ...] | Unknown:
    """The registry's endpoints whose address a record has; () where no endpoint has it.

    In a fleet of equal ranges several may: then those count whose zone group writes here, else the one that the record
    names as its creator. Unknown where none is known, and an endpoint or its interface was not read.
    """
    known = snapshot.endpoints_of(registry.id)
    found = tuple(e for e in known if e.address_of(host) in record.addresses)
    if found:
        writing = tuple(e for e in found if writes(e, zone))
        named = tuple(e for e in found if e.id.name.casefold() == creator_of(record).casefold())
        return writing or named or found
    unread = (e.addresses for e in known if isinstance(e.addresses, Unknown))
    return next((why for why in (*unread, *unseen(snapshot, registry))), ())


def writes(endpoint: PrivateEndpoint, zone: PrivateZone) -> bool:
    """Whether a zone group of the endpoint keeps records in that zone."""
    groups = endpoint.zone_groups if not isinstance(endpoint.zone_groups, Unknown) else ()
    return any(group.writes_to(zone.id) for group in groups)

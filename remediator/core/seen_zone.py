"""Which private zone answers a network for a registry's host? Of those that it links, the one with the longest name.

Source: learn private-dns-privatednszone, "private DNS zone resolution"; azure-facts 1.5 and 3.3. Called by
`resolution`, `resolver` and the rules of zones; what the zone then answers is not its business.
"""

from __future__ import annotations

from remediator.core.cloud import private_zone_of, zones_of
from remediator.core.private_dns import PrivateZone, ZoneLink
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot, Unknown

ZONE_TYPE = "Microsoft.Network/privateDnsZones"
Seen = tuple[PrivateZone, ZoneLink]


def seen_zone(snapshot: Snapshot, network: ResourceId, zone_name: str) -> Seen | Unknown | None:
    """The zone of exactly that name that the network links; there can be only one (azure-facts 3.3).

    Unknown when none is known to be linked and some zone or its links could not be read.
    """
    found = _linked(snapshot, network, zone_name)
    if found is not None and not isinstance(found, Unknown):
        return found
    doubts = (*snapshot.unknown_of_type(ZONE_TYPE, zone_name), *snapshot.zones_referred_to(zone_name))
    return found or (doubts[0] if doubts else None)


def answering_zone(snapshot: Snapshot, network: ResourceId, host: str) -> Seen | Unknown | None:
    """The zone that answers for a host; Unknown where that may be one that could not be read."""
    narrow = narrow_zone(snapshot, network, host)
    return narrow if narrow is not None else seen_zone(snapshot, network, private_zone_of(host) or "")


def narrow_zone(snapshot: Snapshot, network: ResourceId, host: str) -> Seen | Unknown | None:
    """The linked zone for the host with a longer name than `privatelink.…`, e.g. `westeurope.data.privatelink.…`.

    One that nobody has mentioned does not count as unread: hardly any network links one.
    """
    known = snapshot.remember(("narrow zones",), lambda: _narrow_names(snapshot))
    for name in zones_of(host)[:-1] if known else ():
        if name not in known:
            continue
        found = _linked(snapshot, network, name)
        refused = [why for rid, why in snapshot.unreadable.items() if rid.is_a(ZONE_TYPE) and rid.name.lower() == name]
        if found is not None or refused:
            return found or refused[0]
    return None


def _narrow_names(snapshot: Snapshot) -> frozenset[str]:
    names = {zone.name for zone in snapshot.zones.values()}
    names |= {rid.name.lower() for rid in snapshot.unreadable if rid.is_a(ZONE_TYPE)}
    return frozenset(name for name in names if not name.startswith("privatelink."))


def _linked(snapshot: Snapshot, network: ResourceId, zone_name: str) -> Seen | Unknown | None:
    doubt: Unknown | None = None
    for zone in snapshot.zones_named(zone_name):
        link = zone.link_to(network)
        if link is not None:
            return zone, link
        doubt = doubt or (zone.links if isinstance(zone.links, Unknown) else None)
    return doubt


def is_narrow(zone: PrivateZone) -> bool:
    """Whether it holds some of the registries' names only, and zone groups write none of them as far as is known."""
    return not zone.name.startswith("privatelink.")

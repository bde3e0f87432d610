"""Whose Azure DNS answers when a network asks for a registry's name?

The network's own, that of another network (custom servers, inbound endpoints and forwarding rulesets are followed), or
nobody's (public DNS). Called by `resolution` and the resolver's rule; which zone then answers is not its business.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace

from remediator.core.cloud import private_zone_of, record_name_of
from remediator.core.dns_forwarding import ForwardingRule
from remediator.core.reach import Reach, Way, reach
from remediator.core.resource_id import ResourceId
from remediator.core.seen_zone import narrow_zone
from remediator.core.snapshot import Network, Snapshot, Unknown

AZURE_DNS = "168.63.129.16"
RULESET_TYPE = "Microsoft.Network/dnsForwardingRulesets"
INBOUND_TYPE = "Microsoft.Network/dnsResolvers/inboundEndpoints"
RESOLVER_TYPE = "Microsoft.Network/dnsResolvers"
# Resolvers that anybody may ask; none of them sees a private zone.
PUBLIC_RESOLVERS = frozenset(
    (
        *("1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9", "149.112.112.112", "4.2.2.1", "4.2.2.2"),
        *("208.67.222.222", "208.67.220.220", "114.114.114.114", "223.5.5.5", "223.6.6.6", "119.29.29.29"),
    )
)


@dataclass(frozen=True, slots=True)
class Resolver:
    """`network` is the one whose zone links count, None for public DNS.

    `through` says which servers and rulesets the query passes, first to last. `assumed` says that one of them is a
    machine that is only taken to forward to Azure DNS: what it does cannot be read.
    """

    network: ResourceId | None
    through: tuple[str, ...] = ()
    assumed: bool = False


def asks_azure_dns(network: Network) -> bool:
    """Whether the network's machines ask Azure DNS themselves."""
    return not network.dns_servers or set(network.dns_servers) == {AZURE_DNS}


def resolver_for(snapshot: Snapshot, network: Network, host: str) -> Resolver | Unknown:
    """Who answers this network for a registry's host, Unknown where a server or ruleset cannot be followed."""
    # without rules every name of a zone goes the same way
    name = host if snapshot.rulesets else private_zone_of(host)
    key = ("resolver", network.id.key, name)
    return snapshot.remember(key, lambda: _asked_by(snapshot, network, host))


def _asked_by(snapshot: Snapshot, network: Network, host: str) -> Resolver | Unknown:
    if asks_azure_dns(network):
        return _azure_dns(snapshot, network, host, frozenset())
    return _first_answer(snapshot, network, network.dns_servers, host, frozenset())


def _azure_dns(snapshot: Snapshot, network: Network, host: str, seen: frozenset[str]) -> Resolver | Unknown:
    """Azure DNS of a network: linked zones come first, then the rules of linked rulesets, name by name of the chain.

    Source: learn dns-private-resolver-overview, "How does it work". No registry zone matches the public name, so a rule
    for `azurecr.io` takes the query before the privatelink zone is asked.
    """
    if network.id.key in seen:
        return Unknown(f"DNS queries of {network.id.name} go round in a circle")
    doubts = snapshot.unknown_of_type(RULESET_TYPE)
    if doubts:
        return Unknown(f"which forwarding rulesets {network.id.name} is linked to: {doubts[0].reason}")
    zone_name = private_zone_of(host) or ""
    for name in (host, f"{record_name_of(host)}.{zone_name}"):
        linked = name.endswith(zone_name) and _links_zone(snapshot, network.id, host)
        if linked is True:
            break
        rule = _rule_for(snapshot, network.id, name)
        if rule is not None and isinstance(linked, Unknown):
            return linked
        if rule is not None:
            words = f"the rule for {rule.domain or '.'} of a ruleset linked to {network.id.name}"
            found = _first_answer(snapshot, network, rule.servers, host, seen | {network.id.key}, outbound=True)
            return found if isinstance(found, Unknown) else replace(found, through=(words, *found.through))
    return Resolver(network.id)


def _links_zone(snapshot: Snapshot, network: ResourceId, host: str) -> bool | Unknown:
    narrow = narrow_zone(snapshot, network, host)
    if narrow is not None:
        return narrow if isinstance(narrow, Unknown) else True
    zones = snapshot.zones_named(private_zone_of(host) or "")
    if any(zone.link_to(network) is not None for zone in zones):
        return True
    return next((zone.links for zone in zones if isinstance(zone.links, Unknown)), False)


def _rule_for(snapshot: Snapshot, network: ResourceId, name: str) -> ForwardingRule | None:
    if isinstance(snapshot.rulesets, Unknown):
        return None
    matching = [
        rule
        for ruleset in snapshot.rulesets.values()
        if network in ruleset.networks
        for rule in ruleset.rules
        if rule.enabled and rule.servers and f".{name}".endswith(f".{rule.domain}" if rule.domain else "")
    ]
    return max(matching, key=lambda rule: len(rule.domain), default=None)


def _first_answer(
    snapshot: Snapshot,
    network: Network,
    servers: tuple[str, ...],
    host: str,
    seen: frozenset[str],
    *,
    outbound: bool = False,
) -> Resolver | Unknown:
    """The first server that is not surely out of reach; the others are asked only when it is silent.

    `outbound` servers are a ruleset's: they are asked from its outbound endpoint, and the network that it is linked to
    needs no way to them (learn private-resolver-endpoints-rulesets).
    """
    several = len(servers) > 1 and not outbound
    asked = (s for s in servers if not several or not _unreached(snapshot, network, s, None))
    server = next(asked, servers[0])
    found = _followed(snapshot, network, server, host, seen, outbound)
    if isinstance(found, Unknown):
        return found
    return replace(found, through=(server, *found.through))


def _followed(
    snapshot: Snapshot, network: Network, server: str, host: str, seen: frozenset[str], outbound: bool
) -> Resolver | Unknown:
    if server == AZURE_DNS:
        return _azure_dns(snapshot, network, host, seen)
    if server in PUBLIC_RESOLVERS:
        return Resolver(None)
    inbound = _inbound_networks(snapshot, server)
    if not inbound:
        doubts = (*snapshot.unknown_of_type(INBOUND_TYPE), *snapshot.unknown_of_type(RESOLVER_TYPE))
        if doubts:
            return Unknown(f"whether {server} is an inbound endpoint: {doubts[0].reason}")
    known = inbound or _networks_with(snapshot, server)
    home = _home(snapshot, network, known, server)
    if home is None and outbound and len(known) == 1:
        home = known[0]
    if home is None:
        return Unknown(f"the DNS server {server} of {network.id.name} is in no network that was read and is reached")
    found = _azure_dns(snapshot, home, host, seen)
    if isinstance(found, Unknown):
        return found
    return replace(found, assumed=found.assumed or not inbound)


def _inbound_networks(snapshot: Snapshot, server: str) -> list[Network]:
    if isinstance(snapshot.inbound_endpoints, Unknown):
        return []
    ids = [e.network for e in snapshot.inbound_endpoints.values() if server in e.addresses]
    return [snapshot.networks[rid] for rid in ids if rid in snapshot.networks]


def _networks_with(snapshot: Snapshot, server: str) -> list[Network]:
    """The networks whose address space holds an address; in a fleet several may."""
    return snapshot.remember(("networks with", server), lambda: _holding(snapshot, server))


def _holding(snapshot: Snapshot, server: str) -> list[Network]:
    try:
        address = ipaddress.ip_address(server)
    except ValueError:
        return []
    return [network for network in snapshot.networks.values() if network.holds(address)]


def silent_servers(snapshot: Snapshot, network: Network, subnet: ResourceId | None) -> tuple[ResourceId, ...]:
    """The known networks in which the network's own DNS servers stand, when surely none of them is reached from there.

    () where one is reached or may be, and where the network asks Azure DNS.
    """
    if asks_azure_dns(network):
        return ()
    key = ("silent servers", network.id.key, subnet.key if subnet else "")
    return snapshot.remember(key, lambda: _silent(snapshot, network, subnet))


def _silent(snapshot: Snapshot, network: Network, subnet: ResourceId | None) -> tuple[ResourceId, ...]:
    homes = [_unreached(snapshot, network, server, subnet) for server in network.dns_servers]
    return tuple(dict.fromkeys(rid for held in homes for rid in held)) if all(homes) else ()


def _unreached(snapshot: Snapshot, network: Network, server: str, subnet: ResourceId | None) -> tuple[ResourceId, ...]:
    """The known networks that hold a server's address, those behind a broken peering first of all; () where it may be
    reached.

    Out of reach by a broken peering; or because nothing leads there, and every network that this one is joined to is
    known.
    """
    if server == AZURE_DNS or server in PUBLIC_RESOLVERS:
        return ()
    networks = _inbound_networks(snapshot, server) or _networks_with(snapshot, server)
    ways = [(way_to_server(snapshot, network, n.id, server, subnet).way, n.id) for n in networks]
    if any(way not in (Way.PEERING_BROKEN, Way.NONE) for way, _ in ways):
        return ()
    broken = tuple(rid for way, rid in ways if way is Way.PEERING_BROKEN)
    peerings = None if isinstance(network.peerings, Unknown) else network.peerings
    joined = peerings is not None and all(peering.remote in snapshot.networks for peering in peerings)
    return broken or (tuple(rid for _, rid in ways) if joined else ())


def way_to_server(
    snapshot: Snapshot, network: Network, home: ResourceId, server: str, subnet: ResourceId | None
) -> Reach:
    """How a network (from one of its subnets, where that is known) reaches a DNS server in the network `home`."""
    there = snapshot.networks.get(home)
    return reach(snapshot, network, home, subnet, server, _subnet_with(there, server) if there else None)


def _subnet_with(network: Network, address: str) -> ResourceId | None:
    try:
        where = ipaddress.ip_address(address)
    except ValueError:
        return None
    spaces = ((subnet.id, ipaddress.ip_network(p, strict=False)) for subnet in network.subnets for p in subnet.prefixes)
    return next((rid for rid, space in spaces if where in space), None)


def _home(snapshot: Snapshot, asking: Network, networks: list[Network], server: str) -> Network | None:
    """The one of these that the asking network is, else the one that it is peered with; None where that is open."""
    ways = [(way_to_server(snapshot, asking, one.id, server, None), one) for one in networks]
    same = [network for way, network in ways if way.way is Way.SAME]
    # which subnet asks is not known here: a peering of some subnets counts when it covers the server's; whether it
    # leaves a consumer's own subnet out is what `silent_servers` says
    near = same or [n for way, n in ways if way.way is Way.PEERED or (way.way is Way.MAYBE and way.ours is not None)]
    return near[0] if len(near) == 1 else None


def network_that_counts(snapshot: Snapshot, network: Network, host: str) -> Network | Unknown | None:
    """The network whose zone links decide what `network` gets for a host; None when public DNS answers."""
    resolver = resolver_for(snapshot, network, host)
    if isinstance(resolver, Unknown) or resolver.network is None:
        return resolver if isinstance(resolver, Unknown) else None
    return snapshot.networks.get(resolver.network) or Unknown(f"the network {resolver.network.name} was not read")

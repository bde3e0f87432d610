"""From which public addresses does a consumer reach the internet, and can anybody name them beforehand?

Declared are only a NAT gateway of its subnet, an Azure Firewall that its default route leads to, and a load balancer
with outbound rules in the environment's own resource group (azure-facts 13). Called by `leg` users that compare with
a registry's address rules; an address from an error text is never among them.
"""

from __future__ import annotations

import ipaddress
from enum import StrEnum

from remediator.core.reach import Way, reach
from remediator.core.resource_id import ResourceId
from remediator.core.routing import Turn, public_turn
from remediator.core.snapshot import Environment, Firewall, Network, Route, Snapshot, Subnet, Unknown

FIREWALL_TYPE = "Microsoft.Network/azureFirewalls"
BALANCER_TYPE = "Microsoft.Network/loadBalancers"


class Listed(StrEnum):
    """Do a registry's address rules name the egress?"""

    ALL = "all"
    SOME = "some"
    NONE = "none"


def egress_of(snapshot: Snapshot, environment: Environment, network: Network | None) -> tuple[str, ...] | Unknown:
    """The declared addresses and ranges; () when there is none and the address may be another one tomorrow."""
    subnet = network.subnet(environment.subnet) if network and environment.subnet else None
    if subnet is None:
        return ()
    turned = public_turn(snapshot, subnet)
    if isinstance(turned, Unknown):
        return turned
    if turned.turn is Turn.APPLIANCE:
        firewall = firewall_at(snapshot, network, turned.route) if network else None
        unread = snapshot.unknown_of_type(FIREWALL_TYPE)
        if firewall is None:
            return unread[0] if unread else Unknown(_appliance(turned.route))
        return _out_of(snapshot, firewall)
    if turned.turn is not Turn.STRAIGHT:
        return Unknown(f"the default route of {subnet.id.name} leads to another way out")
    return _without_route(snapshot, environment, subnet)


def _without_route(snapshot: Snapshot, environment: Environment, subnet: Subnet) -> tuple[str, ...] | Unknown:
    if subnet.nat_gateway is not None:
        return _of_gateway(snapshot, subnet.nat_gateway)
    found: list[str] = []
    for balancer in snapshot.load_balancers.values():
        if _belongs(balancer.id, environment):
            if isinstance(balancer.addresses, Unknown):
                return balancer.addresses
            found += balancer.addresses
    return tuple(found) or _unread_balancer(snapshot, environment) or ()


def _unread_balancer(snapshot: Snapshot, environment: Environment) -> Unknown | None:
    """Why the environment may have a load balancer that nobody has read."""
    for rid, why in snapshot.unreadable.items():
        if rid.is_a(BALANCER_TYPE) and _belongs(rid, environment):
            return why
    listings = (gap for gap in snapshot.gaps if gap.resource_type.lower() == BALANCER_TYPE.lower())
    wanted = (g for g in listings if not g.scope.name or environment.id.within(g.scope))
    return next((Unknown(gap.reason) for gap in wanted if environment.infrastructure_group), None)


def _of_gateway(snapshot: Snapshot, rid: ResourceId) -> tuple[str, ...] | Unknown:
    gateway = snapshot.look_up(snapshot.nat_gateways, rid)
    if isinstance(gateway, Unknown):
        return gateway
    return gateway.addresses if gateway else ()


def _out_of(snapshot: Snapshot, firewall: Firewall) -> tuple[str, ...] | Unknown:
    """A firewall's own addresses, or those of a NAT gateway behind it (learn firewall/integrate-with-nat-gateway)."""
    network = snapshot.networks.get(firewall.network)
    own = next((s for s in network.subnets if s.id.name.lower() == "azurefirewallsubnet"), None) if network else None
    if own is not None and own.nat_gateway is not None:
        return _of_gateway(snapshot, own.nat_gateway)
    return firewall.addresses


def _belongs(balancer: ResourceId, environment: Environment) -> bool:
    same = balancer.subscription.lower() == environment.id.subscription.lower()
    group = environment.infrastructure_group.lower()
    return same and bool(group) and balancer.resource_group.lower() == group


def firewall_at(snapshot: Snapshot, network: Network, route: Route | None) -> Firewall | None:
    """The Azure Firewall that a route's next hop is, None for an appliance that nobody has read.

    Hubs made from one template have firewalls with one private address: only one within reach can be meant.
    """
    address = route.next_hop_address if route else None
    named = [f for f in snapshot.firewalls.values() if address and address in f.private_addresses]
    near = [f for f in named if _within_reach(snapshot, network, f)]
    return near[0] if len(near) == 1 else None


def _within_reach(snapshot: Snapshot, network: Network, firewall: Firewall) -> bool:
    """A firewall of a virtual hub stands in no network; routes to it are taken at their word."""
    if firewall.network not in snapshot.networks:
        return True
    way = reach(snapshot, network, firewall.network, None, "")
    return way.way in (Way.SAME, Way.PEERED) or way.access_off


def _appliance(route: Route | None) -> str:
    at = f" at {route.next_hop_address}" if route and route.next_hop_address else ""
    return f"the default route leads to an appliance{at}, whose public address is not known"


def listed(rules: tuple[str, ...], egress: tuple[str, ...]) -> Listed:
    """How much of the egress a registry's address rules let in; all of nothing is `NONE`."""
    allowed = list(ipaddress.collapse_addresses(n for rule in rules if (n := _network(rule)) is not None))
    wanted = [n for address in egress if (n := _network(address)) is not None]
    if wanted and all(any(one.subnet_of(network) for network in allowed) for one in wanted):
        return Listed.ALL
    touched = any(one.overlaps(network) for one in wanted for network in allowed)
    return Listed.SOME if touched else Listed.NONE


def _network(text: str) -> ipaddress.IPv4Network | None:
    """Registries take IPv4 only (azure-facts 1.2)."""
    try:
        return ipaddress.IPv4Network(text.strip(), strict=False)
    except ValueError:
        return None

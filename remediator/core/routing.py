"""Which user-defined route takes a subnet's traffic to an address, and does it still arrive?

A private endpoint's /32 system route beats wider user routes, unless the endpoint's subnet has its network policies on
and the user route is at least as narrow as the endpoint's network (azure-facts 2.3). Called by the rules of the route
hop and by `egress_of`; what filters traffic is not its business.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum

from remediator.core.reach import holders
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Network, Route, RouteTable, Snapshot, Subnet, Unknown

REGISTRY_TAG = "azurecontainerregistry"
_STRICT = frozenset({"enabled", "routetableenabled"})
# Narrower routes name single services; which addresses a registry has is not known.
_WIDE = 12
# Public addresses are not known before the name is asked; this one lies in no prefix but the whole internet's.
_ANYWHERE = "192.0.2.1"


class Turn(StrEnum):
    """What a route does to traffic."""

    STRAIGHT = "straight"
    DROPPED = "dropped"
    APPLIANCE = "appliance"
    GATEWAY = "gateway"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Turned:
    """The turn and the user route that takes it, None for Azure's own routes."""

    turn: Turn
    route: Route | None = None
    table: ResourceId | None = None


_TURNS = {
    "none": Turn.DROPPED,
    "internet": Turn.LOST,
    "virtualappliance": Turn.APPLIANCE,
    "virtualnetworkgateway": Turn.GATEWAY,
}


def private_turn(
    snapshot: Snapshot, subnet: Subnet, address: str, target: Network | None, place: Subnet | None, *, near: bool
) -> Turned | Unknown:
    """How traffic from a subnet goes to an endpoint's address.

    `target` and `place` are the endpoint's network and subnet, `near` says that it is the same network or a peered one,
    so that the endpoint's own /32 route is there.
    """
    found = _longest(snapshot, subnet, address)
    if isinstance(found, Unknown) or found.route is None:
        return found
    length = ipaddress.ip_network(found.route.prefix, strict=False).prefixlen
    if length < 32 and near and (target is None or place is None):
        return Unknown(f"whether the route {found.route.name} counts: the endpoint's subnet was not read")
    if length < 32 and near and not _steerable(target, place, address, length):
        return Turned(Turn.STRAIGHT)
    return found


def server_turn(snapshot: Snapshot, network: Network, subnet: Subnet, server: str) -> Turned | Unknown:
    """How traffic from a subnet goes to a DNS server; a network's own ranges and its peers' beat wider user routes."""
    found = _longest(snapshot, subnet, server)
    if isinstance(found, Unknown) or found.route is None:
        return found
    where = ipaddress.ip_address(server)
    homes = [snapshot.networks[rid] for rid in holders(snapshot, network, server)]
    spaces = [ipaddress.ip_network(prefix, strict=False) for home in homes for prefix in home.prefixes]
    length = ipaddress.ip_network(found.route.prefix, strict=False).prefixlen
    wider = any(where in space and space.prefixlen > length for space in spaces)
    return Turned(Turn.STRAIGHT) if wider else found


def public_turn(snapshot: Snapshot, subnet: Subnet) -> Turned | Unknown:
    """How traffic from a subnet goes to the internet; `LOST` is the ordinary way there."""
    found = _longest(snapshot, subnet, _ANYWHERE)
    if isinstance(found, Turned):
        found = _by_tag(snapshot, subnet, found)
    if isinstance(found, Turned) and found.turn is Turn.LOST:
        return Turned(Turn.STRAIGHT, found.route, found.table)
    return found


def _by_tag(snapshot: Snapshot, subnet: Subnet, otherwise: Turned) -> Turned | Unknown:
    """A route for the registries' service tag beats the default one (learn virtual-networks-udr-overview).

    Other tags and wide ranges may hold the registry's address or not: unknown where they lead elsewhere.
    """
    table = snapshot.look_up(snapshot.route_tables, subnet.route_table) if subnet.route_table else None
    for route in table.routes if isinstance(table, RouteTable) else ():
        turned = Turned(_TURNS.get(route.next_hop.lower(), Turn.STRAIGHT), route, subnet.route_table)
        if _tag_of(route) == REGISTRY_TAG:
            return turned
        elsewhere = {turned.turn, otherwise.turn} - {Turn.LOST, Turn.STRAIGHT}
        if (_tag_of(route) or _is_wide(route)) and turned.turn is not otherwise.turn and elsewhere:
            return Unknown(f"whether the route {route.name} ({route.prefix}) holds the registry's public address")
    return otherwise


def _is_wide(route: Route) -> bool:
    """Whether a route is for a large part of the public internet, but not for all of it."""
    try:
        prefix = ipaddress.IPv4Network(route.prefix, strict=False)
    except ValueError:
        return False
    return 0 < prefix.prefixlen <= _WIDE and not prefix.is_private


def _tag_of(route: Route) -> str:
    """The service tag that a route names, where a registry's public address may lie in it; "" else."""
    name = route.prefix.lower()
    return name if name.split(".")[0] in (REGISTRY_TAG, "azurecloud") and "/" not in name else ""


def _steerable(target: Network | None, place: Subnet | None, address: str, length: int) -> bool:
    if target is None or place is None or place.endpoint_policies.lower() not in _STRICT:
        return False
    where = ipaddress.ip_address(address)
    spaces = [ipaddress.ip_network(prefix, strict=False) for prefix in target.prefixes]
    return any(where in space and length >= space.prefixlen for space in spaces)


def _longest(snapshot: Snapshot, subnet: Subnet, address: str) -> Turned | Unknown:
    if subnet.route_table is None:
        return Turned(Turn.STRAIGHT)
    table = snapshot.look_up(snapshot.route_tables, subnet.route_table)
    if isinstance(table, Unknown):
        return table
    where = ipaddress.ip_address(address)
    best: tuple[int, Route] | None = None
    for route in table.routes if table else ():
        try:
            prefix = ipaddress.ip_network(route.prefix, strict=False)
        except ValueError:
            continue  # a service tag: public services only, and narrower than what is asked here
        if prefix.version == where.version and where in prefix and (best is None or prefix.prefixlen > best[0]):
            best = (prefix.prefixlen, route)
    if best is None:
        return Turned(Turn.STRAIGHT)
    turn = _TURNS.get(best[1].next_hop.lower(), Turn.STRAIGHT)
    return Turned(turn, best[1], subnet.route_table)

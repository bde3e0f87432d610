"""Where a subnet's traffic goes first: the longest prefix of its route table and of Azure's system routes.

A user route beats a system route of the same length. An endpoint's own /32 route beats wider user routes, unless the
endpoint's subnet has its network policies for routes on and the user route is at least as narrow as the network
(MicrosoftDocs disable-private-endpoint-network-policy; azure-facts 2.3). A 0.0.0.0/0 user route also takes what is
private and not joined: Azure's own routes for those ranges give way to it. Called by `reach`.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from remediator.sandbox import addresses, places
from remediator.sandbox.places import Place
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World

# What a service tag weighs against a prefix: narrower tags win, and every tag beats 0.0.0.0/0.
TAG, REGIONAL_TAG = 16, 20


@dataclass(frozen=True)
class Hop:
    """`kind` is a route's nextHopType, `direct` for the system's own way, or `None`; `via` an appliance's address."""

    kind: str
    via: str = ""
    prefix: str = ""


DIRECT, NOWHERE = Hop("direct"), Hop("None")


def user_routes(world: World, subnet: Body) -> list[Body]:
    """The properties of the routes in a subnet's route table."""
    table = world.state.get((subnet["properties"].get("routeTable") or {}).get("id"))
    rows = world.state.children(table["id"], "routes") if table is not None else []
    return [row["properties"] for row in rows]


def prefix_of(route: Body) -> ipaddress.IPv4Network | None:
    """The IPv4 prefix of a route; None for a service tag."""
    text = str(route.get("addressPrefix", ""))
    return ipaddress.IPv4Network(text, strict=False) if text[:1].isdigit() and ":" not in text else None


def _hop(route: Body) -> Hop:
    return Hop(
        str(route.get("nextHopType", "None")), str(route.get("nextHopIpAddress", "")), str(route.get("addressPrefix"))
    )


def _longest(world: World, subnet: Body, address: str) -> tuple[int, Hop] | None:
    where = ipaddress.IPv4Address(address)
    best: tuple[int, Hop] | None = None
    for route in user_routes(world, subnet):
        prefix = prefix_of(route)
        if prefix is not None and where in prefix and (best is None or prefix.prefixlen > best[0]):
            best = (prefix.prefixlen, _hop(route))
    return best


def towards(world: World, source: Place, target: Place, *, endpoint: bool) -> Hop:
    """The first hop to one address of a known network; `endpoint` when a private endpoint has that address."""
    address = str(target.prefixes[0].network_address)
    chosen = _longest(world, source.subnet, address) if source.subnet is not None else None
    if not places.joined(world, source, target):
        return chosen[1] if chosen else NOWHERE
    space = [one.prefixlen for one in addresses.prefixes(target.network) if places.covers((one,), target.prefixes)]
    system = max(space, default=0)
    if chosen is None or chosen[0] < system:
        return DIRECT
    if endpoint and chosen[0] < 32 and not _routes_apply(target.subnet):
        return DIRECT
    return chosen[1]


def _routes_apply(subnet: Body | None) -> bool:
    policies = (subnet or {}).get("properties", {}).get("privateEndpointNetworkPolicies")
    return policies in ("RouteTableEnabled", "Enabled")


def outwards(world: World, subnet: Body, address: str, tags: frozenset[str]) -> Hop:
    """The first hop to a public address; `tags` are the service tags (lower case) that it belongs to."""
    best = _longest(world, subnet, address)
    for route in user_routes(world, subnet):
        tag = str(route.get("addressPrefix", "")).lower()
        weight = REGIONAL_TAG if "." in tag else TAG
        if prefix_of(route) is None and tag in tags and (best is None or best[0] < weight):
            best = (weight, _hop(route))
    return best[1] if best else DIRECT

"""Where an address lies, and which places a network is joined with: the same network, or peered on both sides.

Peering is not transitive, and it carries less than everything when it is out of sync or joins subnets only. Called by
`reach` and `dns_servers`; what a route or a security group makes of it is not asked here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from remediator.sandbox import addresses
from remediator.sandbox.addresses import Prefix
from remediator.sandbox.arm_id import parent_of, same
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World

NETWORKS = "microsoft.network/virtualnetworks"
OUT_OF_SYNC = ("RemoteNotInSync", "LocalNotInSync", "LocalAndRemoteNotInSync")
# RFC 1918 and the carrier range: what Azure's system routes keep away from the internet.
PRIVATE = tuple(
    ipaddress.IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)


@dataclass(frozen=True)
class Place:
    """Some addresses in a network; the subnet they are in, when they are in one."""

    network: Body
    subnet: Body | None
    prefixes: tuple[Prefix, ...]


def is_private(address: str) -> bool:
    """Is it an address that is not reachable over the internet?"""
    where = ipaddress.ip_address(address)
    return isinstance(where, ipaddress.IPv4Address) and any(where in space for space in PRIVATE)


def covers(spaces: Iterable[Prefix], inner: Iterable[Prefix]) -> bool:
    """Is every inner prefix inside one of the spaces?"""
    known = list(spaces)
    return all(any(one.subnet_of(space) for space in known) for one in inner)


def place_of_subnet(world: World, subnet: Body) -> Place | None:
    """A whole subnet as a place; None when its network is not there."""
    network = world.state.get(parent_of(subnet["id"]))
    return Place(network, subnet, tuple(addresses.prefixes(subnet))) if network is not None else None


def place_in(world: World, network: Body, address: str) -> Place:
    """One address in a network."""
    where = ipaddress.IPv4Network(address)
    inside = [s for s in world.state.children(network["id"], "subnets") if covers(addresses.prefixes(s), (where,))]
    return Place(network, inside[0] if inside else None, (where,))


def networks_with(world: World, address: str) -> list[Body]:
    """Every network in whose address space an address lies."""
    where = ipaddress.ip_address(address)
    return [
        network
        for network in world.state.of_type(NETWORKS)
        if any(where in space for space in addresses.prefixes(network))
    ]


def peerings(world: World, network: Body) -> list[tuple[Body, Body]]:
    """Peerings of a network that are Connected on both sides: this side and the other side."""
    found = []
    for here in world.state.children(network["id"], "virtualNetworkPeerings"):
        for there in world.state.children(_remote(here), "virtualNetworkPeerings"):
            if same(_remote(there), network["id"]) and _connected(here) and _connected(there):
                found.append((here, there))
    return found


def joined(world: World, here: Place, there: Place) -> bool:
    """Can the two places talk without anything in between?"""
    if same(here.network["id"], there.network["id"]):
        return True
    return any(
        same(_remote(ours), there.network["id"]) and _carries(ours, here, there) and _carries(theirs, there, here)
        for ours, theirs in peerings(world, here.network)
    )


def peered_spaces(world: World, network: Body, *, tag: bool = False) -> list[Prefix]:
    """Address spaces of the networks peered with one; with `tag` only those that count as VirtualNetwork.

    `allowVirtualNetworkAccess: false` takes the peer out of that tag and stops nothing by itself (azure-facts 13).
    """
    found: list[Prefix] = []
    for ours, _ in peerings(world, network):
        if not tag or ours["properties"].get("allowVirtualNetworkAccess") is not False:
            found += addresses.prefixes(world.state.get(_remote(ours)) or {})
    return found


def _remote(peering: Body) -> str:
    return str((peering["properties"].get("remoteVirtualNetwork") or {}).get("id", ""))


def _connected(peering: Body) -> bool:
    return bool(peering["properties"].get("peeringState") == "Connected")


def _carries(peering: Body, here: Place, there: Place) -> bool:
    """Does one side of a peering lead from here to there?

    `remoteAddressSpace` is what is peered, `remoteVirtualNetworkAddressSpace` what the other network has by now
    (network 2024-01-01): out of sync, only the former is carried. `peerCompleteVnets: false` joins the named subnets.
    """
    properties = peering["properties"]
    if properties.get("peerCompleteVnets") is False:
        pairs = ((here, "localSubnetNames"), (there, "remoteSubnetNames"))
        if any(not _named(place, properties.get(names)) for place, names in pairs):
            return False
    if properties.get("peeringSyncLevel") in OUT_OF_SYNC:
        for name in ("remoteAddressSpace", "remoteVirtualNetworkAddressSpace"):
            if (properties.get(name) or {}).get("addressPrefixes"):
                return covers(addresses.prefixes({"properties": {"addressSpace": properties[name]}}), there.prefixes)
    return True


def _named(place: Place, names: list[str] | None) -> bool:
    return place.subnet is not None and str(place.subnet["name"]).lower() in {name.lower() for name in names or ()}

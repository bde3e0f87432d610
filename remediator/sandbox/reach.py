"""Can a place open a connection to an address: is there a way, and does anything on it drop TCP 443?

Routes choose the way, appliances and gateways carry it on, security groups at both ends let it through. What comes
back is not asked: Azure keeps the flow. Called by `arriving` and, without the security groups, by `dns_servers`.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from remediator.sandbox import addresses, appliances, next_hops, security_groups
from remediator.sandbox.arm_id import same
from remediator.sandbox.next_hops import Hop
from remediator.sandbox.places import Place
from remediator.sandbox.security_groups import INBOUND, OUTBOUND, Party
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World

INBOUND_POLICIES = ("NetworkSecurityGroupEnabled", "Enabled")


@dataclass(frozen=True)
class Way:
    """Whether there is a way, and in words why or why not; `leaves_by` are public addresses that it goes out with."""

    open: bool
    words: str
    leaves_by: tuple[str, ...] = ()


OPEN = Way(True, "the internet is open")


def carried(world: World, source: Place, target: Place, *, endpoint: bool = False) -> Way:
    """Do routes bring traffic from a place to one private address of a known network?"""
    hop = next_hops.towards(world, source, target, endpoint=endpoint)
    there = f"{target.prefixes[0].network_address} in {target.network['name']}"
    if hop.kind == "direct":
        return Way(True, f"{there} is in the same network or a peered one")
    if hop.kind == "VirtualAppliance":
        appliance = appliances.at(world, source, hop.via)
        if appliance is None:
            return Way(False, f"route {hop.prefix} leads to {hop.via}, where nothing that is known forwards")
        if not appliances.delivers(world, appliance, target):
            return Way(False, f"route {hop.prefix} leads to {hop.via}, which does not bring it to {there}")
        return Way(True, f"{hop.via} forwards to {there}")
    if hop.kind == "VirtualNetworkGateway" and appliances.through_gateway(world, source, target):
        return Way(True, f"a gateway carries it to {there}")
    if hop.kind == "VnetLocal" and same(source.network["id"], target.network["id"]):
        return Way(True, f"{there} is in the same network")
    return Way(False, _lost(hop, there))


def _lost(hop: Hop, there: str) -> str:
    if not hop.prefix:
        return f"no peering and no route leads to {there}"
    return f"route {hop.prefix} sends it to {hop.kind}, not to {there}"


def to_endpoint(world: World, source: Place, target: Place) -> Way:
    """Is TCP 443 to a private endpoint's address open?"""
    way = carried(world, source, target, endpoint=True)
    if not way.open or source.subnet is None:
        return way
    ends = (Party(source.prefixes), Party(target.prefixes))
    dropped = security_groups.dropped_by(world, source.subnet, OUTBOUND, *ends)
    subnet = target.subnet
    if not dropped and subnet is not None and _groups_apply(subnet):
        dropped = security_groups.dropped_by(world, subnet, INBOUND, *ends)
    return Way(False, f"security rule {dropped} drops it") if dropped else way


def _groups_apply(subnet: Body) -> bool:
    return subnet["properties"].get("privateEndpointNetworkPolicies") in INBOUND_POLICIES


def to_internet(world: World, source: Place, address: str, tags: frozenset[str]) -> Way:
    """Is TCP 443 to a public address open; the service tags are those that the address belongs to."""
    if source.subnet is None:
        return OPEN
    ends = (Party(source.prefixes), Party((ipaddress.IPv4Network(address),), tags))
    dropped = security_groups.dropped_by(world, source.subnet, OUTBOUND, *ends)
    if dropped:
        return Way(False, f"security rule {dropped} drops it")
    hop = next_hops.outwards(world, source.subnet, address, tags)
    if hop.kind in ("direct", "Internet"):
        return Way(True, f"{address} is reached over the internet")
    if hop.kind == "VirtualAppliance":
        appliance = appliances.at(world, source, hop.via)
        if appliance is not None and appliance.forwards:
            unknown = (addresses.public_address(f"appliance/{hop.via}"),)
            return Way(True, f"{hop.via} forwards to {address}", appliance.public or unknown)
    return Way(False, f"route {hop.prefix} sends it to {hop.via or hop.kind}, which does not forward it")

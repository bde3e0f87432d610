"""Does a subnet's security group let TCP 443 through?

Rules count by priority, in one direction; the first that matches decides, and Azure's default rules come last
(MicrosoftDocs network-security-groups-overview). Service tags mean what MicrosoftDocs service-tags-overview says of
them; `VirtualNetwork` is the own address space, peered ones that `allowVirtualNetworkAccess` does not take out, and
prefixes of user routes other than 0.0.0.0/0. A rule that names application security groups instead of addresses
matches nothing. Called by `reach`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field

from remediator.sandbox import addresses, next_hops, places
from remediator.sandbox.addresses import Prefix
from remediator.sandbox.arm_id import parent_of
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World

PORT = 443
EPHEMERAL = (49152, 65535)
HOST = ipaddress.IPv4Network("168.63.129.16/32")
OUTBOUND, INBOUND = "Outbound", "Inbound"


@dataclass(frozen=True)
class Party:
    """One end of a connection: its addresses, and the service tags (lower case) of a public one."""

    prefixes: tuple[Prefix, ...]
    tags: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class _Rule:
    name: str
    priority: int
    allows: bool
    body: Body


def _default(name: str, priority: int, access: str, source: str, target: str) -> _Rule:
    body = {"protocol": "*", "sourceAddressPrefix": source, "destinationAddressPrefix": target}
    return _Rule(name, priority, access == "Allow", {**body, "sourcePortRange": "*", "destinationPortRange": "*"})


DEFAULTS = {
    OUTBOUND: (
        _default("AllowVnetOutBound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
        _default("AllowInternetOutBound", 65001, "Allow", "*", "Internet"),
        _default("DenyAllOutBound", 65500, "Deny", "*", "*"),
    ),
    INBOUND: (
        _default("AllowVnetInBound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
        _default("AllowAzureLoadBalancerInBound", 65001, "Allow", "AzureLoadBalancer", "*"),
        _default("DenyAllInBound", 65500, "Deny", "*", "*"),
    ),
}


def dropped_by(world: World, subnet: Body, direction: str, source: Party, target: Party) -> str:
    """The rule that drops TCP 443 from source to target at a subnet, or an empty string when it passes."""
    group = world.state.get((subnet["properties"].get("networkSecurityGroup") or {}).get("id"))
    if group is None:
        return ""
    for rule in _rules(world, group, direction):
        if _matches(world, subnet, rule, source, target):
            return "" if rule.allows else f"{group['name']}/{rule.name}"
    return ""


def _rules(world: World, group: Body, direction: str) -> list[_Rule]:
    own = [
        _Rule(
            str(row["name"]),
            row["properties"].get("priority", 0),
            str(row["properties"].get("access", "")).lower() == "allow",
            row["properties"],
        )
        for row in world.state.children(group["id"], "securityRules")
        if str(row["properties"].get("direction", "")).lower() == direction.lower()
    ]
    return [*sorted(own, key=lambda rule: rule.priority), *DEFAULTS[direction]]


def _matches(world: World, subnet: Body, rule: _Rule, source: Party, target: Party) -> bool:
    body = rule.body
    if str(body.get("protocol", "*")).lower() not in ("*", "tcp"):
        return False
    if not _ports(body, "destination", (PORT, PORT)) or not _ports(body, "source", EPHEMERAL):
        return False
    ends = (("source", source), ("destination", target))
    return all(
        _meets(world, subnet, _several(body, f"{end}Address", "Prefix"), party, rule.allows) for end, party in ends
    )


def _several(body: Body, start: str, end: str) -> list[str]:
    """A rule's values: one property for a single value, another for several."""
    one, more = body.get(f"{start}{end}"), body.get(f"{start}{end}es" if end == "Prefix" else f"{start}{end}s")
    return [*([str(one)] if one else []), *(str(value) for value in more or [])]


def _ports(body: Body, end: str, wanted: tuple[int, int]) -> bool:
    for text in _several(body, f"{end}Port", "Range"):
        low, _, high = text.partition("-")
        if text == "*" or (int(low) <= wanted[0] and wanted[1] <= int(high or low)):
            return True
    return False


def _meets(world: World, subnet: Body, words: list[str], party: Party, allows: bool) -> bool:
    """Do a rule's prefixes and tags hold a party?

    A rule that holds only a part of an environment's subnet counts when it denies: some of its nodes are cut off.
    """
    held: list[Prefix] = []
    for word in words:
        if word in ("*", "0.0.0.0/0") or word.lower() == "any" or word.lower() in party.tags:
            return True
        if word.lower() == "internet" and _is_internet(world, subnet, party):
            return True
        if word.lower() == "virtualnetwork":
            held += _virtual_network(world, subnet)
        elif word[:1].isdigit() and ":" not in word:
            held.append(ipaddress.IPv4Network(word, strict=False))
    if places.covers(held, party.prefixes):
        return True
    return not allows and any(one.overlaps(space) for one in party.prefixes for space in held)


def _virtual_network(world: World, subnet: Body) -> list[Prefix]:
    network = world.state.get(parent_of(subnet["id"])) or {}
    routed = [next_hops.prefix_of(route) for route in next_hops.user_routes(world, subnet)]
    return [
        *addresses.prefixes(network),
        *(places.peered_spaces(world, network, tag=True) if network else ()),
        *(prefix for prefix in routed if prefix is not None and prefix.prefixlen),
        HOST,
    ]


def _is_internet(world: World, subnet: Body, party: Party) -> bool:
    """Outside the virtual network, and reachable over the internet."""
    outside: Iterable[Prefix] = [*places.PRIVATE, *_virtual_network(world, subnet)]
    return not any(one.overlaps(space) for one in party.prefixes for space in outside)

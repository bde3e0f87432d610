"""Would a network security group let a connection to port 443 pass?

Rules are asked in the order of their priority, the first that matches decides, Azure's default rules come last (learn
network-security-groups-overview). A rule of which it cannot be said whether it matches makes the answer unknown when it
would decide otherwise than what comes after it. Called by the rule `network-security` and by `peering`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum

from remediator.core.snapshot import SecurityGroup, SecurityRule

PORT = 443
VNET_TAG = "virtualnetwork"


class Passage(StrEnum):
    """What becomes of the connection."""

    PASSES = "passes"
    DROPPED = "dropped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Filtered:
    """The passage and the name of the rule that decides; `default` says that it is one of Azure's own."""

    passage: Passage
    rule: str
    default: bool = False


class _Match(Enum):
    YES = 2
    MAYBE = 1
    NO = 0


@dataclass(frozen=True, slots=True)
class Side:
    """One end of the connection: address ranges, and the service tags that surely or perhaps hold all of them."""

    prefixes: tuple[str, ...]
    tags: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()


def passage(group: SecurityGroup, source: Side, destination: Side, *, inbound: bool) -> Filtered:
    """What the group makes of a TCP connection from `source` to port 443 of `destination`."""
    doubts: list[SecurityRule] = []
    for rule in sorted(group.rules, key=lambda r: r.priority):
        match = _matches(rule, source, destination, inbound)
        if match is _Match.MAYBE:
            doubts.append(rule)
        elif match is _Match.YES:
            return _decided(rule.allow, rule.name, doubts, default=False)
    for name, tag_source, tag_destination, allow in _INBOUND if inbound else _OUTBOUND:
        here, there = _side(source, (tag_source,)), _side(destination, (tag_destination,))
        match = _both(here, there)
        if match is _Match.MAYBE:
            return Filtered(Passage.UNKNOWN, name, default=True)
        if match is _Match.YES:
            return _decided(allow, name, doubts, default=True)
    return Filtered(Passage.DROPPED, "the default rules", default=True)


_OUTBOUND = (
    ("AllowVnetOutBound", VNET_TAG, VNET_TAG, True),
    ("AllowInternetOutBound", "*", "internet", True),
    ("DenyAllOutBound", "*", "*", False),
)
_INBOUND = (("AllowVnetInBound", VNET_TAG, VNET_TAG, True), ("DenyAllInBound", "*", "*", False))


def _decided(allow: bool, name: str, doubts: list[SecurityRule], *, default: bool) -> Filtered:
    other = next((rule for rule in doubts if rule.allow != allow), None)
    if other is not None:
        return Filtered(Passage.UNKNOWN, other.name)
    return Filtered(Passage.PASSES if allow else Passage.DROPPED, name, default)


def _matches(rule: SecurityRule, source: Side, destination: Side, inbound: bool) -> _Match:
    if rule.inbound is not inbound or rule.protocol.lower() not in ("*", "tcp", "any"):
        return _Match.NO
    ports = _ports(rule.destination_ports)
    if ports is _Match.NO:
        return _Match.NO
    match = _both(_side(source, rule.sources), _side(destination, rule.destinations), ports)
    narrowed = rule.grouped or not {"*", "0-65535"} & set(rule.source_ports)
    return _Match.MAYBE if match is _Match.YES and narrowed else match


def _both(*matches: _Match) -> _Match:
    return min(matches, key=lambda match: match.value)


def _ports(ports: Iterable[str]) -> _Match:
    for port in ports:
        low, _, high = port.strip().partition("-")
        if port.strip() == "*" or (low.isdigit() and int(low) <= PORT <= int(high if high.isdigit() else low)):
            return _Match.YES
    return _Match.NO


def _side(side: Side, wanted: tuple[str, ...]) -> _Match:
    # a side that names application security groups only: who is in them is not read
    best = _Match.NO if wanted else _Match.MAYBE
    for one in wanted:
        best = max(best, _one(side, one.strip().lower()), key=lambda match: match.value)
    return best


def _one(side: Side, wanted: str) -> _Match:
    if wanted in ("*", "any", "0.0.0.0/0"):
        return _Match.YES
    if wanted in side.tags:
        return _Match.YES
    if wanted in side.perhaps:
        return _Match.MAYBE
    try:
        prefix = ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return _Match.NO
    if prefix.version != 4:
        return _Match.NO  # endpoints and registries are reached over IPv4 (azure-facts 1.2)
    spaces = [net for p in side.prefixes if (net := ipaddress.ip_network(p, strict=False)).version == 4]
    if not spaces:
        # a public address that is not known: no private range holds it
        return _Match.NO if prefix.is_private else _Match.MAYBE
    inside = [s.subnet_of(prefix) for s in spaces]
    if all(inside):
        return _Match.YES
    return _Match.MAYBE if any(s.overlaps(prefix) for s in spaces) else _Match.NO

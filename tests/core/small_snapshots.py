"""Snapshots built directly from core's dataclasses: a few networks and what stands in them, for tests of one module."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from remediator.core.resource_id import ResourceId, resource_id
from remediator.core.snapshot import (
    ForwardingRule,
    ForwardingRuleset,
    InboundEndpoint,
    Network,
    Peering,
    PrivateZone,
    Snapshot,
    Subnet,
    Unknown,
    ZoneLink,
)

SUB = "0a0a0a0a-1111-4222-8333-444444444444"
ZONE_NAME = "privatelink.azurecr.io"
DENIED = Unknown("the reader has no permission")


def an_id(kind: str, name: str, group: str = "rg") -> ResourceId:
    """The id of a resource of the test subscription."""
    return resource_id(SUB, group, kind, name)


def network_id(name: str) -> ResourceId:
    """The id of a network."""
    return an_id("Microsoft.Network/virtualNetworks", name)


def network(name: str, prefix: str, *dns: str, subnets: tuple[Subnet, ...] = ()) -> Network:
    """A network that asks Azure DNS unless servers are named; without peerings."""
    return Network(network_id(name), "westeurope", (prefix,), dns, subnets)


def subnet(of: str, name: str, *prefixes: str, **more: Any) -> Subnet:
    """A subnet of the network `of`."""
    return Subnet(network_id(of).child("subnets", name), prefixes, **more)


def peered(*pairs: tuple[str, str], networks: Iterable[Network], **flags: Any) -> tuple[Network, ...]:
    """The networks, with a whole peering on both sides of each pair; `flags` go to all of them."""
    found = {one.id.name: one for one in networks}
    for pair in pairs:
        for here, there in (pair, pair[::-1]):
            side = Peering(network_id(here).child("virtualNetworkPeerings", there), network_id(there), **flags)
            held = found[here].peerings
            found[here] = replace(found[here], peerings=(*(() if isinstance(held, Unknown) else held), side))
    return tuple(found.values())


def zone(*linked: str, group: str = "rg", **more: Any) -> PrivateZone:
    """A private zone of registries, linked to these networks."""
    zone_id = an_id("Microsoft.Network/privateDnsZones", ZONE_NAME, group)
    links = tuple(ZoneLink(zone_id.child("virtualNetworkLinks", name), network_id(name)) for name in linked)
    return PrivateZone(zone_id, ZONE_NAME, **{"links": links, **more})


def inbound(address: str, of: str) -> InboundEndpoint:
    """An inbound endpoint of a resolver in the network `of`."""
    resolver = an_id("Microsoft.Network/dnsResolvers", f"resolver-{of}")
    return InboundEndpoint(resolver.child("inboundEndpoints", address), network_id(of), (address,))


def ruleset(*linked: str, name: str = "rules", **rules: str) -> ForwardingRuleset:
    """A ruleset linked to networks; `rules` maps domains (dots as `_`, "" as `everything`) to one server each."""
    held = tuple(
        ForwardingRule("" if domain == "everything" else domain.replace("_", "."), (server,))
        for domain, server in rules.items()
    )
    found = an_id("Microsoft.Network/dnsForwardingRulesets", name)
    return ForwardingRuleset(found, held, tuple(network_id(one) for one in linked))


def snapshot(*things: Any, **more: Any) -> Snapshot:
    """A snapshot that holds networks, zones, inbound endpoints and rulesets, each in its collection."""
    kinds = {
        "networks": Network,
        "zones": PrivateZone,
        "inbound_endpoints": InboundEndpoint,
        "rulesets": ForwardingRuleset,
    }
    held = {name: {one.id: one for one in things if isinstance(one, kind)} for name, kind in kinds.items()}
    return Snapshot(**{**held, **more})

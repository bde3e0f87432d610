"""Which further reads do these bodies call for?

Pure: bodies in, places to read out. Called by `observer` after each round; nothing is asked for twice. Records are
listed once for each zone, never one by one (azure-facts 3.1). What egress and access need stands in modules of their
own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from remediator.adapters.azure.access_places import access_places
from remediator.adapters.azure.egress_places import egress_places
from remediator.adapters.azure.found import Found
from remediator.adapters.azure.place import Body, Place, children, one
from remediator.core.resource_id import ResourceId
from remediator.facts.access import ASSIGNMENT
from remediator.facts.container_apps import APP, ENVIRONMENT, JOB
from remediator.facts.dns_forwarding import RESOLVER, RULESET
from remediator.facts.private_dns import answers_registries
from remediator.facts.reading import Malformed, identifier, items, properties, reference, section, text

REGISTRY = "Microsoft.ContainerRegistry/registries"
ENDPOINT = "Microsoft.Network/privateEndpoints"
NETWORK = "Microsoft.Network/virtualNetworks"
ZONE = "Microsoft.Network/privateDnsZones"
ZONE_GROUP = f"{ENDPOINT}/privateDnsZoneGroups"
LISTED: tuple[str, ...] = (
    REGISTRY,
    ENDPOINT,
    ZONE,
    NETWORK,
    "Microsoft.Network/networkInterfaces",
    ENVIRONMENT,
    APP,
    JOB,
    "Microsoft.Network/routeTables",
    "Microsoft.Network/networkSecurityGroups",
    RESOLVER,
    RULESET,
    ASSIGNMENT,
)
FOLLOWED = (REGISTRY, ENDPOINT, ZONE, ZONE_GROUP, NETWORK, RESOLVER, RULESET, APP, JOB)


@dataclass(slots=True)
class ReadingList:
    """What has been read and asked for so far; `subscriptions` (lower case) are those that were listed."""

    subscriptions: frozenset[str] = frozenset()
    found: Found = field(default_factory=Found)
    asked: set[Place] = field(default_factory=set)

    def add(self, bodies: Iterable[Body]) -> None:
        """Note bodies (or error stubs) that came in."""
        self.found.add(bodies)

    def next_round(self) -> tuple[Place, ...]:
        """Every place that the bodies so far call for and that was not asked for yet, in order."""
        hosts = set(self._host_networks())
        wanted: set[Place] = {Place(network) for network in hosts}
        for rid, body in self.found.of_type(*FOLLOWED):
            try:
                wanted |= set(_follow(rid, body, rid in hosts))
            except Malformed:
                continue  # the facts say so, and what hangs on it stays Unknown
        wanted |= {*egress_places(self.found), *access_places(self.found, self.subscriptions)}
        fresh = {place for place in wanted - self.asked if place.collection or place.path not in self.found}
        self.asked |= fresh
        return tuple(sorted(fresh))

    def _host_networks(self) -> Iterator[ResourceId]:
        """The networks in which environments and endpoints of registries stand."""
        for rid, body in self.found.of_type(ENVIRONMENT, ENDPOINT):
            try:
                subnet = _subnet_of(rid, body)
            except Malformed:
                continue
            if subnet is not None and subnet.parent is not None:
                yield subnet.parent


def points_at_registry(body: Body) -> bool:
    """Whether a private endpoint's body has a connection to a registry."""
    return any(target.is_a(REGISTRY) for target in _targets(body))


def _subnet_of(rid: ResourceId, body: Body) -> ResourceId | None:
    if rid.is_a(ENVIRONMENT):
        return identifier(section(properties(body), "vnetConfiguration"), "infrastructureSubnetId")
    return reference(properties(body), "subnet") if points_at_registry(body) else None


def _targets(body: Body) -> list[ResourceId]:
    held = properties(body)
    entries = (*items(held, "privateLinkServiceConnections"), *items(held, "manualPrivateLinkServiceConnections"))
    return [ResourceId(text(properties(entry), "privateLinkServiceId", "")) for entry in entries]


def _follow(rid: ResourceId, body: Body, hosts: bool) -> Iterator[Place]:
    held = properties(body)
    if rid.is_a(REGISTRY):
        if text(section(body, "sku"), "name", "").lower() == "premium":
            yield children(rid, "replications")
        for connection in items(held, "privateEndpointConnections"):
            yield from one(reference(properties(connection), "privateEndpoint"))
    elif rid.is_a(ENDPOINT):
        yield from _from_endpoint(rid, body)
    elif answers_registries(rid):
        yield children(rid, "virtualNetworkLinks")
        yield children(rid, "A")
    elif rid.is_a(ZONE_GROUP):
        for entry in items(held, "privateDnsZoneConfigs"):
            zone = identifier(properties(entry), "privateDnsZoneId")
            if zone is not None and answers_registries(zone):
                yield from (Place(zone), children(zone, "virtualNetworkLinks"), children(zone, "A"))
    elif rid.is_a(NETWORK):
        for subnet in items(held, "subnets"):
            for key in ("routeTable", "networkSecurityGroup"):
                yield from one(reference(section(subnet, "properties"), key)) if hosts else ()
        for peering in items(held, "virtualNetworkPeerings"):
            yield from one(reference(section(peering, "properties"), "remoteVirtualNetwork")) if hosts else ()
    elif rid.is_a(RESOLVER):
        yield children(rid, "inboundEndpoints")
    elif rid.is_a(RULESET):
        yield from (children(rid, "forwardingRules"), children(rid, "virtualNetworkLinks"))
    elif rid.is_a(APP) or rid.is_a(JOB):
        yield from one(identifier(held, "managedEnvironmentId") or identifier(held, "environmentId"))


def _from_endpoint(rid: ResourceId, body: Body) -> Iterator[Place]:
    registries = [target for target in _targets(body) if target.is_a(REGISTRY)]
    if not registries:
        return
    yield children(rid, "privateDnsZoneGroups")
    for target in registries:
        yield Place(target)
    for interface in items(properties(body), "networkInterfaces"):
        yield from one(identifier(interface, "id"))

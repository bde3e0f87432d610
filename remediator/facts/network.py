"""What does a virtual network's body say: prefixes, DNS servers, subnets and what they hold, peerings?

Called by `facts.estate`. A network of which a subnet could not be read is Unknown as a whole: its subnets have no
way of their own to say so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_network

from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Network, Peering, Subnet, Unknown
from remediator.facts.bodies import INTERFACE, Bodies
from remediator.facts.reading import (
    Body,
    Malformed,
    flag,
    items,
    properties,
    reference,
    region,
    required,
    section,
    text,
    texts,
)

TYPE = "Microsoft.Network/virtualNetworks"
ENDPOINT = "Microsoft.Network/privateEndpoints"


@dataclass(slots=True)
class Occupancy:
    """Which addresses are taken in which subnet, as far as interfaces and endpoints say."""

    taken: dict[ResourceId, set[str]] = field(default_factory=dict)

    def take(self, subnet: ResourceId, address: str) -> None:
        """Count one address."""
        self.taken.setdefault(subnet, set()).add(address)


def occupancy(bodies: Bodies) -> Occupancy:
    """The addresses of all interfaces and of endpoints with fixed addresses; what cannot be read is left out."""
    found = Occupancy()
    for _, body in bodies.of_type(INTERFACE):
        try:
            entries = items(properties(body), "ipConfigurations")
        except Malformed:
            continue  # the subnet's own list of ipConfigurations still counts it
        for entry in entries:
            _take(found, entry, None)
    for _, body in bodies.of_type(ENDPOINT):
        try:
            held = properties(body)
            subnet, entries = reference(held, "subnet"), items(held, "ipConfigurations")
        except Malformed:
            continue
        for entry in entries:
            _take(found, entry, subnet)
    return found


def _take(found: Occupancy, entry: Body, subnet: ResourceId | None) -> None:
    try:
        held = properties(entry)
        place, address = reference(held, "subnet") or subnet, text(held, "privateIPAddress", "")
    except Malformed:
        return
    if place is not None and address:
        found.take(place, address)


def read_network(bodies: Bodies, rid: ResourceId, body: Body, occupied: Occupancy) -> Network:
    """The network; `Malformed` when its subnets cannot all be read."""
    held = properties(body)
    listed = bodies.children(rid, "subnets")
    if isinstance(listed, Unknown):
        raise Malformed(listed.reason)
    space = section(held, "addressSpace")
    if not space:
        raise Malformed("addressSpace is missing")
    return Network(
        id=rid,
        location=region(text(body, "location")),
        prefixes=_ranges(texts(space, "addressPrefixes")),
        dns_servers=texts(section(held, "dhcpOptions"), "dnsServers"),
        subnets=tuple(_subnet(subnet, one, occupied) for subnet, one in sorted(listed, key=lambda p: p[0].key)),
        peerings=_peerings(bodies, rid),
    )


def _subnet(rid: ResourceId, body: Body, occupied: Occupancy) -> Subnet:
    held = properties(body)
    single = text(held, "addressPrefix", "")
    prefixes = _ranges(texts(held, "addressPrefixes") or ((single,) if single else ()))
    taken = frozenset(occupied.taken.get(rid, ()))
    listed = len(items(held, "ipConfigurations"))
    used: int | Unknown = max(len(taken), listed)
    if not prefixes:
        used = Unknown(f"{rid.name}: its address prefix is missing")
    return Subnet(
        id=rid,
        prefixes=prefixes,
        delegations=tuple(text(properties(entry), "serviceName") for entry in items(held, "delegations")),
        endpoint_policies=text(held, "privateEndpointNetworkPolicies", "Disabled"),
        used=used,
        taken=taken,
        route_table=reference(held, "routeTable"),
        security_group=reference(held, "networkSecurityGroup"),
        nat_gateway=reference(held, "natGateway"),
    )


def _ranges(prefixes: tuple[str, ...]) -> tuple[str, ...]:
    """The prefixes as they stand; `Malformed` when one is no address range."""
    for prefix in prefixes:
        try:
            ip_network(prefix, strict=False)
        except ValueError as error:
            raise Malformed(f"an address prefix is no range of addresses: {error}") from error
    return prefixes


def _peerings(bodies: Bodies, network: ResourceId) -> tuple[Peering, ...] | Unknown:
    listed = bodies.children(network, "virtualNetworkPeerings")
    if isinstance(listed, Unknown):
        return listed
    peerings = []
    for rid, body in sorted(listed, key=lambda pair: pair[0].key):
        try:
            peerings.append(read_peering(rid, body))
        except Malformed as error:
            return bodies.fail(rid, str(error))
    return tuple(peerings)


def read_peering(rid: ResourceId, body: Body) -> Peering:
    """One side of a peering; `peerCompleteVnets` false means that only some subnets are peered (azure-facts 4).

    `remoteAddressSpace` is what this side was synced with, `remoteVirtualNetworkAddressSpace` what the remote has now
    (Microsoft.Network 2024-01-01, VirtualNetworkPeeringPropertiesFormat).
    """
    held = properties(body)
    return Peering(
        id=rid,
        remote=required(reference(held, "remoteVirtualNetwork"), "remoteVirtualNetwork"),
        state=text(held, "peeringState"),
        sync=text(held, "peeringSyncLevel", "FullyInSync"),
        allow_access=flag(held, "allowVirtualNetworkAccess", True),
        allow_forwarded=flag(held, "allowForwardedTraffic"),
        allow_gateway_transit=flag(held, "allowGatewayTransit"),
        use_remote_gateways=flag(held, "useRemoteGateways"),
        complete=flag(held, "peerCompleteVnets", True),
        local_subnets=texts(held, "localSubnetNames"),
        remote_subnets=texts(held, "remoteSubnetNames"),
        synced=_ranges(texts(section(held, "remoteAddressSpace"), "addressPrefixes")),
    )

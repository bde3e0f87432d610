"""What creating, deleting and approving private endpoints does to a snapshot.

The addresses of an endpoint that does not exist yet are predicted: the lowest free ones of its subnet.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from remediator.core.change import Change
from remediator.core.cloud import registry_suffix_of
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import (
    EndpointConnection,
    EndpointTarget,
    MemberAddress,
    Network,
    PrivateEndpoint,
    Registry,
    Snapshot,
    Subnet,
    Unknown,
)

# Azure keeps the first four addresses of a subnet and the last one.
_FIRST = 4


def with_endpoint(snapshot: Snapshot, change: Change) -> Snapshot:
    """The endpoint with predicted addresses, its approved connection, and the registry's data endpoints on."""
    after = change.after or {}
    registry = snapshot.registries.get(ResourceId(str(after["registry"])))
    if registry is None:
        return snapshot
    subnet_id = ResourceId(str(after["subnet"]))
    network = snapshot.networks.get(subnet_id.parent) if subnet_id.parent else None
    subnet = network.subnet(subnet_id) if network else None
    registry = _with_data_hosts(registry)
    members = _members(registry)
    free = _free(subnet)
    addresses = tuple(MemberAddress(member, next(free, ""), (host,)) for member, host in members)
    endpoint = PrivateEndpoint(
        id=change.target,
        location=str(after["location"]),
        subnet=subnet_id,
        targets=(EndpointTarget(registry.id, "Approved", manual=bool(after["manual"]), name=change.target.name),),
        addresses=addresses,
        predicted=True,
    )
    connection = EndpointConnection(
        registry.id.child("privateEndpointConnections", change.target.name), change.target, "Approved"
    )
    if not isinstance(registry.connections, Unknown):
        registry = replace(registry, connections=(*registry.connections, connection))
    if network is not None and subnet is not None:
        snapshot = _taken(snapshot, network, subnet_id, addresses)
    return replace(
        snapshot,
        registries={**snapshot.registries, registry.id: registry},
        endpoints={**snapshot.endpoints, endpoint.id: endpoint},
    )


def without_endpoint(snapshot: Snapshot, change: Change) -> Snapshot:
    """The endpoint, its connection and the records that its zone group wrote are gone; its addresses are free."""
    endpoint = snapshot.endpoints.get(change.target)
    endpoints = {key: value for key, value in snapshot.endpoints.items() if key != change.target}
    registries = dict(snapshot.registries)
    for target in endpoint.targets if endpoint else ():
        registry = registries.get(target.resource)
        if registry is not None and not isinstance(registry.connections, Unknown):
            left = tuple(c for c in registry.connections if c.endpoint != change.target)
            registries[registry.id] = replace(registry, connections=left)
    zones = dict(snapshot.zones)
    groups = endpoint.zone_groups if endpoint and not isinstance(endpoint.zone_groups, Unknown) else ()
    own = {a.address for a in endpoint.addresses} if endpoint and not isinstance(endpoint.addresses, Unknown) else set()
    for zone_id in {zone for group in groups for _, zone in group.zones}:
        zone = zones.get(zone_id)
        if zone is not None and not isinstance(zone.records, Unknown):
            kept = tuple(r for r in zone.records if not (r.kept_by_group and own & set(r.addresses)))
            zones[zone.id] = replace(zone, records=kept)
    network = snapshot.networks.get(endpoint.network) if endpoint else None
    if endpoint is not None and network is not None:
        snapshot = _freed(snapshot, network, endpoint.subnet, own)
    return replace(snapshot, endpoints=endpoints, registries=registries, zones=zones)


def with_connection_approved(snapshot: Snapshot, change: Change) -> Snapshot:
    """The connection is approved; its endpoint's addresses, where it had none yet, are predicted."""
    registry = snapshot.registries.get(change.target.parent) if change.target.parent else None
    if registry is None or isinstance(registry.connections, Unknown):
        return snapshot
    approved = tuple(replace(c, status="Approved") if c.id == change.target else c for c in registry.connections)
    registry = _with_data_hosts(replace(registry, connections=approved))
    endpoints = dict(snapshot.endpoints)
    connection = next((c for c in approved if c.id == change.target), None)
    endpoint = endpoints.get(connection.endpoint) if connection and connection.endpoint else None
    if endpoint is not None:
        endpoints[endpoint.id] = _usable(snapshot, endpoint, registry)
    return replace(snapshot, registries={**snapshot.registries, registry.id: registry}, endpoints=endpoints)


def _usable(snapshot: Snapshot, endpoint: PrivateEndpoint, registry: Registry) -> PrivateEndpoint:
    targets = tuple(replace(t, status="Approved") if t.resource == registry.id else t for t in endpoint.targets)
    if isinstance(endpoint.addresses, Unknown) or endpoint.address_of(registry.login_server):
        return replace(endpoint, targets=targets)
    network = snapshot.networks.get(endpoint.network)
    free = _free(network.subnet(endpoint.subnet) if network else None)
    held = {a.member: a.address for a in endpoint.addresses if a.address}
    addresses = tuple(
        MemberAddress(member, held.get(member) or next(free, ""), (host,)) for member, host in _members(registry)
    )
    return replace(endpoint, targets=targets, addresses=addresses, predicted=True)


def _with_data_hosts(registry: Registry) -> Registry:
    """The registry as it is once an endpoint exists: dedicated data endpoints are switched on (azure-facts 1.2)."""
    suffix = registry_suffix_of(registry.login_server) or ""
    name = registry.login_server.removesuffix("." + suffix)
    regions = registry.regions if not isinstance(registry.regions, Unknown) else ()
    hosts = tuple(f"{name}.{region}.data.{suffix}" for region in (regions or (registry.location,)))
    return replace(registry, data_endpoint_enabled=True, data_hosts=registry.data_hosts or hosts)


def _members(registry: Registry) -> Iterator[tuple[str, str]]:
    """(member, host) pairs: data, then regional ones, the login name last, as Azure lists them (azure-facts 1.5)."""
    for hosts, label, member in ((registry.data_hosts, ".data.", "data_"), (registry.regional_hosts, ".geo.", "")):
        for host in hosts:
            region = host.split(label, 1)[0].rsplit(".", 1)[-1]
            yield f"registry_{member}{region}", host
    yield "registry", registry.login_server


def _free(subnet: Subnet | None) -> Iterator[str]:
    for prefix in subnet.prefixes if subnet else ():
        net = ipaddress.ip_network(prefix, strict=False)
        if net.version != 4:
            continue
        for offset in range(_FIRST, net.num_addresses - 1):
            address = str(net.network_address + offset)
            if subnet is not None and address not in subnet.taken:
                yield address


def _taken(
    snapshot: Snapshot, network: Network, subnet_id: ResourceId, addresses: tuple[MemberAddress, ...]
) -> Snapshot:
    new = frozenset(a.address for a in addresses if a.address)
    return _with_subnet(snapshot, network, subnet_id, lambda taken: taken | new)


def _freed(snapshot: Snapshot, network: Network, subnet_id: ResourceId, addresses: Iterable[str]) -> Snapshot:
    gone = frozenset(addresses)
    return _with_subnet(snapshot, network, subnet_id, lambda taken: taken - gone)


def _with_subnet(
    snapshot: Snapshot, network: Network, subnet_id: ResourceId, move: Callable[[frozenset[str]], frozenset[str]]
) -> Snapshot:
    subnets = tuple(_moved(s, move(s.taken)) if s.id == subnet_id else s for s in network.subnets)
    return replace(snapshot, networks={**snapshot.networks, network.id: replace(network, subnets=subnets)})


def _moved(subnet: Subnet, taken: frozenset[str]) -> Subnet:
    used = subnet.used if isinstance(subnet.used, Unknown) else subnet.used + len(taken) - len(subnet.taken)
    return replace(subnet, taken=taken, used=used)

"""What is there now: the facts that rules and paths are judged on.

A fact is known (the value), absent (None or not in the collection), or `Unknown(reason)`. Nothing may be
created, changed or deleted because of an `Unknown`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from remediator.core.cloud import AZURE_PUBLIC, Cloud
from remediator.core.resource_id import ResourceId

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact that could not be read; `reason` says what was tried and what the other side answered."""

    reason: str


@dataclass(frozen=True, slots=True)
class EndpointConnection:
    """A private endpoint connection as the registry sees it (`privateEndpointConnections`)."""

    id: ResourceId
    endpoint: ResourceId | None
    status: str
    description: str = ""
    provisioning_state: str = "Succeeded"


@dataclass(frozen=True, slots=True)
class Registry:
    """A container registry. `regions` holds the home region and every replica's; hosts are lower case."""

    id: ResourceId
    location: str
    login_server: str
    sku: str
    public_network_access: str = "Enabled"
    default_action: str = "Allow"
    ip_rules: tuple[str, ...] = ()
    bypass: str = "AzureServices"
    data_endpoint_enabled: bool = False
    data_hosts: tuple[str, ...] = ()
    regional_hosts: tuple[str, ...] = ()
    regions: tuple[str, ...] | Unknown = ()
    connections: tuple[EndpointConnection, ...] | Unknown = ()
    anonymous_pull: bool = False
    admin_user: bool = False
    role_assignment_mode: str = "LegacyRegistryPermissions"
    export_policy: str = "enabled"
    provisioning_state: str = "Succeeded"

    @property
    def open_to_all(self) -> bool:
        """Whether any public address may pull: public access on and nothing denied by default."""
        return self.public_network_access.lower() != "disabled" and self.default_action.lower() == "allow"


@dataclass(frozen=True, slots=True)
class MemberAddress:
    """One address of an endpoint: `member` is `registry`, `registry_data_<region>` or `registry_<region>`.

    Matched by member or host, never by position: the data member comes first on real interfaces (azure-facts 1.5).
    """

    member: str
    address: str
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EndpointTarget:
    """What an endpoint points at. `manual` says in which of the two arrays Azure keeps it; it must stay there."""

    resource: ResourceId
    status: str
    manual: bool = False
    name: str = ""
    groups: tuple[str, ...] = ("registry",)


@dataclass(frozen=True, slots=True)
class ZoneGroup:
    """A private DNS zone group: it writes the endpoint's records into its zones."""

    id: ResourceId
    zones: tuple[tuple[str, ResourceId], ...]
    provisioning_state: str = "Succeeded"
    deployed_by_policy: bool = False

    def writes_to(self, zone: ResourceId) -> bool:
        """Whether this group keeps records in that zone."""
        return any(written == zone for _, written in self.zones)


@dataclass(frozen=True, slots=True)
class PrivateEndpoint:
    """A private endpoint that points at a registry."""

    id: ResourceId
    location: str
    subnet: ResourceId
    targets: tuple[EndpointTarget, ...]
    addresses: tuple[MemberAddress, ...] | Unknown = ()
    interfaces: tuple[ResourceId, ...] = ()
    zone_groups: tuple[ZoneGroup, ...] | Unknown = ()
    static_addresses: bool = False
    provisioning_state: str = "Succeeded"
    predicted: bool = False

    @property
    def network(self) -> ResourceId:
        """The network of its subnet."""
        parent = self.subnet.parent
        return parent if parent is not None else self.subnet

    def target(self, registry: ResourceId) -> EndpointTarget | None:
        """Its connection to that registry, if it has one."""
        return next((t for t in self.targets if t.resource == registry), None)

    def address_of(self, host: str) -> str | None:
        """The address that the interface carries for a host, None when it has none or cannot be read."""
        if isinstance(self.addresses, Unknown):
            return None
        return next((a.address for a in self.addresses if host.lower() in a.hosts), None)


@dataclass(frozen=True, slots=True)
class ZoneLink:
    """A virtual network link; only one can exist for a zone and a network (azure-facts 3.1)."""

    id: ResourceId
    network: ResourceId
    state: str = "Completed"
    resolution_policy: str = "Default"
    registration_enabled: bool = False
    provisioning_state: str = "Succeeded"

    @property
    def falls_back(self) -> bool:
        """Whether a name that the zone lacks is asked again in public (azure-facts 3.5)."""
        return self.resolution_policy.lower() == "nxdomainredirect"


@dataclass(frozen=True, slots=True)
class Record:
    """An A record set; `creator` is the metadata that a zone group leaves, "" for one made by hand."""

    id: ResourceId
    name: str
    addresses: tuple[str, ...]
    ttl: int = 10
    creator: str = ""

    @property
    def kept_by_group(self) -> bool:
        """Whether a zone group wrote it (azure-facts 1.5: ttl 10 and a creator; by hand: 3600 and none)."""
        return "private endpoint" in self.creator.lower()


@dataclass(frozen=True)
class PrivateZone:
    """A private DNS zone of registries (`privatelink.azurecr.*`)."""

    id: ResourceId
    name: str
    links: tuple[ZoneLink, ...] | Unknown = ()
    records: tuple[Record, ...] | Unknown = ()
    provisioning_state: str = "Succeeded"

    def link_to(self, network: ResourceId) -> ZoneLink | None:
        """The link to a network, None when there is none or the links cannot be read."""
        return self._link_by_network.get(network.key)

    def record(self, name: str) -> Record | None:
        """The record of that relative name, None when there is none or the records cannot be read."""
        return self._record_by_name.get(name.lower())

    @cached_property
    def _link_by_network(self) -> dict[str, ZoneLink]:
        links = () if isinstance(self.links, Unknown) else self.links
        return {link.network.key: link for link in reversed(links)}

    @cached_property
    def _record_by_name(self) -> dict[str, Record]:
        records = () if isinstance(self.records, Unknown) else self.records
        return {record.name.lower(): record for record in reversed(records)}


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet; `used` counts the addresses that are taken, Azure's five reserved ones not among them."""

    id: ResourceId
    prefixes: tuple[str, ...]
    delegations: tuple[str, ...] = ()
    endpoint_policies: str = "Disabled"
    used: int | Unknown = 0
    taken: frozenset[str] = frozenset()
    route_table: ResourceId | None = None
    security_group: ResourceId | None = None
    nat_gateway: ResourceId | None = None


@dataclass(frozen=True, slots=True)
class Peering:
    """One side of a peering."""

    id: ResourceId
    remote: ResourceId
    state: str = "Connected"
    sync: str = "FullyInSync"
    allow_access: bool = True
    allow_forwarded: bool = False
    allow_gateway_transit: bool = False
    use_remote_gateways: bool = False
    complete: bool = True


@dataclass(frozen=True)
class Network:
    """A virtual network; `dns_servers` empty means Azure DNS."""

    id: ResourceId
    location: str
    prefixes: tuple[str, ...]
    dns_servers: tuple[str, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    peerings: tuple[Peering, ...] | Unknown = ()

    def subnet(self, subnet_id: ResourceId) -> Subnet | None:
        """One of its subnets."""
        return next((s for s in self.subnets if s.id == subnet_id), None)

    def peering_to(self, remote: ResourceId) -> Peering | None:
        """Its side of the peering with another network, None when there is none or it cannot be read."""
        return self._peering_by_remote.get(remote.key)

    @cached_property
    def _peering_by_remote(self) -> dict[str, Peering]:
        peerings = () if isinstance(self.peerings, Unknown) else self.peerings
        return {peering.remote.key: peering for peering in reversed(peerings)}


@dataclass(frozen=True, slots=True)
class Route:
    """One user-defined route."""

    name: str
    prefix: str
    next_hop: str
    next_hop_address: str | None = None


@dataclass(frozen=True, slots=True)
class RouteTable:
    """A route table's own routes."""

    id: ResourceId
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Environment:
    """A Container Apps environment; `subnet` is None when it has no network of its own."""

    id: ResourceId
    location: str
    subnet: ResourceId | None
    workload_profiles: bool = True
    provisioning_state: str = "Succeeded"

    @property
    def network(self) -> ResourceId | None:
        """The network of its infrastructure subnet."""
        return self.subnet.parent if self.subnet else None


@dataclass(frozen=True, slots=True)
class RegistryCredential:
    """One entry of `configuration.registries`; `identity` is `system`, an id, or "" for user and password."""

    server: str
    identity: str = ""
    username: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Consumer:
    """A container app or job; `images` are all image references, those of init containers too."""

    id: ResourceId
    kind: str
    environment: ResourceId | None
    images: tuple[str, ...]
    credentials: tuple[RegistryCredential, ...] = ()
    secrets: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    location: str = ""
    provisioning_state: str = "Succeeded"


@dataclass(frozen=True, slots=True)
class Gap:
    """A listing that failed: every resource of that type in that scope is unknown."""

    scope: ResourceId
    resource_type: str
    reason: str


def _empty() -> Mapping[ResourceId, Unknown]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Snapshot:
    """The estate at one moment. Look single things up with `find_*`; what was not read is `Unknown`."""

    cloud: Cloud = AZURE_PUBLIC
    registries: Mapping[ResourceId, Registry] = field(default_factory=dict)
    endpoints: Mapping[ResourceId, PrivateEndpoint] = field(default_factory=dict)
    zones: Mapping[ResourceId, PrivateZone] = field(default_factory=dict)
    networks: Mapping[ResourceId, Network] = field(default_factory=dict)
    environments: Mapping[ResourceId, Environment] = field(default_factory=dict)
    consumers: Mapping[ResourceId, Consumer] = field(default_factory=dict)
    route_tables: Mapping[ResourceId, RouteTable] = field(default_factory=dict)
    unreadable: Mapping[ResourceId, Unknown] = field(default_factory=_empty)
    gone: frozenset[ResourceId] = frozenset()
    gaps: tuple[Gap, ...] = ()

    def look_up(self, collection: Mapping[ResourceId, T], rid: ResourceId) -> T | Unknown | None:
        """The resource, None when it is known to be gone, Unknown when it was not or could not be read."""
        found = collection.get(rid)
        if found is not None:
            return found
        if rid in self.unreadable:
            return self.unreadable[rid]
        if rid in self.gone:
            return None
        return Unknown(f"{rid.name} ({rid.type}) is referred to and was not read")

    def unknown_of_type(self, resource_type: str) -> tuple[Unknown, ...]:
        """Why there may be more resources of a type than the snapshot holds: errors and failed listings."""
        wanted = resource_type.lower()
        errors = [why for rid, why in self.unreadable.items() if rid.type.lower() == wanted]
        listings = [Unknown(gap.reason) for gap in self.gaps if gap.resource_type.lower() == wanted]
        return (*errors, *listings)

    def registry_of_host(self, host: str) -> Registry | None:
        """The registry whose login, data or regional name this is."""
        return self._registry_by_host.get(host.lower())

    def endpoints_of(self, registry: ResourceId) -> tuple[PrivateEndpoint, ...]:
        """The private endpoints that point at a registry, in the order of their ids."""
        return self._endpoints_by_registry.get(registry.key, ())

    def zones_named(self, name: str) -> tuple[PrivateZone, ...]:
        """All zones of a name, in the order of their ids."""
        return self._zones_by_name.get(name.lower(), ())

    @cached_property
    def _registry_by_host(self) -> dict[str, Registry]:
        return {
            host: registry
            for registry in self.registries.values()
            for host in (*registry.data_hosts, *registry.regional_hosts, registry.login_server)
        }

    @cached_property
    def _endpoints_by_registry(self) -> dict[str, tuple[PrivateEndpoint, ...]]:
        found: dict[str, list[PrivateEndpoint]] = {}
        for endpoint in sorted(self.endpoints.values(), key=lambda e: e.id.key):
            for key in dict.fromkeys(target.resource.key for target in endpoint.targets):
                found.setdefault(key, []).append(endpoint)
        return {key: tuple(endpoints) for key, endpoints in found.items()}

    @cached_property
    def _zones_by_name(self) -> dict[str, tuple[PrivateZone, ...]]:
        found: dict[str, list[PrivateZone]] = {}
        for zone in sorted(self.zones.values(), key=lambda z: z.id.key):
            found.setdefault(zone.name.lower(), []).append(zone)
        return {name: tuple(zones) for name, zones in found.items()}

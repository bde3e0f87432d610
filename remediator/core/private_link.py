"""Private endpoints that point at registries, their addresses and zone groups."""

from __future__ import annotations

from dataclasses import dataclass, field

from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown


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
    network: ResourceId = field(init=False, compare=False, repr=False)
    """The network of its subnet."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "network", self.subnet.parent or self.subnet)

    def target(self, registry: ResourceId) -> EndpointTarget | None:
        """Its connection to that registry, if it has one."""
        return next((t for t in self.targets if t.resource == registry), None)

    def approved_for(self, registry: ResourceId) -> bool:
        """Whether its own side says that the registry's owner let it in."""
        target = self.target(registry)
        return target is not None and target.status.lower() == "approved"

    def address_of(self, host: str) -> str | None:
        """The address that the interface carries for a host, None when it has none or cannot be read."""
        if isinstance(self.addresses, Unknown):
            return None
        return next((a.address for a in self.addresses if host.lower() in a.hosts), None)

"""Virtual networks, with their subnets, peerings and routes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown


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
    """One side of a peering.

    With `complete` False only some subnets are peered: `local_subnets` and `remote_subnets` name them. `synced` are
    the remote prefixes that this side knew when it was last synced, () when the body does not say.
    """

    id: ResourceId
    remote: ResourceId
    state: str = "Connected"
    sync: str = "FullyInSync"
    allow_access: bool = True
    allow_forwarded: bool = False
    allow_gateway_transit: bool = False
    use_remote_gateways: bool = False
    complete: bool = True
    local_subnets: tuple[str, ...] = ()
    remote_subnets: tuple[str, ...] = ()
    synced: tuple[str, ...] = ()


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

    def holds(self, address: IPv4Address | IPv6Address) -> bool:
        """Whether its address space holds an address."""
        return any(address in space for space in self._spaces)

    @cached_property
    def _spaces(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(prefix, strict=False) for prefix in self.prefixes)

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

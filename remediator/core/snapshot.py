"""What is there now: the facts that rules and paths are judged on.

A fact is known (the value), absent (None or not in the collection), or `Unknown(reason)`. Nothing may be
created, changed or deleted because of an `Unknown`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar, cast

from remediator.core.access import RoleAssignment
from remediator.core.cloud import AZURE_PUBLIC, Cloud
from remediator.core.container_apps import Consumer, Environment, RegistryCredential
from remediator.core.dns_forwarding import ForwardingRule, ForwardingRuleset, InboundEndpoint
from remediator.core.egress import Firewall, LoadBalancer, NatGateway
from remediator.core.network import Network, Peering, Route, RouteTable, Subnet
from remediator.core.private_dns import PrivateZone, Record, ZoneLink
from remediator.core.private_link import EndpointTarget, MemberAddress, PrivateEndpoint, ZoneGroup
from remediator.core.registry import EndpointConnection, Registry
from remediator.core.resource_id import ResourceId
from remediator.core.security import SecurityGroup, SecurityRule
from remediator.core.unknown import Unknown

__all__ = [
    "Consumer",
    "EndpointConnection",
    "EndpointTarget",
    "Environment",
    "Firewall",
    "ForwardingRule",
    "ForwardingRuleset",
    "Gap",
    "InboundEndpoint",
    "LoadBalancer",
    "MemberAddress",
    "NatGateway",
    "Network",
    "Peering",
    "PrivateEndpoint",
    "PrivateZone",
    "Record",
    "Registry",
    "RegistryCredential",
    "RoleAssignment",
    "Route",
    "RouteTable",
    "SecurityGroup",
    "SecurityRule",
    "Snapshot",
    "Subnet",
    "Unknown",
    "ZoneGroup",
    "ZoneLink",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Gap:
    """A listing that failed: every resource of that type in that scope is unknown."""

    scope: ResourceId
    resource_type: str
    reason: str


def _not_read() -> Unknown:
    return Unknown("role assignments were not read")


def _empty() -> Mapping[ResourceId, Unknown]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Snapshot:
    """The estate at one moment. Look single things up with `look_up`; what was not read is `Unknown`.

    `inbound_endpoints`, `rulesets` and `role_assignments` are Unknown as a whole where nobody has read any of that kind
    (house, section 6); `principals` maps user-assigned identities to their principal ids. `passing` says why something
    is unknown that may be read another time.
    """

    cloud: Cloud = AZURE_PUBLIC
    registries: Mapping[ResourceId, Registry] = field(default_factory=dict)
    endpoints: Mapping[ResourceId, PrivateEndpoint] = field(default_factory=dict)
    zones: Mapping[ResourceId, PrivateZone] = field(default_factory=dict)
    networks: Mapping[ResourceId, Network] = field(default_factory=dict)
    environments: Mapping[ResourceId, Environment] = field(default_factory=dict)
    consumers: Mapping[ResourceId, Consumer] = field(default_factory=dict)
    route_tables: Mapping[ResourceId, RouteTable] = field(default_factory=dict)
    security_groups: Mapping[ResourceId, SecurityGroup] = field(default_factory=dict)
    inbound_endpoints: Mapping[ResourceId, InboundEndpoint] | Unknown = field(default_factory=dict)
    rulesets: Mapping[ResourceId, ForwardingRuleset] | Unknown = field(default_factory=dict)
    nat_gateways: Mapping[ResourceId, NatGateway] = field(default_factory=dict)
    firewalls: Mapping[ResourceId, Firewall] = field(default_factory=dict)
    load_balancers: Mapping[ResourceId, LoadBalancer] = field(default_factory=dict)
    role_assignments: tuple[RoleAssignment, ...] | Unknown = field(default_factory=_not_read)
    principals: Mapping[ResourceId, str] = field(default_factory=dict)
    unreadable: Mapping[ResourceId, Unknown] = field(default_factory=_empty)
    gone: frozenset[ResourceId] = frozenset()
    gaps: tuple[Gap, ...] = ()
    passing: tuple[str, ...] = ()
    _remembered: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    # handed on to changed copies: an index is made again only when what it indexes was replaced
    _indexes: dict[str, tuple[object, Any]] = field(default_factory=dict, repr=False, compare=False)

    def remember(self, key: Hashable, work: Callable[[], T]) -> T:
        """What `work` gives, done once for a key and this snapshot; a changed snapshot starts afresh."""
        if key not in self._remembered:
            self._remembered[key] = work()
        return cast(T, self._remembered[key])

    def forget(self) -> None:
        """Drop what was worked out. A snapshot that is done with goes at once then: what it remembers refers to it."""
        self._remembered.clear()
        self._indexes.clear()

    def index(self, name: str, of: object, work: Callable[[], T]) -> T:
        """An index over one collection, made once as long as the collection stays the same object."""
        held = self._indexes.get(name)
        if held is None or held[0] is not of:
            held = self._indexes[name] = (of, work())
        return cast(T, held[1])

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

    def unknown_of_type(self, resource_type: str, name: str = "") -> tuple[Unknown, ...]:
        """Why there may be more resources of a type (and name) than the snapshot holds: errors and failed listings."""
        wanted = resource_type.lower()
        errors = [
            why
            for rid, why in self.unreadable.items()
            if rid.type.lower() == wanted and (not name or rid.name.lower() == name.lower())
        ]
        listings = [Unknown(gap.reason) for gap in self.gaps if gap.resource_type.lower() == wanted]
        return (*errors, *listings)

    def registry_of_host(self, host: str) -> Registry | None:
        """The registry whose login, data or regional name this is."""
        return self.index("host", self.registries, self._by_host).get(host.lower())

    def endpoints_of(self, registry: ResourceId) -> tuple[PrivateEndpoint, ...]:
        """The private endpoints that point at a registry, in the order of their ids."""
        return self.index("endpoint", self.endpoints, self._by_registry).get(registry.key, ())

    def zones_named(self, name: str) -> tuple[PrivateZone, ...]:
        """All zones of a name, in the order of their ids."""
        return self.index("zone", self.zones, self._by_name).get(name.lower(), ())

    def zones_referred_to(self, name: str) -> tuple[Unknown, ...]:
        """Why there are more zones of a name than were read: those that zone groups of endpoints write to."""
        named = self.index("referred", self.endpoints, self._group_zones).get(name.lower(), ())
        unread = (rid for rid in named if rid not in self.zones and rid not in self.gone)
        return tuple(
            self.unreadable.get(rid) or Unknown(f"{rid.name} in {rid.resource_group} is referred to and was not read")
            for rid in unread
        )

    def _group_zones(self) -> dict[str, tuple[ResourceId, ...]]:
        found: dict[str, dict[ResourceId, None]] = {}
        for endpoint in self.endpoints.values():
            for group in endpoint.zone_groups if not isinstance(endpoint.zone_groups, Unknown) else ():
                for _, zone in group.zones:
                    found.setdefault(zone.name.lower(), {})[zone] = None
        return {name: tuple(zones) for name, zones in found.items()}

    def _by_host(self) -> dict[str, Registry]:
        return {
            host: registry
            for registry in self.registries.values()
            for host in (*registry.data_hosts, *registry.regional_hosts, registry.login_server)
        }

    def _by_registry(self) -> dict[str, tuple[PrivateEndpoint, ...]]:
        found: dict[str, list[PrivateEndpoint]] = {}
        for endpoint in sorted(self.endpoints.values(), key=lambda e: e.id.key):
            for key in dict.fromkeys(target.resource.key for target in endpoint.targets):
                found.setdefault(key, []).append(endpoint)
        return {key: tuple(endpoints) for key, endpoints in found.items()}

    def _by_name(self) -> dict[str, tuple[PrivateZone, ...]]:
        found: dict[str, list[PrivateZone]] = {}
        for zone in sorted(self.zones.values(), key=lambda z: z.id.key):
            found.setdefault(zone.name.lower(), []).append(zone)
        return {name: tuple(zones) for name, zones in found.items()}

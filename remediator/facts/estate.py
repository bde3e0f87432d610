"""What is there now, according to these raw ARM bodies?

`snapshot_from` is the one way from bodies to a snapshot, for live reads and for estate files (house, section 6).
A body that cannot be understood makes its resource Unknown; nothing is ever left out in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

from remediator.core.cloud import Cloud
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import (
    Consumer,
    ForwardingRuleset,
    Gap,
    InboundEndpoint,
    RoleAssignment,
    Snapshot,
    Unknown,
)
from remediator.facts import (
    access,
    container_apps,
    dns_forwarding,
    egress,
    network,
    private_dns,
    private_endpoint,
    registry,
    route_table,
    security_group,
)
from remediator.facts.bodies import Bodies, gather
from remediator.facts.reading import Body, Malformed
from remediator.facts.whole import doubt_about

T = TypeVar("T")


def snapshot_from(
    resources: Iterable[Mapping[str, Any]], cloud: Cloud, gaps: Iterable[Gap] = (), read: Collection[str] = ()
) -> Snapshot:
    """The snapshot that these bodies and error stubs describe.

    `resources` are bodies as GET or LIST return them, and `{"id", "type", "error": {"code", "message"}}` for what
    could not be read; an error whose id ends with a collection stands for a listing that failed. `read` names the types
    that were listed wholly, so that none among the bodies means that there is none. Never raises.
    """
    bodies = gather(resources, gaps)
    occupied = network.occupancy(bodies)
    registries = _read(bodies, registry.TYPE, partial(registry.read_registry, bodies, cloud=cloud))
    as_endpoint = partial(private_endpoint.read_endpoint, bodies, registries=registries)
    return Snapshot(
        cloud=cloud,
        registries=registries,
        endpoints=_read(bodies, private_endpoint.TYPE, as_endpoint),
        zones=_read(bodies, private_dns.TYPE, partial(_zone, bodies)),
        networks=_read(bodies, network.TYPE, partial(network.read_network, bodies, occupied=occupied)),
        environments=_read(bodies, container_apps.ENVIRONMENT, container_apps.read_environment),
        consumers=_consumers(bodies),
        route_tables=_read(bodies, route_table.TYPE, partial(route_table.read_route_table, bodies)),
        security_groups=_read(bodies, security_group.TYPE, partial(security_group.read_security_group, bodies)),
        inbound_endpoints=_inbound_endpoints(bodies, read),
        rulesets=_rulesets(bodies, read),
        nat_gateways=_read(bodies, egress.NAT_GATEWAY, partial(egress.read_nat_gateway, bodies)),
        firewalls=_read(bodies, egress.FIREWALL, partial(egress.read_firewall, bodies)),
        load_balancers=_read(bodies, egress.LOAD_BALANCER, partial(egress.read_load_balancer, bodies)),
        role_assignments=_role_assignments(bodies, read),
        principals=_read(bodies, access.IDENTITY, access.read_principal),
        unreadable=MappingProxyType({rid: why for rid, why in bodies.unreadable.items() if _concerns_us(rid)}),
        gone=frozenset(bodies.gone),
        gaps=tuple(bodies.gaps),
    )


def _read(bodies: Bodies, resource_type: str, read: Callable[[ResourceId, Body], T | None]) -> Mapping[ResourceId, T]:
    """All resources of one type, in the order of their ids; one that cannot be understood is noted as Unknown."""
    found: dict[ResourceId, T] = {}
    for rid, body in sorted(bodies.of_type(resource_type), key=lambda pair: pair[0].key):
        try:
            fact = read(rid, body)
        except Malformed as error:
            bodies.fail(rid, str(error))
        else:
            if fact is not None:
                found[rid] = fact
    return MappingProxyType(found)


def _inbound_endpoints(bodies: Bodies, read: Collection[str]) -> Mapping[ResourceId, InboundEndpoint] | Unknown:
    resolvers = _read(bodies, dns_forwarding.RESOLVER, partial(dns_forwarding.read_resolver, bodies))
    strays = _read(bodies, dns_forwarding.INBOUND, partial(dns_forwarding.read_stray_endpoint, bodies))
    found = {**strays, **{endpoint.id: endpoint for endpoints in resolvers.values() for endpoint in endpoints}}
    kinds = (dns_forwarding.RESOLVER, dns_forwarding.INBOUND)
    return doubt_about(bodies, kinds, "DNS resolvers", read) or MappingProxyType(dict(sorted(found.items())))


def _rulesets(bodies: Bodies, read: Collection[str]) -> Mapping[ResourceId, ForwardingRuleset] | Unknown:
    found = _read(bodies, dns_forwarding.RULESET, partial(dns_forwarding.read_ruleset, bodies))
    kinds = (dns_forwarding.RULESET,)
    return doubt_about(bodies, kinds, "DNS forwarding rulesets", read) or found


def _role_assignments(bodies: Bodies, read: Collection[str]) -> tuple[RoleAssignment, ...] | Unknown:
    definitions = _read(bodies, access.DEFINITION, access.read_definition)
    pulling = {rid.name.lower(): pulls for rid, pulls in definitions.items()}
    found = _read(bodies, access.ASSIGNMENT, partial(access.read_assignment, pulling=pulling))
    return doubt_about(bodies, (access.ASSIGNMENT,), "role assignments", read) or tuple(found.values())


def _zone(bodies: Bodies, rid: ResourceId, body: Body) -> Any:
    return private_dns.read_zone(bodies, rid, body) if private_dns.answers_registries(rid) else None


def _consumers(bodies: Bodies) -> Mapping[ResourceId, Consumer]:
    found: dict[ResourceId, Consumer] = {}
    for resource_type, kind in container_apps.KINDS.items():
        found |= _read(bodies, resource_type, partial(container_apps.read_consumer, kind=kind))
    return MappingProxyType(found)


def _concerns_us(rid: ResourceId) -> bool:
    """Zones of other names do not make it unknown which zones of registries there are."""
    zone = rid if rid.is_a(private_dns.TYPE) else rid.parent
    if zone is None or not zone.is_a(private_dns.TYPE):
        return True
    return private_dns.answers_registries(zone)

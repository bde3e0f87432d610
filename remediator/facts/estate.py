"""What is there now, according to these raw ARM bodies?

`snapshot_from` is the one way from bodies to a snapshot, for live reads and for estate files (house, section 6).
A body that cannot be understood makes its resource Unknown; nothing is ever left out in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

from remediator.core.cloud import Cloud
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Consumer, Gap, Snapshot
from remediator.facts import container_apps, network, private_dns, private_endpoint, registry, route_table
from remediator.facts.bodies import Bodies, gather
from remediator.facts.reading import Body, Malformed

T = TypeVar("T")


def snapshot_from(resources: Iterable[Mapping[str, Any]], cloud: Cloud, gaps: Iterable[Gap] = ()) -> Snapshot:
    """The snapshot that these bodies and error stubs describe.

    `resources` are bodies as GET or LIST return them, and `{"id", "type", "error": {"code", "message"}}` for what
    could not be read; an error whose id ends with a collection stands for a listing that failed. Never raises.
    """
    bodies = gather(resources, gaps)
    occupied = network.occupancy(bodies)
    registries = _read(bodies, registry.TYPE, lambda rid, body: registry.read_registry(bodies, rid, body, cloud))
    endpoints = _read(
        bodies,
        private_endpoint.TYPE,
        lambda rid, body: private_endpoint.read_endpoint(bodies, rid, body, registries),
    )
    zones = _read(bodies, private_dns.TYPE, lambda rid, body: _zone(bodies, rid, body))
    networks = _read(bodies, network.TYPE, lambda rid, body: network.read_network(bodies, rid, body, occupied))
    environments = _read(bodies, container_apps.ENVIRONMENT, container_apps.read_environment)
    tables = _read(bodies, route_table.TYPE, lambda rid, body: route_table.read_route_table(bodies, rid, body))
    return Snapshot(
        cloud=cloud,
        registries=MappingProxyType(registries),
        endpoints=MappingProxyType(endpoints),
        zones=MappingProxyType(zones),
        networks=MappingProxyType(networks),
        environments=MappingProxyType(environments),
        consumers=MappingProxyType(_consumers(bodies)),
        route_tables=MappingProxyType(tables),
        unreadable=MappingProxyType({rid: why for rid, why in bodies.unreadable.items() if _concerns_us(rid)}),
        gone=frozenset(bodies.gone),
        gaps=tuple(bodies.gaps),
    )


def _read(bodies: Bodies, resource_type: str, read: Callable[[ResourceId, Body], T | None]) -> dict[ResourceId, T]:
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
    return found


def _zone(bodies: Bodies, rid: ResourceId, body: Body) -> Any:
    return private_dns.read_zone(bodies, rid, body) if private_dns.is_registry_zone(rid) else None


def _consumers(bodies: Bodies) -> dict[ResourceId, Consumer]:
    found: dict[ResourceId, Consumer] = {}
    for resource_type, kind in container_apps.KINDS.items():
        found |= _read(bodies, resource_type, partial(container_apps.read_consumer, kind=kind))
    return found


def _concerns_us(rid: ResourceId) -> bool:
    """Zones of other names do not make it unknown which zones of registries there are."""
    zone = rid if rid.is_a(private_dns.TYPE) else rid.parent
    if zone is None or not zone.is_a(private_dns.TYPE):
        return True
    return private_dns.is_registry_zone(zone)

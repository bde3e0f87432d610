"""Of which endpoints must the zone groups be known, because their records leave it open who writes them?

Rows of Resource Graph do not tell of zone groups. Where every name of an endpoint has a record of its address that
names the endpoint as its creator (azure-facts 1.5), its group does its work; where a record is missing, stale or kept
by hand, rules ask for the group, and where two endpoints may write one record. Asked by `flow.sweeping`.
"""

from __future__ import annotations

from remediator.core.cloud import private_zone_of, record_name_of
from remediator.core.finding import Severity
from remediator.core.record_writers import creator_of
from remediator.core.resolution import hosts_to_resolve
from remediator.core.resource_id import ResourceId
from remediator.core.seen_zone import is_narrow
from remediator.core.snapshot import PrivateEndpoint, PrivateZone, Registry, Snapshot, Unknown
from remediator.core.sweep import Swept


def in_doubt(snapshot: Snapshot, found: Swept, most: int) -> tuple[ResourceId, ...]:
    """At most so many endpoints, in the order of their registries; none of a registry whose one endpoint does not help
    a path that is broken anyway."""
    doubtful: list[ResourceId] = []
    for registry in snapshot.registries.values():
        endpoints = snapshot.endpoints_of(registry.id)
        broken = any(severity is Severity.BROKEN for _, severity in found.named.get(registry.id, ()))
        if broken and len(endpoints) < 2:
            continue
        zones = snapshot.zones_named(private_zone_of(registry.login_server) or "")
        readable = [zone for zone in zones if not is_narrow(zone) and not isinstance(zone.records, Unknown)]
        for endpoint in endpoints:
            unread = isinstance(endpoint.zone_groups, Unknown) and not isinstance(endpoint.addresses, Unknown)
            if unread and endpoint.approved_for(registry.id) and not _kept(registry, endpoint, readable):
                doubtful.append(endpoint.id)
        if len(doubtful) >= most:
            break
    return tuple(doubtful[:most])


def _kept(registry: Registry, endpoint: PrivateEndpoint, zones: list[PrivateZone]) -> bool:
    """Whether one zone has a record of the endpoint's own for each of its names."""
    names = {host: endpoint.address_of(host) for host in hosts_to_resolve(registry)}
    return any(all(_is_own(zone, endpoint, host, address) for host, address in names.items()) for zone in zones)


def _is_own(zone: PrivateZone, endpoint: PrivateEndpoint, host: str, address: str | None) -> bool:
    record = zone.record(record_name_of(host))
    if record is None or address is None:
        return False
    return record.addresses == (address,) and creator_of(record).casefold() == endpoint.id.name.casefold()

"""What zone groups, records and links do to the zones of a snapshot."""

from __future__ import annotations

from dataclasses import replace

from remediator.core.change import Change
from remediator.core.cloud import private_zone_of, record_name_of
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import PrivateEndpoint, PrivateZone, Record, Snapshot, Unknown, ZoneGroup, ZoneLink

GROUP_TTL = 10


def with_group(snapshot: Snapshot, change: Change) -> Snapshot:
    """The group, and the endpoint's records in each of its zones, over what was there (azure-facts 3.4)."""
    endpoint = snapshot.endpoints.get(change.target.parent) if change.target.parent else None
    if endpoint is None or isinstance(endpoint.zone_groups, Unknown):
        return snapshot
    zone_ids = [ResourceId(str(zone)) for zone in (change.after or {}).get("zones", ())]
    known = next((g for g in endpoint.zone_groups if g.id == change.target), None)
    names = {zone: name for name, zone in known.zones} if known else {}
    written = tuple((names.get(zone) or zone.name.replace(".", "-"), zone) for zone in zone_ids)
    group = replace(known or ZoneGroup(change.target, ()), zones=written)
    others = tuple(g for g in endpoint.zone_groups if g.id != change.target)
    endpoint = replace(endpoint, zone_groups=(*others, group))
    zones = dict(snapshot.zones)
    for zone_id in zone_ids:
        zone = zones.get(zone_id)
        if zone is not None:
            zones[zone.id] = _written(zone, endpoint)
    return replace(snapshot, endpoints={**snapshot.endpoints, endpoint.id: endpoint}, zones=zones)


def _written(zone: PrivateZone, endpoint: PrivateEndpoint) -> PrivateZone:
    if isinstance(zone.records, Unknown) or isinstance(endpoint.addresses, Unknown):
        return zone
    records = {record.name.lower(): record for record in zone.records}
    for member in endpoint.addresses:
        for host in member.hosts:
            if private_zone_of(host) != zone.name.lower() or not member.address:
                continue
            name = record_name_of(host)
            creator = f"created by private endpoint {endpoint.id.name}"
            records[name] = Record(zone.id.child("A", name), name, (member.address,), GROUP_TTL, creator)
    return replace(zone, records=tuple(records.values()))


def with_record(snapshot: Snapshot, change: Change) -> Snapshot:
    """The record as the change leaves it."""
    zone = snapshot.zones.get(change.target.parent) if change.target.parent else None
    if zone is None or isinstance(zone.records, Unknown):
        return snapshot
    after = change.after or {}
    old = zone.record(change.target.name)
    fresh = Record(
        change.target, change.target.name, tuple(after["addresses"]), int(after["ttl"]), old.creator if old else ""
    )
    others = tuple(r for r in zone.records if r.name.lower() != change.target.name.lower())
    return replace(snapshot, zones={**snapshot.zones, zone.id: replace(zone, records=(*others, fresh))})


def with_link(snapshot: Snapshot, change: Change) -> Snapshot:
    """The link as the change leaves it."""
    zone = snapshot.zones.get(change.target.parent) if change.target.parent else None
    if zone is None or isinstance(zone.links, Unknown):
        return snapshot
    after = change.after or {}
    link = ZoneLink(
        change.target,
        ResourceId(str(after["network"])),
        resolution_policy=str(after["resolutionPolicy"]),
        registration_enabled=bool(after["registration"]),
    )
    others = tuple(existing for existing in zone.links if existing.id != change.target)
    return replace(snapshot, zones={**snapshot.zones, zone.id: replace(zone, links=(*others, link))})

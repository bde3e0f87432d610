"""Who keeps a record, as far as the record itself says? Two writers of one record, seen without any history.

A pure question about a snapshot: a zone group should write a record, and the record's creator names another endpoint or
nobody (azure-facts 1.5, 12: trap 36). `two_owners` names the writers by it; views and rules may ask it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from remediator.core.cloud import record_name_of, registry_suffix_of
from remediator.core.private_dns import PrivateZone, Record
from remediator.core.private_link import PrivateEndpoint, ZoneGroup
from remediator.core.resource_id import ResourceId
from remediator.core.seen_zone import is_narrow
from remediator.core.snapshot import Snapshot
from remediator.core.unknown import Unknown

# `created by private endpoint pe-shop with resource guid …` (azure-facts 1.5)
_CREATOR = re.compile(r"private endpoint (\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TwoWriters:
    """A record that `group` of `endpoint` should keep, and that says somebody else wrote it.

    `creator` is the name of the other endpoint, "" for a record that was made by hand or by a tool.
    """

    record: ResourceId
    endpoint: ResourceId
    group: ResourceId
    by_policy: bool
    creator: str
    ttl: int

    @property
    def sentence(self) -> str:
        """Who the two are, in words."""
        policy = ", which a policy deployed," if self.by_policy else ""
        other = (
            f"its creator is the private endpoint {self.creator}"
            if self.creator
            else f"it is kept by hand or by a tool (ttl {self.ttl}, no creator)"
        )
        zone = self.record.parent.name if self.record.parent else ""
        return (
            f"the zone group {self.group.name} of {self.endpoint.name}{policy} should write the record "
            f"{self.record.name} of {zone}, and {other}"
        )


def creator_of(record: Record) -> str:
    """The name of the private endpoint whose zone group wrote the record, "" for one made by hand or by a tool."""
    named = _CREATOR.search(record.creator)
    return named[1] if named else ""


def two_writers(snapshot: Snapshot, registry: ResourceId | None = None) -> tuple[TwoWriters, ...]:
    """Every record of a readable zone that a zone group should keep and somebody else wrote, in the order of ids.

    Of the endpoints of one registry, or of all.
    """
    endpoints = snapshot.endpoints.values() if registry is None else snapshot.endpoints_of(registry)
    found = {
        (writers.record.key, writers.endpoint.key): writers
        for endpoint in endpoints
        for group in (() if isinstance(endpoint.zone_groups, Unknown) else endpoint.zone_groups)
        for _, zone in group.zones
        for writers in _of(endpoint, group, snapshot.zones.get(zone))
    }
    return tuple(found[key] for key in sorted(found))


def _of(endpoint: PrivateEndpoint, group: ZoneGroup, zone: PrivateZone | None) -> Iterator[TwoWriters]:
    if zone is None or is_narrow(zone) or isinstance(endpoint.addresses, Unknown):
        return
    hosts = {host for address in endpoint.addresses for host in address.hosts if registry_suffix_of(host)}
    for host in hosts:
        record = zone.record(record_name_of(host))
        if record is None:
            continue
        creator = creator_of(record)
        if creator.casefold() != endpoint.id.name.casefold():
            yield TwoWriters(record.id, endpoint.id, group.id, group.deployed_by_policy, creator, record.ttl)

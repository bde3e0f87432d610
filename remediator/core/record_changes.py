"""The changes that make a zone's records those of an endpoint, for every rule that has a reason for them.

Where a zone group exists it writes the records, not we (ADR 3); a group that writes to another zone of the name leaves
only records made by hand, and so does a zone of a longer name (`westeurope.data.privatelink.…`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remediator.core.answers import Wrong
from remediator.core.change import Change, ChangeKind
from remediator.core.cloud import record_in
from remediator.core.leg import Leg
from remediator.core.seen_zone import is_narrow
from remediator.core.snapshot import PrivateEndpoint, PrivateZone, Unknown, ZoneGroup
from remediator.core.zone_group_change import create_zone_group

BY_HAND_TTL = 300


def record_changes(
    leg: Leg, endpoint: PrivateEndpoint, zone: PrivateZone, wrong: Sequence[Wrong], rule: str
) -> tuple[Change, ...]:
    """One change of the endpoint's zone group, or one for each record; () where an address or the group is unknown."""
    groups = endpoint.zone_groups
    narrow = is_narrow(zone)
    if isinstance(groups, Unknown) or any(w.expected is None for w in wrong):
        return ()
    group = groups[0] if groups else None
    if group is None and leg.intent.records != "by-hand" and not narrow:
        return (create_zone_group(endpoint, zone, rule, "a zone group writes the records and follows new regions"),)
    if group is not None and (group.writes_to(zone.id) or not (group.zones or narrow)):
        return (_rewrite(group, zone, endpoint, wrong, rule),)
    return tuple(_by_hand(zone, w, rule) for w in wrong)


def _rewrite(
    group: ZoneGroup, zone: PrivateZone, endpoint: PrivateEndpoint, wrong: Sequence[Wrong], rule: str
) -> Change:
    zones = [written.text for _, written in group.zones]
    wanted = zones if group.writes_to(zone.id) else [zone.id.text]
    before = {record_in(w.answer.host, zone.name): _addresses(zone, w.answer.host) for w in wrong}
    after = {record_in(w.answer.host, zone.name): [w.expected] for w in wrong}
    return Change(
        kind=ChangeKind.UPDATE_ZONE_GROUP,
        target=group.id,
        summary=f"Have the zone group of {endpoint.id.name} write {_list(after)} again",
        before={"zones": zones, "records": before},
        after={"zones": wanted, "records": after},
        rule=rule,
        reason="the zone group owns these records",
    )


def _list(records: Mapping[str, object]) -> str:
    return ", ".join(sorted(records))


def _addresses(zone: PrivateZone, host: str) -> list[str]:
    record = zone.record(record_in(host, zone.name))
    return sorted(record.addresses) if record else []


def _by_hand(zone: PrivateZone, wrong: Wrong, rule: str) -> Change:
    name = record_in(wrong.answer.host, zone.name)
    record = zone.record(name)
    target = record.id if record else zone.id.child("A", name)
    ttl = record.ttl if record else BY_HAND_TTL
    return Change(
        kind=ChangeKind.UPDATE_RECORD if record else ChangeKind.CREATE_RECORD,
        target=target,
        summary=f"{'Set' if record else 'Create'} record {name} → {wrong.expected} in {zone.name}",
        before={"addresses": sorted(record.addresses), "ttl": record.ttl} if record else None,
        after={"addresses": [wrong.expected], "ttl": ttl},
        rule=rule,
        reason=wrong.reason,
    )

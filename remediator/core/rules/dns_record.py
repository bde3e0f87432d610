"""`dns-record`: the login or a data record is missing, or is not the endpoint's address.

The data record counts as much as the login record: without it layers fail after a successful manifest
(azure-facts 1.4). Where a zone group exists it writes the records, not we.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remediator.core.answers import Wrong, answers, wrong_answers
from remediator.core.change import Change, ChangeKind
from remediator.core.cloud import record_name_of
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.resolution import AnswerKind
from remediator.core.rule import Rule
from remediator.core.snapshot import Network, PrivateEndpoint, PrivateZone, Unknown, ZoneGroup
from remediator.core.zone_choice import serving
from remediator.core.zone_group_change import create_zone_group

ID = "dns-record"
BY_HAND_TTL = 300


def judge(leg: Leg) -> Judgement | None:
    """Ok when every name ends at an approved endpoint, or in public where that is open."""
    if not isinstance(leg.network, Network):
        return None
    found = wrong_answers(leg)
    if isinstance(found, Unknown):
        return Judgement(Verdict.UNKNOWN, found.reason)
    if not found:
        return Judgement(Verdict.OK, _words(leg))
    best = serving(leg)
    if best is None:
        return None
    if isinstance(best.endpoint.addresses, Unknown):
        return Judgement(Verdict.UNKNOWN, best.endpoint.addresses.reason)
    zone = next((w.answer.zone for w in found if w.answer.zone), None)
    if zone is None:
        return None
    finding = Finding(
        rule=ID,
        target=zone.id.child("A", record_name_of(found[0].answer.host)),
        severity=Severity.BROKEN,
        summary=f"{found[0].reason}; it should be {found[0].expected or 'the address of an endpoint'}",
        evidence=tuple(w.reason for w in found),
        remedy=_remedy(leg, best.endpoint, zone, found),
        advice=f"Let a zone group of {best.endpoint.id.name} keep these records.",
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, found[0].reason, finding)


def _words(leg: Leg) -> str:
    given = answers(leg)
    private = [f"{a.host} → {', '.join(a.addresses)}" for a in given if a.kind is AnswerKind.PRIVATE]
    return "; ".join(private) if private else f"{leg.host} has a public answer"


def _remedy(leg: Leg, endpoint: PrivateEndpoint, zone: PrivateZone, wrong: Sequence[Wrong]) -> tuple[Change, ...]:
    groups = endpoint.zone_groups
    if isinstance(groups, Unknown) or any(w.expected is None for w in wrong):
        return ()
    group = groups[0] if groups else None
    if group is None and leg.intent.records != "by-hand":
        return (create_zone_group(endpoint, zone, ID, "a zone group writes the records and follows new regions"),)
    if group is not None and (group.writes_to(zone.id) or not group.zones):
        return (_rewrite(group, zone, endpoint, wrong),)
    return tuple(_by_hand(zone, w) for w in wrong)


def _rewrite(group: ZoneGroup, zone: PrivateZone, endpoint: PrivateEndpoint, wrong: Sequence[Wrong]) -> Change:
    zones = [written.text for _, written in group.zones]
    wanted = zones if group.writes_to(zone.id) else [zone.id.text]
    before = {record_name_of(w.answer.host): _addresses(zone, w.answer.host) for w in wrong}
    after = {record_name_of(w.answer.host): [w.expected] for w in wrong}
    return Change(
        kind=ChangeKind.UPDATE_ZONE_GROUP,
        target=group.id,
        summary=f"Have the zone group of {endpoint.id.name} write {_list(after)} again",
        before={"zones": zones, "records": before},
        after={"zones": wanted, "records": after},
        rule=ID,
        reason="the zone group owns these records",
    )


def _list(records: Mapping[str, object]) -> str:
    return ", ".join(sorted(records))


def _addresses(zone: PrivateZone, host: str) -> list[str]:
    record = zone.record(record_name_of(host))
    return sorted(record.addresses) if record else []


def _by_hand(zone: PrivateZone, wrong: Wrong) -> Change:
    name = record_name_of(wrong.answer.host)
    record = zone.record(name)
    target = record.id if record else zone.id.child("A", name)
    ttl = record.ttl if record else BY_HAND_TTL
    return Change(
        kind=ChangeKind.UPDATE_RECORD if record else ChangeKind.CREATE_RECORD,
        target=target,
        summary=f"{'Set' if record else 'Create'} record {name} → {wrong.expected} in {zone.name}",
        before={"addresses": sorted(record.addresses), "ttl": record.ttl} if record else None,
        after={"addresses": [wrong.expected], "ttl": ttl},
        rule=ID,
        reason=wrong.reason,
    )


RULE = Rule(ID, HopName.RECORD, judge)

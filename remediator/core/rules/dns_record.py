"""`dns-record`: the login or a data record is missing, or is not the endpoint's address.

The data record counts as much as the login record: without it layers fail after a successful manifest
(azure-facts 1.4). Where a zone group exists it writes the records, not we.
"""

from __future__ import annotations

from remediator.core.answers import answers, wrong_answers
from remediator.core.cloud import record_name_of
from remediator.core.desired import DesiredState
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.record_changes import record_changes
from remediator.core.resolution import AnswerKind
from remediator.core.rule import Rule
from remediator.core.snapshot import Network, PrivateEndpoint, PrivateZone, Snapshot, Unknown
from remediator.core.zone_choice import serving

ID = "dns-record"


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
        remedy=record_changes(leg, best.endpoint, zone, found, ID),
        advice=f"Let a zone group of {best.endpoint.id.name} keep these records.",
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, found[0].reason, finding)


def _words(leg: Leg) -> str:
    given = answers(leg)
    private = [f"{a.host} → {', '.join(a.addresses)}" for a in given if a.kind is AnswerKind.PRIVATE]
    return "; ".join(private) if private else f"{leg.host} has a public answer"


def check(desired: DesiredState, snapshot: Snapshot) -> tuple[Finding, ...]:
    """A risk for each regional name that an endpoint carries and its zone lacks: pulls over the login name go on."""
    return tuple(
        _regional(zone, endpoint, host)
        for registry in snapshot.registries.values()
        if registry.regional_hosts
        for endpoint in snapshot.endpoints_of(registry.id)
        for zone in _written(snapshot, endpoint)
        for host in registry.regional_hosts
        if endpoint.address_of(host) and not isinstance(zone.records, Unknown)
        if zone.record(record_name_of(host)) is None
    )


def _written(snapshot: Snapshot, endpoint: PrivateEndpoint) -> list[PrivateZone]:
    groups = endpoint.zone_groups if not isinstance(endpoint.zone_groups, Unknown) else ()
    ids = dict.fromkeys(zone for group in groups for _, zone in group.zones)
    return [snapshot.zones[rid] for rid in ids if rid in snapshot.zones]


def _regional(zone: PrivateZone, endpoint: PrivateEndpoint, host: str) -> Finding:
    return Finding(
        rule=ID,
        target=zone.id.child("A", record_name_of(host)),
        severity=Severity.RISK,
        summary=f"{host} has no record in {zone.name}: who pulls over this regional name finds nothing",
        evidence=(f"{endpoint.id.name} carries {host} at {endpoint.address_of(host)}, {zone.id.text} has no record",),
        advice=f"Have the zone group of {endpoint.id.name} write its records again.",
    )


RULE = Rule(ID, HopName.RECORD, judge, check)

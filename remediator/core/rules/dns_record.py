"""`dns-record`: the login or a data record is missing, or is not the endpoint's address.

The data record counts as much as the login record: without it layers fail after a successful manifest
(azure-facts 1.4). Where a zone group exists it writes the records, not we.
"""

from __future__ import annotations

from remediator.core.answers import answers, wrong_answers
from remediator.core.cloud import record_in, record_name_of
from remediator.core.desired import DesiredState
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.record_changes import record_changes
from remediator.core.resolution import AnswerKind, hosts_to_resolve
from remediator.core.rule import Rule
from remediator.core.seen_zone import is_narrow
from remediator.core.snapshot import Network, PrivateEndpoint, PrivateZone, Registry, Snapshot, Unknown
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
    found = tuple(w for w in found if w.answer.zone is None or w.answer.zone.id == zone.id)
    finding = Finding(
        rule=ID,
        target=zone.id.child("A", record_in(found[0].answer.host, zone.name)),
        severity=Severity.BROKEN,
        summary=f"{found[0].reason}; it should be {found[0].expected or 'the address of an endpoint'}",
        evidence=tuple(w.reason for w in found),
        remedy=record_changes(leg, best.endpoint, zone, found, ID),
        advice=_advice(best.endpoint, zone),
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, found[0].reason, finding)


def _advice(endpoint: PrivateEndpoint, zone: PrivateZone) -> str:
    if is_narrow(zone):
        return f"{zone.name} is not needed, and answers as long as it is linked: keep its records, or let the link go."
    return f"Let a zone group of {endpoint.id.name} keep these records."


def _words(leg: Leg) -> str:
    given = answers(leg)
    private = [f"{a.host} → {', '.join(a.addresses)}" for a in given if a.kind is AnswerKind.PRIVATE]
    return "; ".join(private) if private else f"{leg.host} has a public answer"


def check(desired: DesiredState, snapshot: Snapshot) -> tuple[Finding, ...]:
    """A risk for each zone that lacks what an endpoint's zone group should have written there.

    Whether a known app asks for it or not: other clients do not show here.
    """
    found = []
    for registry in snapshot.registries.values():
        endpoints = [e for e in snapshot.endpoints_of(registry.id) if e.approved_for(registry.id)]
        for endpoint in endpoints:
            for zone in _written(snapshot, endpoint):
                wrong = [host for host in _carried(registry, endpoint) if _strays(zone, host, endpoints)]
                if wrong:
                    found.append(_risk(zone, endpoint, wrong))
    return tuple(found)


def _carried(registry: Registry, endpoint: PrivateEndpoint) -> list[str]:
    """The names that the endpoint has an address for, the login name first."""
    hosts = (*hosts_to_resolve(registry), *registry.regional_hosts)
    return [host for host in hosts if endpoint.address_of(host)]


def _strays(zone: PrivateZone, host: str, endpoints: list[PrivateEndpoint]) -> bool:
    """Whether the zone has none, or another one, than approved endpoints have; which of several: `shared-record`."""
    record = None if isinstance(zone.records, Unknown) else zone.record(record_name_of(host))
    known = {endpoint.address_of(host) for endpoint in endpoints}
    if any(isinstance(endpoint.addresses, Unknown) for endpoint in endpoints) or isinstance(zone.records, Unknown):
        return False
    return record is None or bool(set(record.addresses) - known)


def _held(zone: PrivateZone, host: str) -> str:
    record = zone.record(record_name_of(host))
    return ", ".join(record.addresses) if record else "no record"


def _written(snapshot: Snapshot, endpoint: PrivateEndpoint) -> list[PrivateZone]:
    groups = endpoint.zone_groups if not isinstance(endpoint.zone_groups, Unknown) else ()
    ids = dict.fromkeys(zone for group in groups for _, zone in group.zones)
    written = (snapshot.zones[rid] for rid in ids if rid in snapshot.zones)
    return [zone for zone in written if not is_narrow(zone)]


def _risk(zone: PrivateZone, endpoint: PrivateEndpoint, wrong: list[str]) -> Finding:
    return Finding(
        rule=ID,
        target=zone.id.child("A", record_name_of(wrong[0])),
        severity=Severity.RISK,
        summary=f"{zone.name} in {zone.id.resource_group} lacks the address of {endpoint.id.name} for {wrong[0]}",
        evidence=tuple(
            f"{host} should be {endpoint.address_of(host)}, the zone has {_held(zone, host)}" for host in wrong
        ),
        advice=f"Have the zone group of {endpoint.id.name} write its records again.",
    )


RULE = Rule(ID, HopName.RECORD, judge, check)

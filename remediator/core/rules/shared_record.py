"""`shared-record`: two endpoints of one registry write the same record, and the last writer wins (azure-facts 3.4).

Broken where the record leads to the endpoint that the consumer cannot reach; a risk where it still works, because the
end of either endpoint takes the record away.
"""

from __future__ import annotations

from remediator.core.answers import Wrong, answers, owner_of
from remediator.core.candidates import Candidate, candidates
from remediator.core.change import Change
from remediator.core.cloud import private_zone_of, record_in, record_name_of
from remediator.core.desired import DesiredState
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.peering_change import peer
from remediator.core.pull_path import HopName, Verdict
from remediator.core.reach import Way
from remediator.core.record_changes import record_changes
from remediator.core.resolution import Answer, AnswerKind
from remediator.core.rule import Rule
from remediator.core.snapshot import Network, PrivateEndpoint, PrivateZone, Registry, Snapshot, Unknown

ID = "shared-record"
_OUT_OF_REACH = (Way.NONE, Way.PEERING_BROKEN)


def judge(leg: Leg) -> Judgement | None:
    """Broken when the name leads to an endpoint out of reach, while another one in reach writes to the same zone."""
    if not isinstance(leg.network, Network):
        return None
    strayed = [answer for answer in answers(leg) if _strays(leg, answer)]
    zone = strayed[0].zone if strayed else None
    near = _near(leg, zone) if zone else None
    if zone is None or near is None:
        return None
    far = _far(leg, strayed[0])
    if far is None:
        return None
    strayed = [answer for answer in strayed if answer.zone and answer.zone.id == zone.id]
    name = record_in(strayed[0].host, zone.name)
    detail = (
        f"{name} in {zone.name} leads to {far.id.name} in {far.network.name}, out of reach of {leg.network.id.name}; "
        f"{near.endpoint.id.name}, which is in reach, writes the same record"
    )
    finding = Finding(
        rule=ID,
        target=zone.id.child("A", name),
        severity=Severity.BROKEN,
        summary=detail,
        evidence=tuple(f"{a.host} answers {', '.join(a.addresses)}" for a in strayed),
        remedy=_own_records(leg, near.endpoint, zone, strayed),
        alternatives=(peer(leg.snapshot, leg.network, far.network, ID),),
        advice=f"Keep one endpoint for this zone, or give {near.endpoint.id.name} a zone of its own in another "
        "resource group and link the networks that it serves to that one.",
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, detail, finding)


def _strays(leg: Leg, answer: Answer) -> bool:
    return answer.kind is AnswerKind.PRIVATE and _far(leg, answer) is not None


def _far(leg: Leg, answer: Answer) -> PrivateEndpoint | None:
    """The endpoint out of reach that a name leads to."""
    ways = {c.endpoint.id: c.reach.way for c in candidates(leg) if c.approved}
    owners = (owner_of(leg, answer.host, address) for address in answer.addresses)
    return next((owner for owner in owners if owner is not None and ways[owner.id] in _OUT_OF_REACH), None)


def _near(leg: Leg, zone: PrivateZone) -> Candidate | None:
    """The approved endpoint in reach that has a hand in this zone."""
    for candidate in candidates(leg):
        near = candidate.approved and candidate.reach.way in (Way.SAME, Way.PEERED)
        if near and (_writes(candidate.endpoint, zone) or not candidate.endpoint.zone_groups):
            return candidate
    return None


def _writes(endpoint: PrivateEndpoint, zone: PrivateZone) -> bool:
    groups = endpoint.zone_groups if not isinstance(endpoint.zone_groups, Unknown) else ()
    return any(group.writes_to(zone.id) for group in groups)


def _own_records(leg: Leg, endpoint: PrivateEndpoint, zone: PrivateZone, strayed: list[Answer]) -> tuple[Change, ...]:
    wrong = [Wrong(a, endpoint.address_of(a.host), f"{a.host} leads to another endpoint") for a in strayed]
    return record_changes(leg, endpoint, zone, wrong, ID)


def check(desired: DesiredState, snapshot: Snapshot) -> tuple[Finding, ...]:
    """A risk for each registry with two approved endpoints whose zone groups write to one zone."""
    return tuple(
        _risk(zone, registry, writers)
        for registry in snapshot.registries.values()
        for zone in snapshot.zones_named(private_zone_of(registry.login_server) or "")
        if len(writers := _writers(snapshot, registry, zone)) > 1
    )


def _writers(snapshot: Snapshot, registry: Registry, zone: PrivateZone) -> list[PrivateEndpoint]:
    endpoints = snapshot.endpoints_of(registry.id)
    if len(endpoints) < 2:
        return []
    return [e for e in endpoints if e.approved_for(registry.id) and _writes(e, zone)]


def _risk(zone: PrivateZone, registry: Registry, writers: list[PrivateEndpoint]) -> Finding:
    name = record_name_of(registry.login_server)
    names = " and ".join(endpoint.id.name for endpoint in writers)
    return Finding(
        rule=ID,
        target=zone.id.child("A", name),
        severity=Severity.RISK,
        summary=f"{names} write the same record {name} in {zone.name}: the last one wins, and the end of either takes "
        "it away",
        evidence=tuple(f"the zone group of {endpoint.id.name} writes to {zone.id.text}" for endpoint in writers),
        advice="Give each endpoint a zone of its own (a resource group for each region), or keep one of them.",
    )


RULE = Rule(ID, HopName.RECORD, judge, check)

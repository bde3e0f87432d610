"""`competing-zone`: the network links another zone of the name than the one that holds the registry's records.

A network links one zone of a name (azure-facts 3.3): the records belong into the zone that it links, a second link is
impossible.
"""

from __future__ import annotations

from remediator.core.answers import wrong_answers
from remediator.core.cloud import record_name_of
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.record_changes import record_changes
from remediator.core.rule import Rule
from remediator.core.seen_zone import is_narrow
from remediator.core.snapshot import Network, PrivateEndpoint, PrivateZone, Record, Registry, Unknown
from remediator.core.zone_choice import serving
from remediator.core.zone_fit import record_owners

ID = "competing-zone"


def judge(leg: Leg) -> Judgement | None:
    """Broken when the linked zone lacks the registry, and another zone of the name has it for an endpoint in reach."""
    asked, best = leg.answering, serving(leg)
    wrong = wrong_answers(leg)
    if not isinstance(asked, Network) or best is None or isinstance(wrong, Unknown) or not wrong:
        return None
    lacking = [w for w in wrong if w.answer.zone is None or not is_narrow(w.answer.zone)]
    linked = lacking[0].answer.zone if lacking else None
    if linked is None or linked.record(record_name_of(leg.name)) is not None:
        return None
    rival = _rival(leg, linked, best.endpoint)
    if rival is None:
        return None
    detail = (
        f"{asked.id.name} links {linked.name} of {linked.id.resource_group}, which lacks {leg.host}; "
        f"its records are in the zone of {rival.id.resource_group}"
    )
    finding = Finding(
        rule=ID,
        target=linked.id,
        severity=Severity.BROKEN,
        summary=detail,
        evidence=(
            f"{linked.id.text} is linked to {asked.id.name} and has no record {record_name_of(leg.name)}",
            f"{rival.id.text} has it for {best.endpoint.id.name}, and a network links one zone of a name",
        ),
        remedy=record_changes(leg, best.endpoint, linked, lacking, ID),
        advice=f"Give {linked.id.text} the records, or let the network's owner link the other zone instead.",
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, detail, finding)


def _rival(leg: Leg, linked: PrivateZone, endpoint: PrivateEndpoint) -> PrivateZone | None:
    """Another zone of the name that holds the endpoint's record, or that its zone group writes to."""
    groups = endpoint.zone_groups if not isinstance(endpoint.zone_groups, Unknown) else ()
    if any(group.writes_to(linked.id) for group in groups):
        return None
    for zone in leg.snapshot.zones_named(linked.name):
        if zone.id == linked.id:
            continue
        record = zone.record(record_name_of(leg.name))
        held = record is not None and _holds(leg, zone, record, endpoint)
        if held or any(group.writes_to(zone.id) for group in groups):
            return zone
    return None


def _holds(leg: Leg, zone: PrivateZone, record: Record, endpoint: PrivateEndpoint) -> bool:
    """Whether the record is this endpoint's; in equal ranges another one may have the same address."""
    if not isinstance(leg.registry, Registry) or endpoint.address_of(leg.name) not in record.addresses:
        return False
    owners = record_owners(leg.snapshot, leg.registry, zone, record, leg.name)
    return not isinstance(owners, Unknown) and endpoint in owners


RULE = Rule(ID, HopName.ZONE, judge)

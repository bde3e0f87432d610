"""`dns-record`: the login or a data record is missing, or is not the endpoint's address.

The data record counts as much as the login record: without it layers fail after a successful manifest
(azure-facts 1.4). Where a zone group exists it writes the records, not we.
"""

from __future__ import annotations

from remediator.core.answers import answers, wrong_answers
from remediator.core.cloud import record_name_of
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.record_changes import record_changes
from remediator.core.resolution import AnswerKind
from remediator.core.rule import Rule
from remediator.core.snapshot import Network, Unknown
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


RULE = Rule(ID, HopName.RECORD, judge)

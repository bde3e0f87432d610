"""`dns-zone`: there is no private zone of the name that the consumer's network could use."""

from __future__ import annotations

from remediator.core.answers import by_other_zones
from remediator.core.change import Change, ChangeKind
from remediator.core.cloud import private_zone_of
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.rule import Rule
from remediator.core.seen_zone import seen_zone
from remediator.core.snapshot import Network, Unknown
from remediator.core.zone_choice import declared_zone_doubt, doubtful_zone, new_zone_id, zone_for

ID = "dns-zone"


def judge(leg: Leg) -> Judgement | None:
    """Broken when a private answer is needed and there is no zone to link."""
    asked = leg.answering
    if not leg.needs_private or not isinstance(asked, Network):
        return None
    name = private_zone_of(leg.host) or ""
    seen = seen_zone(leg.snapshot, asked.id, name)
    if isinstance(seen, Unknown):
        return Judgement(Verdict.UNKNOWN, seen.reason)
    if seen is not None or by_other_zones(leg) or zone_for(leg) is not None:
        return None
    doubt = declared_zone_doubt(leg)
    if doubt is not None:
        return Judgement(Verdict.UNKNOWN, doubt.reason)
    if doubtful_zone(leg) is not None:
        return None
    fresh = new_zone_id(leg)
    remedy = (
        ()
        if fresh is None
        else (
            Change(
                kind=ChangeKind.CREATE_ZONE,
                target=fresh,
                summary=f"Create private DNS zone {name} in {fresh.resource_group}",
                before=None,
                after={"zone": name},
                rule=ID,
                reason=f"no zone {name} can answer for {asked.id.name}",
            ),
        )
    )
    finding = Finding(
        rule=ID,
        target=asked.id,
        severity=Severity.BROKEN,
        summary=f"{asked.id.name} sees no private zone {name}, so {leg.host} ends at a public address",
        evidence=(f"no zone {name} is linked to {asked.id.name}, and none that could be linked exists",),
        remedy=remedy,
        advice="Create the zone, let the endpoint's zone group write its records, and link it last.",
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, f"no private zone {name} answers for {asked.id.name}", finding)


RULE = Rule(ID, HopName.ZONE, judge)

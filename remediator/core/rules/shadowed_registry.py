"""`shadowed-registry`: a linked zone answers for a registry that it has no record of, so its name does not resolve.

A linked private zone answers alone (azure-facts 3.5). The registry would be reachable in public; its record, or
`NxDomainRedirect` on the link, brings it back.
"""

from __future__ import annotations

from remediator.core.answers import wrong_answers
from remediator.core.change import Change, ChangeKind
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.resolution import AnswerKind
from remediator.core.rule import Rule
from remediator.core.snapshot import Network, Unknown, ZoneLink

ID = "shadowed-registry"


def judge(leg: Leg) -> Judgement | None:
    """Broken when names are missing in a linked zone and no endpoint of the registry is within reach."""
    if not isinstance(leg.network, Network):
        return None
    found = wrong_answers(leg)
    if isinstance(found, Unknown) or not found:
        return None
    first = found[0]
    link, zone = first.answer.link, first.answer.zone
    if link is None or zone is None:
        return None
    finding = Finding(
        rule=ID,
        target=link.id,
        severity=Severity.BROKEN,
        summary=f"{zone.name}, linked to {leg.network.id.name}, hides {leg.host}: it has no record of it",
        evidence=tuple(w.reason for w in found),
        remedy=(_fall_back(leg.network, link),) if _would_help(leg, first.answer.kind) else (),
        advice="Give the zone this registry's records, or set NxDomainRedirect on the link.",
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, f"{zone.name} has no record of {leg.host} and answers alone", finding)


def _would_help(leg: Leg, kind: AnswerKind) -> bool:
    return not leg.needs_private and kind is AnswerKind.MISSING


def _fall_back(network: Network, link: ZoneLink) -> Change:
    before = {
        "network": link.network.text,
        "resolutionPolicy": link.resolution_policy,
        "registration": link.registration_enabled,
    }
    return Change(
        kind=ChangeKind.UPDATE_LINK,
        target=link.id,
        summary=f"Let {network.id.name} fall back to public answers for names that the zone lacks",
        before=before,
        after={**before, "resolutionPolicy": "NxDomainRedirect"},
        rule=ID,
        reason="names without a record stop resolving otherwise",
    )


RULE = Rule(ID, HopName.RECORD, judge)

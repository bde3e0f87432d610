"""`shadowed-registry`: a linked zone answers for a registry that it has no record of, so its name does not resolve.

A linked private zone answers alone (azure-facts 3.5). The registry would be reachable in public; its record, or
`NxDomainRedirect` on the link, brings it back.
"""

from __future__ import annotations

from remediator.core.answers import wrong_answers
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.resolution import AnswerKind
from remediator.core.rule import Rule
from remediator.core.shadow import fall_back
from remediator.core.snapshot import Network, Unknown

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
    # Azure takes the policy on links to privatelink zones alone (azure-facts 3.5)
    may = zone.name.lower().startswith("privatelink.")
    helps = may and _would_help(leg, first.answer.kind)
    finding = Finding(
        rule=ID,
        target=link.id,
        severity=Severity.BROKEN,
        summary=f"{zone.name}, linked to {leg.network.id.name}, hides {leg.host}: it has no record of it",
        evidence=tuple(w.reason for w in found),
        remedy=(fall_back(link, ID),) if helps else (),
        advice="Give the zone this registry's records" + (", or set NxDomainRedirect on the link." if may else "."),
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, f"{zone.name} has no record of {leg.host} and answers alone", finding)


def _would_help(leg: Leg, kind: AnswerKind) -> bool:
    return not leg.needs_private and kind is AnswerKind.MISSING


RULE = Rule(ID, HopName.RECORD, judge)

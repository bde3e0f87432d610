"""`default-action`: the registry firewall's default differs from what was declared."""

from __future__ import annotations

from remediator.core.answers import answers
from remediator.core.desired import DesiredState
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg, Openness
from remediator.core.pull_path import HopName, Verdict
from remediator.core.registry_drift import switch_change, switch_drift
from remediator.core.resolution import AnswerKind
from remediator.core.rule import Rule
from remediator.core.snapshot import Registry, Snapshot

ID = "default-action"
FIELD = "defaultAction"


def judge(leg: Leg) -> Judgement | None:
    """Ok for an open registry; broken when the name ends in public and the firewall denies by default."""
    if not isinstance(leg.registry, Registry) or not any(a.kind is AnswerKind.PUBLIC for a in answers(leg)):
        return None
    if leg.openness is Openness.OPEN:
        return Judgement(Verdict.OK, "the registry is open to every address")
    if leg.openness is not Openness.CLOSED or leg.intent.allow_list:
        return None
    change = switch_change(ID, leg.registry, FIELD, "Deny", "Allow", "the desired state says Allow")
    finding = Finding(
        rule=ID,
        target=leg.registry.id,
        severity=Severity.BROKEN,
        summary=f"{leg.registry.id.name} denies by default, and {leg.consumer.id.name} arrives in public",
        evidence=(f"networkRuleSet.defaultAction: Deny, {len(leg.registry.ip_rules)} address rules",),
        remedy=(change,) if leg.desired.declared and leg.intent.public_by_intent else (),
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, "the registry's firewall denies by default", finding)


def check(desired: DesiredState, snapshot: Snapshot) -> tuple[Finding, ...]:
    """A drift for each Premium registry whose default action differs; other tiers have no firewall."""
    found = []
    for registry in snapshot.registries.values():
        wanted = desired.intent_for(registry.id).default_action
        if wanted is None or registry.sku.lower() != "premium":
            continue
        if registry.default_action.lower() != wanted.lower():
            found.append(switch_drift(ID, desired, registry, FIELD, registry.default_action, wanted))
    return tuple(found)


RULE = Rule(ID, HopName.FIREWALL, judge, check)

"""`ip-rules`: the registry's address rules differ from what was declared; they never apply to private traffic."""

from __future__ import annotations

from remediator.core.answers import answers
from remediator.core.desired import DesiredState
from remediator.core.finding import Finding
from remediator.core.leg import Judgement, Leg, Openness
from remediator.core.pull_path import HopName, Verdict
from remediator.core.registry_drift import switch_drift
from remediator.core.resolution import AnswerKind
from remediator.core.rule import Rule
from remediator.core.snapshot import Registry, Snapshot

ID = "ip-rules"


def judge(leg: Leg) -> Judgement | None:
    """Unknown when the name ends in public and only an address rule could let the consumer in."""
    if leg.openness is not Openness.PERHAPS or not isinstance(leg.registry, Registry):
        return None
    if not any(a.kind is AnswerKind.PUBLIC for a in answers(leg)):
        return None
    rules = ", ".join(leg.registry.ip_rules)
    return Judgement(Verdict.UNKNOWN, f"whether the consumer's egress address is among {rules} is not known")


def check(desired: DesiredState, snapshot: Snapshot) -> tuple[Finding, ...]:
    """A drift for each registry whose address rules differ as a set."""
    found = []
    for registry in snapshot.registries.values():
        wanted = desired.intent_for(registry.id).ip_rules
        if wanted is not None and {_single(r) for r in registry.ip_rules} != {_single(r) for r in wanted}:
            live = sorted(registry.ip_rules)
            found.append(switch_drift(ID, desired, registry, "ipRules", live, sorted(wanted)))
    return tuple(found)


def _single(rule: str) -> str:
    return rule.strip().removesuffix("/32")


RULE = Rule(ID, HopName.FIREWALL, judge, check)

"""`ip-rules`: the registry's address rules differ from what was declared, or do not name the consumer's egress.

They never apply to private traffic. An allow-list can hold only where the egress is declared (azure-facts 13).
"""

from __future__ import annotations

from typing import cast

from remediator.core.arrivals import ends_in_public
from remediator.core.change import Change
from remediator.core.desired import DesiredState
from remediator.core.egress_of import Listed, listed
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg, Openness
from remediator.core.pull_path import HopName, Verdict
from remediator.core.registry_drift import switch_change, switch_drift, words
from remediator.core.rule import Rule
from remediator.core.snapshot import Registry, Snapshot, Unknown

ID = "ip-rules"


def judge(leg: Leg) -> Judgement | None:
    """Where the name ends in public and the firewall denies by default: do its rules name the consumer's egress?"""
    if not isinstance(leg.registry, Registry) or not ends_in_public(leg) or leg.openness is Openness.OPEN:
        return None
    egress = leg.egress
    if leg.openness is Openness.LISTED:
        return Judgement(Verdict.OK, f"the address rules let in {words(list(cast(tuple[str, ...], egress)))}")
    if isinstance(egress, Unknown) and leg.registry.ip_rules:
        return Judgement(Verdict.UNKNOWN, f"whether the address rules let it in: {egress.reason}")
    if leg.openness is Openness.PERHAPS and not isinstance(egress, Unknown):
        return _judged(leg, leg.registry, egress, Verdict.UNKNOWN)
    known = () if isinstance(egress, Unknown) else egress
    return _judged(leg, leg.registry, known, Verdict.BROKEN) if leg.intent.allow_list else None


def _judged(leg: Leg, registry: Registry, egress: tuple[str, ...], verdict: Verdict) -> Judgement:
    if not egress:
        detail = f"no allow-list can hold: {leg.consumer.id.name} has no egress address that anybody declared"
        advice = (
            "Give the environment's subnet a NAT gateway, or a route to a firewall, and list its public address; or "
            "use a private endpoint. The address of today is another one tomorrow."
        )
    else:
        some = "some of " if verdict is Verdict.UNKNOWN else ""
        detail = f"the address rules do not name {some}the egress of {leg.consumer.id.name} ({words(list(egress))})"
        advice = f"List {words(list(egress))} in ipRules of the desired state."
    change = _change(leg, registry, egress)
    finding = Finding(
        rule=ID,
        target=registry.id,
        severity=Severity.BROKEN if verdict is Verdict.BROKEN else Severity.UNKNOWN,
        summary=f"{registry.id.name} denies by default, and {detail}",
        evidence=(f"ipRules: {words(sorted(registry.ip_rules))}", f"declared egress: {words(list(egress))}"),
        remedy=(change,) if change else (),
        advice="" if change else advice,
        paths=(leg.key,),
    )
    return Judgement(verdict, detail, finding)


def _change(leg: Leg, registry: Registry, egress: tuple[str, ...]) -> Change | None:
    """The declared list, where that would let the consumer in; nobody's list grows by what an error text says."""
    wanted = leg.intent.ip_rules
    if not leg.desired.declared or not leg.intent.allow_list or wanted is None or not egress:
        return None
    if listed(wanted, egress) is not Listed.ALL:
        return None
    return switch_change(ID, registry, "ipRules", sorted(registry.ip_rules), sorted(wanted), "it names the egress")


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

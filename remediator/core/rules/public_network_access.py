"""`public-network-access`: differs from what was declared; closing it is never automatic.

Azure refuses to open a registry whose export policy is disabled (azure-facts 1.2): that is told and never planned.
"""

from __future__ import annotations

from dataclasses import replace

from remediator.core.answers import answers
from remediator.core.desired import DesiredState
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.registry_drift import switch_change, switch_drift
from remediator.core.resolution import AnswerKind
from remediator.core.rule import Rule
from remediator.core.snapshot import Registry, Snapshot

ID = "public-network-access"
FIELD = "publicNetworkAccess"
_UNSEEN = "Clients that we do not see (AKS, pipelines, people) may pull in public: ask before closing it."
_EXPORT = (
    "Azure refuses to open a registry whose exportPolicy is disabled: its owner enables that policy first, or the "
    "desired state keeps the registry closed."
)


def judge(leg: Leg) -> Judgement | None:
    """Broken when the name ends in public and public access is off; private traffic never meets the firewall."""
    if not isinstance(leg.registry, Registry):
        return None
    if not any(a.kind is AnswerKind.PUBLIC for a in answers(leg)):
        return Judgement(Verdict.OK, "private traffic does not meet the registry's firewall")
    if leg.registry.public_network_access.lower() != "disabled":
        return None
    change = switch_change(ID, leg.registry, FIELD, "Disabled", "Enabled", "the desired state says Enabled")
    wanted = leg.desired.declared and leg.meant_to_be_public
    finding = Finding(
        rule=ID,
        target=leg.registry.id,
        severity=Severity.BROKEN,
        summary=f"public access to {leg.registry.id.name} is off, and {leg.consumer.id.name} arrives in public",
        evidence=(f"{FIELD}: Disabled", f"{leg.host} has a public answer"),
        remedy=(change,) if wanted and not _held_shut(leg.registry) else (),
        advice=_EXPORT if wanted and _held_shut(leg.registry) else "",
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, "public access is off", finding)


def check(desired: DesiredState, snapshot: Snapshot) -> tuple[Finding, ...]:
    """A drift for each registry whose switch differs from what was declared."""
    found = []
    for registry in snapshot.registries.values():
        wanted = desired.intent_for(registry.id).public_network_access
        if wanted is not None and registry.public_network_access.lower() != wanted.lower():
            shut = wanted.lower() == "enabled" and _held_shut(registry)
            drift = switch_drift(
                ID, desired, registry, FIELD, registry.public_network_access, wanted, _EXPORT if shut else _UNSEEN
            )
            found.append(replace(drift, remedy=()) if shut else drift)
    return tuple(found)


def _held_shut(registry: Registry) -> bool:
    return registry.export_policy.lower() == "disabled"


RULE = Rule(ID, HopName.FIREWALL, judge, check)

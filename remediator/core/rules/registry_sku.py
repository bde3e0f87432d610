"""`registry-sku`: only Premium registries can have private endpoints (azure-facts 1.1).

An upgrade costs money: its own change, offered only where the desired state allows it.
"""

from __future__ import annotations

from remediator.core.change import Change, ChangeKind
from remediator.core.desired import DesiredState
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.rule import Rule
from remediator.core.snapshot import Registry, Snapshot

ID = "registry-sku"


def judge(leg: Leg) -> Judgement | None:
    """Broken when a private path is needed and the registry cannot have one."""
    if not isinstance(leg.registry, Registry) or not leg.needs_private or _premium(leg.registry):
        return None
    finding = _finding(leg.registry, leg.desired, Severity.BROKEN, (leg.key,), upgradable=True)
    return Judgement(Verdict.BROKEN, f"{leg.registry.id.name} is {leg.registry.sku}, not Premium", finding)


def check(desired: DesiredState, snapshot: Snapshot) -> tuple[Finding, ...]:
    """A drift for each registry that should have a private path and cannot; a closed one that apps name is broken."""
    return tuple(
        _finding(registry, desired, Severity.DRIFT, (), upgradable=desired.declared)
        for registry in snapshot.registries.values()
        if not _premium(registry)
        and desired.intent_for(registry.id).private_path
        and not desired.intent_for(registry.id).public_by_intent
    )


def _premium(registry: Registry) -> bool:
    return registry.sku.lower() == "premium"


def _finding(
    registry: Registry,
    desired: DesiredState,
    severity: Severity,
    paths: tuple[tuple[str, str], ...],
    *,
    upgradable: bool,
) -> Finding:
    upgrade = Change(
        kind=ChangeKind.UPGRADE_SKU,
        target=registry.id,
        summary=f"Upgrade {registry.id.name} from {registry.sku} to Premium (costs more every day)",
        before={"sku": registry.sku},
        after={"sku": "Premium"},
        rule=ID,
        reason="private endpoints need Premium",
    )
    return Finding(
        rule=ID,
        target=registry.id,
        severity=severity,
        summary=f"{registry.id.name} is {registry.sku}: private endpoints need Premium",
        evidence=(f"sku.name is {registry.sku}",),
        remedy=(upgrade,) if upgradable and desired.limits.allow_sku_upgrade else (),
        advice="Upgrading to Premium is a cost decision: let the owner decide, then allow it in the desired state.",
        paths=paths,
    )


RULE = Rule(ID, HopName.ENDPOINT, judge, check)

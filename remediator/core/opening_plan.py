"""What lets an address in to a registry, and what forbids it?

Address rules do nothing while public access is off, so the firewall's default is Deny, then the address is added, then
public access is switched on; taken back, it is closed in the reverse order. Asked by `flow` for an incident that is an
opening: its plan is shown, approved, journaled and undone as any other.
"""

from __future__ import annotations

from typing import Any

from remediator.core.change import Change
from remediator.core.desired import Decision, DesiredState, Way
from remediator.core.diagnosis import Diagnosis, Focus
from remediator.core.drafting import changed
from remediator.core.errors import Forbidden
from remediator.core.finding import Finding, Severity
from remediator.core.foresight import compare
from remediator.core.opening import Opening
from remediator.core.plan import ordered
from remediator.core.policy import Ruling
from remediator.core.registry_drift import switch_change
from remediator.core.snapshot import Registry, Snapshot
from remediator.core.walk import all_paths

MAX_RULES = 200  # azure-facts 1.1
REASON = "a person asked to be let in for a while"


def opening_diagnosis(opening: Opening, desired: DesiredState, snapshot: Snapshot) -> Diagnosis:
    """The plan that lets the address in, with nothing to do where it is let in already; always asked about.

    `Forbidden("opening-forbidden")` where the policy, the registry's tier or its export policy says no.
    """
    registry = snapshot.registries.get(opening.registry)
    why_not = _why_not(opening, desired, registry)
    if why_not or registry is None:
        raise Forbidden(
            "opening-forbidden",
            f"letting {opening.address} in to {opening.registry.name}: {why_not}",
            context={"registry": opening.registry.text},
        )
    plan = ordered(_changes(opening, registry))
    before = all_paths(desired, snapshot)
    after = all_paths(desired, changed(snapshot, plan.changes)) if plan else before
    foresight = compare(before, after)
    what = f"{opening.address} is to be let in to {registry.id.name} for {opening.minutes} minutes"
    finding = Finding("ip-rules", registry.id, Severity.DRIFT, what, (), plan.changes)
    limits = desired.limits
    ruling = Ruling(Decision.ASK, Way.DIRECT, (REASON, "it is closed again by itself"), max(1, limits.approvals))
    if foresight.broken:
        ruling = Ruling(Decision.FORBID, Way.REPORT, ("it would break a pull that works",), limits.approvals)
    return Diagnosis(
        focus=Focus(registry=registry.id),
        findings=(finding,) if plan else (),
        paths=(),
        plan=plan,
        foresight=foresight,
        ruling=ruling if plan else None,
    )


def _why_not(opening: Opening, desired: DesiredState, registry: Registry | None) -> str:
    most = desired.limits.max_opening_minutes
    if registry is None:
        return "the registry was not read"
    if not 1 <= opening.minutes <= most:
        return f"the desired state allows {most} minutes" if most else "the desired state allows no openings"
    if registry.sku.lower() != "premium":
        return "only Premium registries have address rules"
    if registry.export_policy.lower() == "disabled":
        return "its export policy is disabled, and Azure opens no such registry"
    if len(registry.ip_rules) >= MAX_RULES:
        return f"it has {MAX_RULES} address rules already, which is the most"
    return ""


def _changes(opening: Opening, registry: Registry) -> tuple[Change, ...]:
    if registry.open_to_all:
        return ()
    changes: list[tuple[str, str, Any, Any]] = []
    if registry.default_action.lower() != "deny":
        changes.append(("default-action", "defaultAction", registry.default_action, "Deny"))
    listed = sorted(registry.ip_rules)
    if opening.address not in {rule.removesuffix("/32") for rule in listed}:
        changes.append(("ip-rules", "ipRules", listed, sorted((*listed, opening.address))))
    if registry.public_network_access.lower() == "disabled":
        changes.append(("public-network-access", "publicNetworkAccess", registry.public_network_access, "Enabled"))
    return tuple(switch_change(rule, registry, field, live, wanted, REASON) for rule, field, live, wanted in changes)

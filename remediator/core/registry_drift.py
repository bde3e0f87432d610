"""How a registry's own switches differ from what was declared, as findings with one small change each."""

from __future__ import annotations

from typing import Any

from remediator.core.change import Change, ChangeKind
from remediator.core.desired import DesiredState
from remediator.core.finding import Finding, Severity
from remediator.core.snapshot import Registry


def switch_change(rule: str, registry: Registry, field: str, live: Any, wanted: Any, reason: str) -> Change:
    """The change that sets one field of a registry (PATCH; azure-facts 1.7: never PUT a registry)."""
    return Change(
        kind=ChangeKind.UPDATE_REGISTRY,
        target=registry.id,
        summary=f"Set {field} of {registry.id.name} from {words(live)} to {words(wanted)}",
        before={field: live},
        after={field: wanted},
        rule=rule,
        reason=reason,
    )


def switch_drift(
    rule: str, desired: DesiredState, registry: Registry, field: str, live: Any, wanted: Any, advice: str = ""
) -> Finding:
    """A drift of one field; the remedy is empty without a desired-state document (house, section 6)."""
    change = switch_change(rule, registry, field, live, wanted, "it differs from the desired state")
    return Finding(
        rule=rule,
        target=registry.id,
        severity=Severity.DRIFT,
        summary=f"{field} of {registry.id.name} is {words(live)}, desired is {words(wanted)}",
        evidence=(f"{field}: {words(live)}",),
        remedy=(change,) if desired.declared else (),
        advice=advice or "Declare what should be there in the desired state, or set it back.",
    )


def words(value: Any) -> str:
    """A field's value as people read it."""
    if isinstance(value, list):
        return ", ".join(value) if value else "none"
    return str(value)

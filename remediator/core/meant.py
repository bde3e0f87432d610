"""Which drifts may have been meant, and what would the desired state say then?

Asked by `choices` (may a person say "this was intended"?) and by the edit of the document. Only a registry's own
switches, where the document declares them and Azure has another value: a broken path is never meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from remediator.core.change import ChangeKind
from remediator.core.desired import DesiredState
from remediator.core.diagnosis import Diagnosis
from remediator.core.finding import Finding, Severity
from remediator.core.plan import Plan
from remediator.core.resource_id import ResourceId

# The field of a change → the key of the document.
KEYS: Mapping[str, str] = {
    "publicNetworkAccess": "publicNetworkAccess",
    "defaultAction": "defaultAction",
    "ipRules": "ipRules",
    "bypass": "trustedServices",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "publicNetworkAccess": {"enabled": "Enabled", "disabled": "Disabled"},
    "defaultAction": {"allow": "Allow", "deny": "Deny"},
    "trustedServices": {"azureservices": "allowed", "none": "denied"},
}
Said = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meant:
    """A live value as the document would say it."""

    registry: ResourceId
    key: str
    value: Said


def meant(findings: Iterable[Finding], plan: Plan, desired: DesiredState) -> tuple[Meant, ...]:
    """The live values of a plan's registry switches that differ from what is declared; () where none may be meant."""
    drifting = _drifting(findings)
    found = []
    for change in plan.changes if desired.declared else ():
        if change.kind is not ChangeKind.UPDATE_REGISTRY or change.key not in drifting:
            continue
        for field, live in (change.before or {}).items():
            key = KEYS.get(field, "")
            value = _said(key, live)
            if value is not None:
                found.append(Meant(change.target, key, value))
    return tuple(found)


def drifts_left(planned: Diagnosis, now: Diagnosis) -> tuple[str, ...]:
    """The summaries of those drifts of a plan that a later diagnosis still has."""
    drifting = _drifting(planned.findings)
    switches = {c.key for c in planned.plan.changes if c.kind is ChangeKind.UPDATE_REGISTRY and c.key in drifting}
    return tuple(change.summary for change in now.plan.changes if change.key in switches)


def _drifting(findings: Iterable[Finding]) -> frozenset[tuple[str, ...]]:
    return frozenset(change.key for f in findings if f.severity is Severity.DRIFT for change in f.remedy)


def _said(key: str, live: object) -> Said | None:
    """How the document says a live value; None for one that it has no word for."""
    if key == "ipRules" and isinstance(live, (list, tuple)):
        return tuple(str(rule) for rule in live)
    return _WORDS.get(key, {}).get(str(live).lower())

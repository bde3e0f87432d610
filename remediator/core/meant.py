"""Which drifts may have been meant, and what would the desired state say then?

Asked by `choices` (may a person say "this was intended"?) and by the edit of the document. Only a registry's own
switches, where the document declares them and Azure has another value: a broken path is never meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from remediator.core.change import ChangeKind
from remediator.core.desired import DesiredState
from remediator.core.diagnosis import Diagnosis
from remediator.core.finding import Severity
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
    """A live value as the document would say it: `match` is the entry that counts for the registry today."""

    registry: ResourceId
    match: str
    key: str
    value: Said


def meant(diagnosis: Diagnosis | None, desired: DesiredState) -> tuple[Meant, ...]:
    """The live values of a plan's registry switches that differ from what is declared; () where none may be meant."""
    if diagnosis is None or not desired.declared:
        return ()
    drifting = {change.key for f in diagnosis.findings if f.severity is Severity.DRIFT for change in f.remedy}
    found = []
    for change in diagnosis.plan.changes:
        if change.kind is not ChangeKind.UPDATE_REGISTRY or change.key not in drifting:
            continue
        match = desired.intent_for(change.target).match
        for field, live in (change.before or {}).items():
            key = KEYS.get(field, "")
            value = _said(key, live)
            if value is not None:
                found.append(Meant(change.target, match, key, value))
    return tuple(found)


def drifts_left(planned: Diagnosis, now: Diagnosis) -> tuple[str, ...]:
    """The summaries of those drifts of a plan that a later diagnosis still has."""
    drifting = {c.key for f in planned.findings if f.severity is Severity.DRIFT for c in f.remedy}
    switches = {c.key for c in planned.plan.changes if c.kind is ChangeKind.UPDATE_REGISTRY and c.key in drifting}
    return tuple(change.summary for change in now.plan.changes if change.key in switches)


def _said(key: str, live: object) -> Said | None:
    """How the document says a live value; None for one that it has no word for."""
    if key == "ipRules" and isinstance(live, (list, tuple)):
        return tuple(str(rule) for rule in live)
    return _WORDS.get(key, {}).get(str(live).lower())

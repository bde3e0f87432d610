"""`trusted-services`: the bypass switch differs from what was declared.

It never helps Container Apps, which are not on Microsoft's list (azure-facts 1.3), and is never proposed as a cure.
"""

from __future__ import annotations

from remediator.core.desired import DesiredState
from remediator.core.finding import Finding
from remediator.core.pull_path import HopName
from remediator.core.registry_drift import switch_drift
from remediator.core.rule import Rule
from remediator.core.snapshot import Snapshot

ID = "trusted-services"


def check(desired: DesiredState, snapshot: Snapshot) -> tuple[Finding, ...]:
    """A drift for each registry whose bypass is declared and differs."""
    found = []
    for registry in snapshot.registries.values():
        wanted = desired.intent_for(registry.id).bypass
        if wanted is not None and registry.bypass.lower() != wanted.lower():
            advice = "This switch never helps Container Apps: they are not a trusted service."
            found.append(switch_drift(ID, desired, registry, "bypass", registry.bypass, wanted, advice))
    return tuple(found)


RULE = Rule(ID, HopName.FIREWALL, check=check)

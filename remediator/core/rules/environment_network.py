"""`environment-network`: the environment has no network of its own, so no private endpoint can help it.

The network type is fixed when an environment is created (azure-facts 2.1): report only.
"""

from __future__ import annotations

from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.rule import Rule
from remediator.core.snapshot import Registry, Unknown

ID = "environment-network"


def judge(leg: Leg) -> Judgement | None:
    """Broken for a closed registry and an environment on Microsoft's own network."""
    if isinstance(leg.registry, Registry) and not leg.needs_private:
        return Judgement(Verdict.OK, "not asked: the registry is or may be open to it")
    if isinstance(leg.environment, Unknown):
        return Judgement(Verdict.UNKNOWN, leg.environment.reason)
    if leg.environment.subnet is not None:
        return Judgement(Verdict.OK, f"{leg.environment.id.name} is in {leg.environment.subnet.name}")
    if isinstance(leg.registry, Unknown):
        return Judgement(Verdict.OK, f"{leg.environment.id.name} has no network of its own")
    detail = f"{leg.environment.id.name} has no network of its own: it reaches registries over the internet only"
    finding = Finding(
        rule=ID,
        target=leg.environment.id,
        severity=Severity.BROKEN,
        summary=f"{leg.environment.id.name} has no network of its own, so no private endpoint can serve it",
        evidence=(
            "properties.vnetConfiguration.infrastructureSubnetId is not set",
            f"{leg.registry.id.name} is closed to public addresses",
        ),
        advice="Create the environment again in a network of yours; the network type cannot be changed afterwards.",
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, detail, finding)


RULE = Rule(ID, HopName.ENVIRONMENT, judge)

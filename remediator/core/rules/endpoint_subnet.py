"""`endpoint-subnet`: an endpoint is needed and no subnet can take it (azure-facts 2.1, 4)."""

from __future__ import annotations

from remediator.core.candidates import candidates, doubts
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.placement import NoPlace, place_for
from remediator.core.pull_path import HopName, Verdict
from remediator.core.rule import Rule
from remediator.core.snapshot import Network, Registry

ID = "endpoint-subnet"


def judge(leg: Leg) -> Judgement | None:
    """Broken when no endpoint is near and none could be put anywhere."""
    if not leg.needs_private or not isinstance(leg.registry, Registry) or not isinstance(leg.network, Network):
        return None
    if any(c.connectable for c in candidates(leg)) or doubts(leg):
        return None
    place = place_for(leg)
    if not isinstance(place, NoPlace) or place.unknown:
        return None
    target = place.subnet.id if place.subnet else leg.network.id
    finding = Finding(
        rule=ID,
        target=target,
        severity=Severity.BROKEN,
        summary=f"{leg.registry.id.name} needs a private endpoint for {leg.consumer.id.name}, and no subnet can take "
        f"it: {place.reason}",
        evidence=(
            place.reason,
            f"{leg.registry.id.name} is closed to public addresses and {leg.network.id.name} reaches no endpoint of it",
        ),
        advice="Add a subnet without delegation (a /27 leaves room for replicas) to the network or to a peered one.",
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, place.reason, finding)


RULE = Rule(ID, HopName.ENDPOINT, judge)

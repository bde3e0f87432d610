"""`endpoint-subnet`: an endpoint is needed and no subnet can take it; or the next replica would find no room.

A new replica takes an address in every endpoint's subnet; where one is full the whole replication rolls back, and the
error does not name the subnet. An endpoint with fixed addresses holds it up as well (azure-facts 1.6, 2.1, 4).
"""

from __future__ import annotations

from remediator.core.candidates import candidates, doubts, unread_connection
from remediator.core.desired import DesiredState
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.placement import NoPlace, free_addresses, place_for
from remediator.core.pull_path import HopName, Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.rule import Rule
from remediator.core.snapshot import Network, PrivateEndpoint, Registry, Snapshot, Subnet, Unknown

ID = "endpoint-subnet"


def judge(leg: Leg) -> Judgement | None:
    """Broken when no endpoint is near and none could be put anywhere."""
    if leg.silent_server is not None:
        return None
    if not leg.needs_private or not isinstance(leg.registry, Registry) or not isinstance(leg.network, Network):
        return None
    if any(c.firm for c in candidates(leg)) or doubts(leg) or unread_connection(leg):
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


def check(desired: DesiredState, snapshot: Snapshot) -> tuple[Finding, ...]:
    """A risk for each full subnet that holds an endpoint of a replicated registry, and for fixed addresses there."""
    found: dict[ResourceId, Finding] = {}
    for registry in snapshot.registries.values():
        if isinstance(registry.regions, Unknown) or len(registry.regions) < 2:
            continue
        for endpoint in snapshot.endpoints_of(registry.id):
            if endpoint.static_addresses:
                found.setdefault(endpoint.id, _fixed(registry, endpoint))
            network = snapshot.networks.get(endpoint.network)
            subnet = network.subnet(endpoint.subnet) if network else None
            free = free_addresses(subnet) if subnet else None
            if subnet is not None and isinstance(free, int) and free < 1:
                found.setdefault(subnet.id, _full(registry, endpoint, subnet))
    return tuple(found.values())


def _full(registry: Registry, endpoint: PrivateEndpoint, subnet: Subnet) -> Finding:
    return Finding(
        rule=ID,
        target=subnet.id,
        severity=Severity.RISK,
        summary=f"{subnet.id.name} is full: the next replica of {registry.id.name} cannot be created",
        evidence=(
            f"{subnet.id.name} ({', '.join(subnet.prefixes)}) has no free address",
            f"{endpoint.id.name} is in it and would need one more for the new region",
        ),
        advice="Move endpoints to a larger subnet (a /27 or wider) before the registry gets another replica.",
    )


def _fixed(registry: Registry, endpoint: PrivateEndpoint) -> Finding:
    return Finding(
        rule=ID,
        target=endpoint.id,
        severity=Severity.RISK,
        summary=f"{endpoint.id.name} has fixed addresses: the next replica of {registry.id.name} may not be created",
        evidence=("its ipConfigurations name addresses, and none for a region that the registry does not have yet",),
        advice="Give the endpoint an address for the new region first, or make one whose addresses Azure chooses.",
    )


RULE = Rule(ID, HopName.ENDPOINT, judge, check)

"""`endpoint-connection`: the endpoint is there, but its connection is Pending, Rejected or Disconnected.

The registry's owner may approve Pending and Rejected ones; a Disconnected endpoint cannot be updated, only
replaced (azure-facts 4 and 13). Approving is never automatic, and only for endpoints in subscriptions that the
desired state names.
"""

from __future__ import annotations

from dataclasses import replace

from remediator.core.candidates import Candidate, candidates, doubts, unread_connection
from remediator.core.change import Change, ChangeKind
from remediator.core.desired import DesiredState
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.placement import Place, place_of
from remediator.core.pull_path import HopName, Verdict
from remediator.core.resource_id import ResourceId, resource_id
from remediator.core.rule import Rule
from remediator.core.snapshot import EndpointConnection, PrivateEndpoint, Registry, Snapshot, Unknown

ID = "endpoint-connection"
_NOT_IN = ("pending", "rejected", "disconnected")


def judge(leg: Leg) -> Judgement | None:
    """Broken when every endpoint that could serve the leg has a connection that is not approved."""
    if leg.silent_server is not None:
        return None
    if not leg.needs_private or not isinstance(leg.registry, Registry):
        return None
    near = [c for c in candidates(leg) if c.close]
    if any(c.approved for c in near) or doubts(leg):
        return None
    unread = unread_connection(leg)
    if not near and unread is not None:
        detail = f"a connection is {unread.status}, and its endpoint cannot be read"
        return Judgement(
            Verdict.BROKEN, detail, replace(_useless(leg.registry, unread), severity=Severity.BROKEN, paths=(leg.key,))
        )
    if not near:
        return None
    best = near[0]
    target = best.connection or best.endpoint.id
    detail = f"the connection of {best.endpoint.id.name} is {best.status or 'not there'}"
    if not best.status:
        return Judgement(Verdict.UNKNOWN, f"{detail}: the registry does not list it")
    finding = Finding(
        rule=ID,
        target=target,
        severity=Severity.BROKEN,
        summary=f"{best.endpoint.id.name} exists, but its connection to {leg.registry.id.name} is {best.status}",
        evidence=(
            f"privateLinkServiceConnectionState.status is {best.status}",
            f"{best.endpoint.id.name} is in {best.endpoint.network.name}: {best.reach.reason}",
        ),
        remedy=_remedy(leg, leg.registry, best),
        advice=_advice(best),
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, detail, finding)


def _advice(best: Candidate) -> str:
    if best.status.lower() == "disconnected":
        return "A disconnected endpoint cannot be updated: delete it and create it again."
    return (
        "The registry's owner decides about this connection; name the endpoint's subscription in "
        "limits.approveConnectionsFrom to have the approval planned."
    )


def _remedy(leg: Leg, registry: Registry, best: Candidate) -> tuple[Change, ...]:
    if best.status.lower() == "disconnected":
        return _replacement(leg, registry, best.endpoint)
    if best.connection is None or best.status.lower() not in ("pending", "rejected"):
        return ()
    if best.endpoint.id.subscription.lower() not in leg.desired.limits.allow_connection_approval_in:
        return ()
    return (
        Change(
            kind=ChangeKind.APPROVE_CONNECTION,
            target=best.connection,
            summary=f"Approve the connection of {best.endpoint.id.name} to {registry.id.name}",
            before={"status": best.status},
            after={"status": "Approved"},
            rule=ID,
            reason=f"the connection is {best.status}",
        ),
    )


def _replacement(leg: Leg, registry: Registry, dead: PrivateEndpoint) -> tuple[Change, ...]:
    place = place_of(leg, dead)
    if not isinstance(place, Place):
        return ()
    old = dead.target(registry.id)
    fresh = _new_name(dead.id)
    return (
        Change(
            kind=ChangeKind.DELETE_ENDPOINT,
            target=dead.id,
            summary=f"Delete the disconnected private endpoint {dead.id.name}",
            before={
                "location": dead.location,
                "subnet": dead.subnet.text,
                "registry": registry.id.text,
                "manual": bool(old and old.manual),
                "status": "Disconnected",
            },
            after=None,
            rule=ID,
            reason="a disconnected endpoint carries nothing and cannot be updated",
        ),
        Change(
            kind=ChangeKind.CREATE_ENDPOINT,
            target=fresh,
            summary=f"Create private endpoint {fresh.name} for {registry.id.name} in its place",
            before=None,
            after={
                "location": place.network.location,
                "subnet": place.subnet.id.text,
                "registry": registry.id.text,
                "manual": False,
                "status": "Approved",
            },
            rule=ID,
            reason=f"it replaces {dead.id.name}",
        ),
    )


def _new_name(dead: ResourceId) -> ResourceId:
    return resource_id(
        dead.subscription, dead.resource_group, "Microsoft.Network/privateEndpoints", f"{dead.name[:77]}-2"
    )


def check(desired: DesiredState, snapshot: Snapshot) -> tuple[Finding, ...]:
    """A drift for each registry whose connections are all waiting, refused or dead: no endpoint of it carries anything.

    Beside an approved one, a rejected connection is what its owner wanted.
    """
    found = []
    for registry in snapshot.registries.values():
        connections = () if isinstance(registry.connections, Unknown) else registry.connections
        if connections and all(c.status.lower() in _NOT_IN for c in connections):
            found.append(_useless(registry, connections[0]))
    return tuple(found)


def _useless(registry: Registry, connection: EndpointConnection) -> Finding:
    name = connection.endpoint.name if connection.endpoint else connection.id.name
    return Finding(
        rule=ID,
        target=connection.id,
        severity=Severity.DRIFT,
        summary=f"the connection of {name} to {registry.id.name} is {connection.status}, and no other one is approved",
        evidence=(f"privateLinkServiceConnectionState.status is {connection.status}",),
        advice="The registry's owner approves it, or the endpoint goes; a Disconnected one can only be replaced.",
    )


RULE = Rule(ID, HopName.ENDPOINT, judge, check)

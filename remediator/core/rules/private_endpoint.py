"""`private-endpoint`: a consumer has no endpoint of the registry that it could reach.

The remedy creates one in the consumer's network or in a peered one, with dynamic addresses (azure-facts 1.6).
"""

from __future__ import annotations

from remediator.core.candidates import candidates, doubts, unread_connection
from remediator.core.change import Change, ChangeKind
from remediator.core.desired import DesiredState
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg, Openness, legs
from remediator.core.placement import NoPlace, Place, place_for
from remediator.core.pull_path import HopName, Verdict
from remediator.core.resource_id import resource_id
from remediator.core.rule import Rule
from remediator.core.snapshot import Network, Registry, Snapshot, Unknown

ID = "private-endpoint"
MOST = 200  # endpoints of one registry; those made before October 2021 may have 10 (azure-facts 1.1)


def judge(leg: Leg) -> Judgement | None:
    """Ok, broken, or unknown when an approved endpoint exists that cannot be read."""
    if isinstance(leg.registry, Unknown):
        return Judgement(Verdict.UNKNOWN, leg.registry.reason)
    if not leg.needs_private:
        return Judgement(Verdict.OK, _not_asked(leg))
    if isinstance(leg.network, Unknown):
        return Judgement(Verdict.UNKNOWN, leg.network.reason)
    if leg.silent_server is not None:
        return Judgement(Verdict.OK, "not asked: the network's own DNS server cannot be reached")
    near = [c for c in candidates(leg) if c.connectable]
    close = [c for c in near if c.close]
    # an endpoint behind an appliance counts only where none is nearer, let in or not
    approved = [c for c in (close or [c for c in near if c.firm]) if c.approved]
    if approved:
        best = approved[0]
        return Judgement(Verdict.OK, f"{best.endpoint.id.name} in {best.endpoint.network.name}: {best.reach.reason}")
    unseen = doubts(leg)
    if unseen:
        return Judgement(Verdict.UNKNOWN, unseen[0].reason)
    if close:
        return None
    if unread_connection(leg) is not None:
        return None
    if near and leg.network is not None and isinstance(leg.network.peerings, Unknown):
        return Judgement(Verdict.UNKNOWN, leg.network.peerings.reason)
    vague = next((c for c in near if c.approved), None)
    if vague is not None:
        words = f"whether {leg.network.id.name} reaches {vague.endpoint.id.name}" if leg.network else "the way"
        return Judgement(Verdict.UNKNOWN, f"{words}: {vague.reach.reason}")
    place = place_for(leg)
    if isinstance(place, NoPlace) and not place.unknown:
        return None
    return Judgement(Verdict.BROKEN, _detail(leg), _finding(leg, leg.registry, place))


def _not_asked(leg: Leg) -> str:
    match leg.openness:
        case Openness.OPEN:
            return "not asked: the registry is open to every address"
        case Openness.LISTED:
            return "not asked: the registry's address rules let it in"
        case Openness.PERHAPS:
            return "not asked: the registry's address rules may let it in"
        case _:
            return "not asked: the registry is meant to be public"


def check(desired: DesiredState, snapshot: Snapshot) -> tuple[Finding, ...]:
    """A drift for each open registry without an endpoint that a consumer's network reaches, and for each closed one
    that nobody can reach at all; where apps name that one, their paths are broken."""
    found = {registry.id: _shut(registry) for registry in snapshot.registries.values() if _is_shut(desired, registry)}
    for leg in legs(desired, snapshot):
        registry = leg.registry
        if not isinstance(registry, Registry) or not isinstance(leg.network, Network) or not leg.open:
            continue
        wanted = leg.intent.private_path and not leg.intent.public_by_intent and registry.sku.lower() == "premium"
        if not wanted or registry.id in found or doubts(leg):
            continue
        if any(c.connectable for c in candidates(leg)):
            continue
        place = place_for(leg)
        if isinstance(place, Place):
            found[registry.id] = _drift(desired, leg, registry, place)
    return tuple(found.values())


def _is_shut(desired: DesiredState, registry: Registry) -> bool:
    intent = desired.intent_for(registry.id)
    wanted = intent.private_path and not intent.public_by_intent and registry.sku.lower() == "premium"
    closed = registry.public_network_access.lower() == "disabled"
    return wanted and closed and registry.connections == ()


def _shut(registry: Registry) -> Finding:
    return Finding(
        rule=ID,
        target=registry.id,
        severity=Severity.DRIFT,
        summary=f"{registry.id.name} is closed to public addresses and has no private endpoint: nobody can pull",
        evidence=(f"publicNetworkAccess {registry.public_network_access}", "the registry has no endpoint connection"),
        advice="Name an app that needs it, or declare where its endpoint goes.",
    )


def _detail(leg: Leg) -> str:
    network = leg.network.id.name if isinstance(leg.network, Network) else "the network"
    return f"{network} reaches no private endpoint of {leg.host}"


def _finding(leg: Leg, registry: Registry, place: Place | NoPlace) -> Finding:
    elsewhere = [f"{c.endpoint.id.name}: {c.reach.reason}" for c in candidates(leg)]
    return Finding(
        rule=ID,
        target=registry.id,
        severity=Severity.BROKEN,
        summary=f"{registry.id.name} is closed to public addresses and has no private endpoint that "
        f"{leg.consumer.id.name} can reach",
        evidence=(
            f"publicNetworkAccess {registry.public_network_access}, defaultAction {registry.default_action}",
            *(elsewhere or ("the registry has no private endpoint",)),
        ),
        remedy=(create(registry, place, leg),) if isinstance(place, Place) and not _full(registry) else (),
        advice=_advice(registry, place),
        paths=(leg.key,),
    )


def _drift(desired: DesiredState, leg: Leg, registry: Registry, place: Place) -> Finding:
    return Finding(
        rule=ID,
        target=registry.id,
        severity=Severity.DRIFT,
        summary=f"{registry.id.name} has no private endpoint that {leg.consumer.id.name} can reach; it pulls in public",
        evidence=(_detail(leg),),
        remedy=(create(registry, place, leg),)
        if desired.declared and _to_be_closed(leg) and not _full(registry)
        else (),
        advice=_advice(registry, place)
        or "Declare the registry closed in the desired state to have its private path planned.",
    )


def _full(registry: Registry) -> bool:
    return not isinstance(registry.connections, Unknown) and len(registry.connections) >= MOST


def _advice(registry: Registry, place: Place | NoPlace) -> str:
    if _full(registry):
        return (
            f"{registry.id.name} has {MOST} private endpoints, the most that Azure allows: remove those that nobody "
            "uses, or peer the network with one that has an endpoint."
        )
    return "" if isinstance(place, Place) else f"Where an endpoint fits cannot be said: {place.reason}"


def _to_be_closed(leg: Leg) -> bool:
    intent = leg.intent
    return (intent.public_network_access or "").lower() == "disabled" or (intent.default_action or "").lower() == "deny"


def create(registry: Registry, place: Place, leg: Leg) -> Change:
    """The change that creates an endpoint of the registry in a subnet."""
    network = place.network
    group = next((p.resource_group for p in leg.intent.placements if p.subnet == place.subnet.id), None)
    name = f"pe-{registry.id.name}-{network.id.name}"[:80]
    target = resource_id(
        group.subscription if group else network.id.subscription,
        group.text.rsplit("/", 1)[-1] if group else network.id.resource_group,
        "Microsoft.Network/privateEndpoints",
        name,
    )
    return Change(
        kind=ChangeKind.CREATE_ENDPOINT,
        target=target,
        summary=f"Create private endpoint {name} for {registry.id.name} in {network.id.name}/{place.subnet.id.name}",
        before=None,
        after={
            "location": network.location,
            "subnet": place.subnet.id.text,
            "registry": registry.id.text,
            "manual": False,
            "status": "Approved",
        },
        rule=ID,
        reason="the registry is closed to public addresses; the first endpoint also switches its data endpoints on",
    )


RULE = Rule(ID, HopName.ENDPOINT, judge, check)

"""`peering`: the endpoint is in another network, and the peering is missing, one-sided, disconnected or out of sync.

A disconnected side must be deleted and made again (azure-facts 4). Peering is not transitive; a route or gateway
that may carry the traffic makes the hop unknown.
"""

from __future__ import annotations

from remediator.core.arrivals import Arrival, arrivals, own_subnet
from remediator.core.change import Change, ChangeKind
from remediator.core.ends import consumer_side, endpoint_side
from remediator.core.filtering import Passage, passage
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.reach import Reach, Way, overlap
from remediator.core.resource_id import ResourceId
from remediator.core.rule import Rule
from remediator.core.snapshot import Network, Peering, Unknown

ID = "peering"
_FLAGS = {
    "allowVirtualNetworkAccess": True,
    "allowForwardedTraffic": False,
    "allowGatewayTransit": False,
    "useRemoteGateways": False,
}


def judge(leg: Leg) -> Judgement | None:
    """Ok when the addresses lie in the same or a connected network."""
    if not isinstance(leg.network, Network):
        return None
    found = arrivals(leg)
    if not found:
        return Judgement(Verdict.OK, "not asked: the name has a public answer")
    for arrival in found:
        way = arrival.way
        if way.way is Way.MAYBE and not (way.access_off and _decided_by_rules(leg, arrival)):
            return Judgement(Verdict.UNKNOWN, way.reason)
        if way.way in (Way.NONE, Way.PEERING_BROKEN):
            return _broken(leg, leg.network, arrival.endpoint.network, way)
    return Judgement(Verdict.OK, found[0].way.reason)


def _decided_by_rules(leg: Leg, arrival: Arrival) -> bool:
    """Whether a security rule of the consumer's subnet names the traffic, so that no service tag has to decide."""
    subnet = own_subnet(leg)
    if subnet is None or subnet.security_group is None:
        return False
    group = leg.snapshot.look_up(leg.snapshot.security_groups, subnet.security_group)
    if isinstance(group, Unknown) or group is None:
        return False
    there = endpoint_side(arrival, beside_endpoint=False)
    filtered = passage(group, consumer_side(leg, None), there, inbound=False)
    return filtered.passage is not Passage.UNKNOWN and not filtered.default


def _broken(leg: Leg, network: Network, remote: ResourceId, way: Reach) -> Judgement:
    bad = next((side for side in (way.ours, way.theirs) if side and not _whole(side)), None)
    present = bad or way.ours or way.theirs
    finding = Finding(
        rule=ID,
        target=present.id if present else network.id,
        severity=Severity.BROKEN,
        summary=f"{network.id.name} cannot reach {remote.name}, where the endpoint of {leg.host} is: {way.reason}",
        evidence=(_side(network.id, way.ours), _side(remote, way.theirs)),
        remedy=_remedy(leg, network, remote, way),
        advice="Peer the two networks, both sides; peering is not transitive.",
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, way.reason, finding)


def _side(network: ResourceId, side: Peering | None) -> str:
    return f"{network.name}: {side.id.name} is {side.state}, {side.sync}" if side else f"{network.name}: no peering"


def _whole(side: Peering) -> bool:
    return side.state.lower() == "connected" and side.sync.lower() == "fullyinsync"


def _remedy(leg: Leg, network: Network, remote: ResourceId, way: Reach) -> tuple[Change, ...]:
    other = leg.snapshot.look_up(leg.snapshot.networks, remote)
    if not isinstance(other, Network) or isinstance(other.peerings, Unknown) or overlap(network, other):
        return ()
    return (*_mend(network, other, way.ours), *_mend(other, network, way.theirs))


def _mend(here: Network, there: Network, side: Peering | None) -> tuple[Change, ...]:
    if side is None:
        return (_create(here, there, here.id.child("virtualNetworkPeerings", _name(here, there)), _FLAGS),)
    if side.state.lower() == "disconnected":
        flags = _flags(side)
        return (_delete(here, there, side, flags), _create(here, there, side.id, flags))
    if side.sync.lower() != "fullyinsync":
        return (_sync(here, there, side),)
    return ()


def _flags(side: Peering) -> dict[str, bool]:
    return {
        "allowVirtualNetworkAccess": side.allow_access,
        "allowForwardedTraffic": side.allow_forwarded,
        "allowGatewayTransit": side.allow_gateway_transit,
        "useRemoteGateways": side.use_remote_gateways,
    }


def _name(here: Network, there: Network) -> str:
    peerings = here.peerings if not isinstance(here.peerings, Unknown) else ()
    taken = {peering.id.name.lower() for peering in peerings}
    name = f"to-{there.id.name}"
    return name if name.lower() not in taken else f"{name}-{there.id.subscription[:8]}"


def _create(here: Network, there: Network, target: ResourceId, flags: dict[str, bool]) -> Change:
    return Change(
        kind=ChangeKind.CREATE_PEERING,
        target=target,
        summary=f"Peer {here.id.name} with {there.id.name} ({target.name})",
        before=None,
        after={"remote": there.id.text, **flags},
        rule=ID,
        reason="the endpoint is in the other network",
    )


def _delete(here: Network, there: Network, side: Peering, flags: dict[str, bool]) -> Change:
    return Change(
        kind=ChangeKind.DELETE_PEERING,
        target=side.id,
        summary=f"Delete the disconnected peering {side.id.name} of {here.id.name}",
        before={"remote": there.id.text, "state": side.state, **flags},
        after=None,
        rule=ID,
        reason="a disconnected peering carries nothing and cannot be connected again",
    )


def _sync(here: Network, there: Network, side: Peering) -> Change:
    return Change(
        kind=ChangeKind.UPDATE_PEERING,
        target=side.id,
        summary=f"Sync the peering {side.id.name} of {here.id.name} with the addresses of {there.id.name}",
        before={"remote": there.id.text, "sync": side.sync},
        after={"remote": there.id.text, "sync": "FullyInSync"},
        rule=ID,
        reason="the address space changed after the peering was made",
    )


RULE = Rule(ID, HopName.ROUTE, judge)

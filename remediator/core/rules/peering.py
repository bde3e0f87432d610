"""`peering`: the endpoint is in another network, and the peering is missing, one-sided, disconnected or out of sync.

A disconnected side must be deleted and made again (azure-facts 4). Peering is not transitive; a route or gateway
that may carry the traffic makes the hop unknown.
"""

from __future__ import annotations

from remediator.core.arrivals import Arrival, arrivals, own_subnet
from remediator.core.candidates import doubts, infrastructure_subnet
from remediator.core.desired import DesiredState
from remediator.core.ends import consumer_side, endpoint_side
from remediator.core.filtering import Passage, passage
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.peering_change import peer
from remediator.core.pull_path import HopName, Verdict
from remediator.core.reach import Reach, Way, reach
from remediator.core.resolver import way_to_server
from remediator.core.resource_id import ResourceId
from remediator.core.rule import Rule
from remediator.core.snapshot import Network, Peering, Snapshot, Unknown

ID = "peering"


def judge(leg: Leg) -> Judgement | None:
    """Ok when the addresses lie in the same or a connected network."""
    if isinstance(leg.network, Unknown):
        return Judgement(Verdict.UNKNOWN, f"its routes and security rules: {leg.network.reason}")
    if leg.network is None:
        return None
    found = arrivals(leg)
    if not found:
        return Judgement(Verdict.OK, "not asked: the name has a public answer")
    for arrival in found:
        way = arrival.way
        if way.way is Way.MAYBE and not (way.access_off and _decided_by_rules(leg, arrival)):
            return Judgement(Verdict.UNKNOWN, way.reason, _open(leg, leg.network, arrival) if way.ask else None)
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


def _open(leg: Leg, network: Network, arrival: Arrival) -> Finding:
    """What was read leaves it open whether the packets arrive: a person has to look, and nothing is planned."""
    remote, way = arrival.endpoint.network, arrival.way
    return Finding(
        rule=ID,
        target=_wrong_side(network, way),
        severity=Severity.UNKNOWN,
        summary=f"whether {network.id.name} reaches {remote.name}, where the endpoint of {leg.host} is, is not known: "
        f"{way.reason}",
        evidence=(_side(network.id, way.ours), _side(remote, way.theirs)),
        advice=f"{way.ask}: what it has to let through is TCP 443 to {arrival.address}.",
        paths=(leg.key,),
    )


def _broken(leg: Leg, network: Network, remote: ResourceId, way: Reach, what: str = "") -> Judgement:
    goal = what or f"the endpoint of {leg.host}"
    finding = Finding(
        rule=ID,
        target=_wrong_side(network, way),
        severity=Severity.BROKEN,
        summary=f"{network.id.name} cannot reach {remote.name}, where {goal} is: {way.reason}",
        evidence=(_side(network.id, way.ours), _side(remote, way.theirs)),
        # an endpoint that cannot be read may be nearer: no networks are joined for want of it
        remedy=() if doubts(leg) else peer(leg.snapshot, network, remote, ID),
        advice="Peer the two networks, both sides; peering is not transitive.",
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, way.reason, finding)


def _side(network: ResourceId, side: Peering | None) -> str:
    if side is None:
        return f"{network.name}: no peering"
    access = "" if side.allow_access else ", allowVirtualNetworkAccess off"
    return f"{network.name}: {side.id.name} is {side.state}, {side.sync}{access}"


def _whole(side: Peering) -> bool:
    return side.state.lower() == "connected" and side.sync.lower() == "fullyinsync"


def check(desired: DesiredState, snapshot: Snapshot) -> tuple[Finding, ...]:
    """A risk for each peering between a network with an environment and one with an endpoint that is not whole."""
    homes = {e.network for e in snapshot.environments.values() if e.network}
    found: dict[tuple[str, str], Finding] = {}
    for rid in dict.fromkeys(endpoint.network for endpoint in snapshot.endpoints.values()):
        hub = snapshot.networks.get(rid)
        for peering in hub.peerings if hub and not isinstance(hub.peerings, Unknown) else ():
            network = snapshot.networks.get(peering.remote)
            if network is not None and peering.remote in homes:
                way = reach(snapshot, network, rid, None, "")
                if way.way is Way.PEERING_BROKEN:
                    finding = _risk(network, rid, way)
                    found[finding.key] = finding
    return tuple(found.values())


def _risk(network: Network, remote: ResourceId, way: Reach) -> Finding:
    return Finding(
        rule=ID,
        target=_wrong_side(network, way),
        severity=Severity.RISK,
        summary=f"{network.id.name} does not reach the endpoints in {remote.name}: {way.reason}",
        evidence=(_side(network.id, way.ours), _side(remote, way.theirs)),
        advice="Peer the two networks, both sides; peering is not transitive.",
    )


def _wrong_side(network: Network, way: Reach) -> ResourceId:
    """The peering that is wrong, or the network where there is none."""
    bad = next((side for side in (way.ours, way.theirs) if side and not _whole(side)), None)
    present = bad or way.ours or way.theirs
    return present.id if present else network.id


def judge_server(leg: Leg) -> Judgement | None:
    """Broken when the network's DNS server stands behind a peering that is not whole: no name is answered then."""
    home = leg.silent_server
    if home is None or not isinstance(leg.network, Network):
        return None
    way = way_to_server(leg.snapshot, leg.network, home, leg.network.dns_servers[0], infrastructure_subnet(leg))
    return _broken(leg, leg.network, home, way, f"its DNS server {leg.network.dns_servers[0]}")


RULE = Rule(ID, HopName.ROUTE, judge, check, ((HopName.RESOLVER, judge_server),))

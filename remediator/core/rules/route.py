"""`route`: a route table takes the traffic elsewhere or drops it.

An appliance or a gateway may forward it: that is unknown, and nothing is planned (house, section 5).
"""

from __future__ import annotations

from remediator.core.arrivals import Arrival, arrivals, ends_in_public, own_subnet
from remediator.core.egress_of import firewall_at
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.resolver import asks_azure_dns
from remediator.core.routing import Turn, Turned, private_turn, public_turn, server_turn
from remediator.core.rule import Rule
from remediator.core.snapshot import Network, Subnet, Unknown

ID = "route"


def judge(leg: Leg) -> Judgement | None:
    """Nothing to say where Azure's own routes lead straight there."""
    subnet = own_subnet(leg)
    if subnet is None:
        return None
    for arrival in arrivals(leg):
        place = _place(leg, arrival)
        turned = private_turn(
            leg.snapshot,
            subnet,
            arrival.address,
            leg.snapshot.networks.get(arrival.endpoint.network),
            place,
            near=arrival.near,
        )
        if isinstance(turned, Unknown):
            return Judgement(Verdict.UNKNOWN, turned.reason)
        if turned.turn is not Turn.STRAIGHT:
            return _turned(leg, subnet, turned, f"{arrival.host} ({arrival.address})")
    return _in_public(leg, leg.network, subnet) if ends_in_public(leg) and isinstance(leg.network, Network) else None


def _place(leg: Leg, arrival: Arrival) -> Subnet | None:
    network = leg.snapshot.networks.get(arrival.endpoint.network)
    return network.subnet(arrival.endpoint.subnet) if network else None


def _in_public(leg: Leg, network: Network, subnet: Subnet) -> Judgement | None:
    turned = public_turn(leg.snapshot, subnet)
    if isinstance(turned, Unknown):
        return Judgement(Verdict.UNKNOWN, turned.reason)
    if turned.turn is Turn.STRAIGHT or (
        turned.turn is Turn.APPLIANCE and firewall_at(leg.snapshot, network, turned.route)
    ):
        return None
    return _turned(leg, subnet, turned, f"{leg.host} (public)")


def _turned(leg: Leg, subnet: Subnet, turned: Turned, goal: str) -> Judgement:
    route, table = turned.route, turned.table
    name = route.name if route else "a route"
    prefix = route.prefix if route else ""
    hop = route.next_hop if route else ""
    at = f" at {route.next_hop_address}" if route and route.next_hop_address else ""
    broken = turned.turn in (Turn.DROPPED, Turn.LOST)
    does = {
        Turn.DROPPED: "drops the traffic",
        Turn.LOST: "sends the traffic to the internet, where a private address is lost",
    }.get(turned.turn, f"sends the traffic to a {hop}{at}, which may or may not forward it")
    detail = f"the route {name} ({prefix}) of {subnet.id.name} {does} for {goal}"
    base = table or subnet.id
    finding = Finding(
        rule=ID,
        target=base.child("routes", name) if table else base,
        severity=Severity.BROKEN if broken else Severity.UNKNOWN,
        summary=detail,
        evidence=(f"{base.name}: {name} {prefix} → {hop}{at}",),
        advice=(
            "Take the route out, or let its next hop lead to the endpoint: a route table is its owner's decision."
            if broken
            else f"Ask the owner of the {hop}{at} whether it forwards port 443 to {goal}, and look there."
        ),
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN if broken else Verdict.UNKNOWN, detail, finding)


def judge_server(leg: Leg) -> Judgement | None:
    """Broken when a route takes what the network asks its own DNS server away: no name is answered then."""
    subnet = own_subnet(leg)
    if subnet is None or not isinstance(leg.network, Network) or asks_azure_dns(leg.network):
        return None
    found = None
    for server in reversed(leg.network.dns_servers):
        turned = server_turn(leg.snapshot, leg.network, subnet, server)
        if isinstance(turned, Unknown) or turned.turn not in (Turn.DROPPED, Turn.LOST):
            return None
        found = _turned(leg, subnet, turned, f"its DNS server {server}")
    return found


RULE = Rule(ID, HopName.ROUTE, judge, elsewhere=((HopName.RESOLVER, judge_server),))

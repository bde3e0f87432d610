"""`network-security`: a security group drops the traffic to the endpoint, or to the registry's public address.

Judged are the outbound rules of the consumer's subnet, and the inbound rules of the endpoint's subnet where its network
policies for private endpoints are on (azure-facts 4). Rules are somebody's decision: nothing is planned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from remediator.core.arrivals import Arrival, arrivals, ends_in_public, own_subnet
from remediator.core.ends import consumer_side, endpoint_side, public_side, storage_side
from remediator.core.filtering import Filtered, Passage, Side, passage
from remediator.core.finding import Finding, Severity
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.rule import Rule
from remediator.core.snapshot import Network, Registry, Subnet, Unknown

ID = "network-security"
_INBOUND_ON = frozenset({"enabled", "networksecuritygroupenabled"})


@dataclass(frozen=True, slots=True)
class _Gate:
    """A group on the way, what it makes of the traffic, and where that was going."""

    group: ResourceId
    inbound: bool
    filtered: Filtered | Unknown
    goal: str


def judge(leg: Leg) -> Judgement | None:
    """Nothing to say where every group lets the traffic pass."""
    for gate in _gates(leg):
        if isinstance(gate.filtered, Unknown):
            return Judgement(Verdict.UNKNOWN, gate.filtered.reason)
        if gate.filtered.passage is Passage.UNKNOWN:
            words = f"whether the rule {gate.filtered.rule} of {gate.group.name} lets traffic to {gate.goal} pass"
            return Judgement(Verdict.UNKNOWN, f"{words} is not known")
        if gate.filtered.passage is Passage.DROPPED:
            return _dropped(leg, gate, gate.filtered)
    return None


def _gates(leg: Leg) -> Iterator[_Gate]:
    subnet = own_subnet(leg)
    for arrival in arrivals(leg):
        goal = f"{arrival.host} ({arrival.address})"
        there = endpoint_side(arrival, beside_endpoint=False)
        yield from _asked(leg, subnet, consumer_side(leg, None), there, goal, inbound=False)
        place = _place(leg, arrival)
        if isinstance(place, Unknown):
            yield _Gate(arrival.endpoint.network, True, place, goal)
        elif place.endpoint_policies.lower() in _INBOUND_ON:
            there = endpoint_side(arrival, beside_endpoint=True)
            yield from _asked(leg, place, consumer_side(leg, arrival), there, goal, inbound=True)
    if subnet is not None and ends_in_public(leg):
        goal = f"{leg.host} in public"
        here = consumer_side(leg, None)
        yield from _asked(leg, subnet, here, public_side(leg), goal, inbound=False)
        if isinstance(leg.registry, Registry) and not leg.registry.data_endpoint_enabled:
            goal = f"the storage behind {leg.host}"
            yield from _asked(leg, subnet, here, storage_side(leg), goal, inbound=False)


def _place(leg: Leg, arrival: Arrival) -> Subnet | Unknown:
    network = leg.snapshot.look_up(leg.snapshot.networks, arrival.endpoint.network)
    found = network.subnet(arrival.endpoint.subnet) if isinstance(network, Network) else None
    why = network.reason if isinstance(network, Unknown) else f"{arrival.endpoint.subnet.name} is not there"
    return found or Unknown(f"whether a security group guards {arrival.endpoint.id.name}: {why}")


def _asked(leg: Leg, subnet: Subnet | None, here: Side, there: Side, goal: str, *, inbound: bool) -> Iterator[_Gate]:
    if subnet is None or subnet.security_group is None:
        return
    group = leg.snapshot.look_up(leg.snapshot.security_groups, subnet.security_group)
    if isinstance(group, Unknown):
        yield _Gate(subnet.security_group, inbound, group, goal)
    elif group is not None:
        yield _Gate(group.id, inbound, passage(group, here, there, inbound=inbound), goal)


def _dropped(leg: Leg, gate: _Gate, filtered: Filtered) -> Judgement:
    direction = "inbound" if gate.inbound else "outbound"
    detail = f"the {direction} rule {filtered.rule} of {gate.group.name} drops the traffic to {gate.goal}"
    finding = Finding(
        rule=ID,
        target=gate.group if filtered.default else gate.group.child("securityRules", filtered.rule),
        severity=Severity.BROKEN,
        summary=f"{gate.group.name} drops what {leg.consumer.id.name} sends to {gate.goal} ({filtered.rule})",
        evidence=(
            f"{gate.group.name}: no {direction} rule before {filtered.rule} lets TCP 443 to {gate.goal} pass",
            f"{leg.consumer.id.name} sends from {_from(leg)}",
        ),
        advice=f"Let the group's owner allow TCP 443 from {_from(leg)} to {gate.goal}, before {filtered.rule}.",
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, detail, finding)


def _from(leg: Leg) -> str:
    subnet = own_subnet(leg)
    return f"{subnet.id.name} ({', '.join(subnet.prefixes)})" if subnet else "its subnet"


RULE = Rule(ID, HopName.ROUTE, judge)

"""Where do a leg's connections go, and over which networks?

One arrival for each address that a name answers with. Called by the rules of the route hop; whether a peering, a route
or a security group stops the traffic is theirs to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from remediator.core.answers import answers, owner_of
from remediator.core.candidates import infrastructure_subnet
from remediator.core.leg import Leg
from remediator.core.reach import Reach, Way, reach
from remediator.core.resolution import AnswerKind
from remediator.core.snapshot import Network, PrivateEndpoint, Subnet


@dataclass(frozen=True, slots=True)
class Arrival:
    """An address of an approved endpoint, and the way to its network."""

    host: str
    address: str
    endpoint: PrivateEndpoint
    way: Reach

    @property
    def near(self) -> bool:
        """Whether the endpoint is in the same network or in one that is peered."""
        return self.way.way in (Way.SAME, Way.PEERED) or self.way.access_off


@lru_cache(maxsize=16)
def arrivals(leg: Leg) -> tuple[Arrival, ...]:
    """The private arrivals of a leg, in the order of its names."""
    if not isinstance(leg.network, Network):
        return ()
    found = []
    for answer in answers(leg):
        for address in answer.addresses if answer.kind is AnswerKind.PRIVATE else ():
            owner = owner_of(leg, answer.host, address)
            if owner is not None:
                subnet = infrastructure_subnet(leg)
                way = reach(leg.snapshot, leg.network, owner.network, subnet, address, owner.subnet)
                found.append(Arrival(answer.host, address, owner, way))
    return tuple(found)


def ends_in_public(leg: Leg) -> bool:
    """Whether one of the registry's names has a public answer there."""
    return any(answer.kind is AnswerKind.PUBLIC for answer in answers(leg))


def own_subnet(leg: Leg) -> Subnet | None:
    """The subnet that the consumer's packets leave from, None where it is not known."""
    rid = infrastructure_subnet(leg)
    return leg.network.subnet(rid) if rid and isinstance(leg.network, Network) else None

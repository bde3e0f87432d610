"""Which private endpoints of the registry could serve a leg, the best one first?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from remediator.core.cloud import record_in
from remediator.core.leg import Leg
from remediator.core.reach import Reach, Way, holders, reach
from remediator.core.resolution import AnswerKind, resolve
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import (
    EndpointConnection,
    Environment,
    Network,
    PrivateEndpoint,
    PrivateZone,
    Registry,
    Snapshot,
    Unknown,
)

_PREFERENCE = (Way.SAME, Way.PEERED, Way.PEERING_BROKEN, Way.MAYBE, Way.NONE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An endpoint, its connection's status on the registry, and how the consumer's network reaches it.

    `named` says that the consumer's DNS already answers with one of its addresses, `kept` that an approved endpoint has
    its records in the zone that the consumer's DNS asks, or should have: another endpoint's would overwrite them there
    (azure-facts 3.4).
    """

    endpoint: PrivateEndpoint
    status: str
    connection: ResourceId | None
    reach: Reach
    named: bool
    kept: bool = False

    @property
    def approved(self) -> bool:
        """Whether the registry's owner let it in."""
        return self.status.lower() == "approved"

    @property
    def connectable(self) -> bool:
        """Whether the network could reach it: there is a way, a broken way, perhaps one, or DNS points there."""
        return self.reach.way is not Way.NONE or self.meant

    @property
    def meant(self) -> bool:
        """Whether the zone that the consumer's DNS asks leads to it, or should."""
        return self.named or self.kept

    @property
    def firm(self) -> bool:
        """Whether it is more than a route or gateway that may lead anywhere."""
        return self.reach.firm or self.meant

    @property
    def close(self) -> bool:
        """Whether it is firm, and not only by an appliance that could lead there."""
        return self.firm and (self.meant or not self.reach.transit)


def infrastructure_subnet(leg: Leg) -> ResourceId | None:
    """The subnet that the consumer's packets leave from."""
    return leg.environment.subnet if isinstance(leg.environment, Environment) else None


@lru_cache(maxsize=16)
def candidates(leg: Leg) -> tuple[Candidate, ...]:
    """The endpoints of the leg's registry that are known, those that serve best first."""
    if not isinstance(leg.registry, Registry) or not isinstance(leg.network, Network):
        return ()
    registry, network = leg.registry, leg.network
    answer = resolve(leg.snapshot, registry, network, leg.name)
    named = set(answer.addresses) if answer.kind is AnswerKind.PRIVATE else set()
    found = []
    for endpoint in leg.snapshot.endpoints_of(registry.id):
        status, connection = _status(registry, endpoint)
        address = endpoint.address_of(leg.name) or ""
        way = reach(leg.snapshot, network, endpoint.network, infrastructure_subnet(leg), address, endpoint.subnet)
        ours = not address or means(leg.snapshot, network, endpoint, address)
        there = bool(address) and address in named and ours
        kept = ours and status.lower() == "approved" and answer.zone is not None and _keeps(endpoint, answer.zone)
        found.append(Candidate(endpoint, status, connection, way, there, kept))
    return tuple(sorted(found, key=_rank))


def means(snapshot: Snapshot, network: Network, endpoint: PrivateEndpoint, address: str) -> bool:
    """Whether an address means this endpoint to a network: not where a nearer network holds the same address."""
    near = holders(snapshot, network, address)
    return not near or endpoint.network in near


def _keeps(endpoint: PrivateEndpoint, zone: PrivateZone) -> bool:
    """Whether a zone group of the endpoint writes to the zone, or records of its names there have its addresses."""
    groups = () if isinstance(endpoint.zone_groups, Unknown) else endpoint.zone_groups
    if any(group.writes_to(zone.id) for group in groups):
        return True
    for member in () if isinstance(endpoint.addresses, Unknown) else endpoint.addresses:
        records = (zone.record(record_in(host, zone.name)) for host in member.hosts)
        if any(record is not None and member.address in record.addresses for record in records):
            return True
    return False


def _rank(candidate: Candidate) -> tuple[bool, bool, int, bool, str]:
    return (
        not candidate.approved,
        not candidate.named,
        _PREFERENCE.index(candidate.reach.way),
        not candidate.kept,
        candidate.endpoint.id.key,
    )


def _status(registry: Registry, endpoint: PrivateEndpoint) -> tuple[str, ResourceId | None]:
    if not isinstance(registry.connections, Unknown):
        for connection in registry.connections:
            if connection.endpoint == endpoint.id:
                return connection.status, connection.id
    target = endpoint.target(registry.id)
    return (target.status if target else ""), None


def unread_connection(leg: Leg) -> EndpointConnection | None:
    """A connection that is not approved and whose endpoint exists and may not be read: it may stand right here."""
    registry = leg.registry
    if not isinstance(registry, Registry) or isinstance(registry.connections, Unknown):
        return None
    waiting = (c for c in registry.connections if c.status.lower() != "approved" and c.endpoint is not None)
    return next((c for c in waiting if c.endpoint in leg.snapshot.unreadable), None)


def doubts(leg: Leg) -> tuple[Unknown, ...]:
    """Why there may be an approved endpoint that we do not see."""
    if not isinstance(leg.registry, Registry):
        return (leg.registry,)
    return unseen(leg.snapshot, leg.registry)


def unseen(snapshot: Snapshot, registry: Registry) -> tuple[Unknown, ...]:
    """Why a registry may have an approved endpoint that was not read, one reason each."""
    if isinstance(registry.connections, Unknown):
        return (registry.connections,)
    found = []
    for connection in registry.connections:
        if connection.status.lower() != "approved" or connection.endpoint is None:
            continue
        endpoint = snapshot.look_up(snapshot.endpoints, connection.endpoint)
        if isinstance(endpoint, Unknown):
            found.append(Unknown(f"the approved endpoint {connection.endpoint.name}: {endpoint.reason}"))
    return tuple(found)

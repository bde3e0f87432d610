"""Where would a new private endpoint for a leg go, and if nowhere, what is in the way?"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from remediator.core.leg import Leg, legs_to
from remediator.core.reach import Way, peered_with, reach
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Network, PrivateEndpoint, Registry, Snapshot, Subnet, Unknown

# Azure keeps five addresses of each subnet for itself (azure-facts 4).
RESERVED = 5
_OTHERS = frozenset(
    name.lower()
    for name in (
        "GatewaySubnet",
        "AzureFirewallSubnet",
        "AzureFirewallManagementSubnet",
        "AzureBastionSubnet",
        "RouteServerSubnet",
    )
)
_SPOKEN_FOR = ("endpoint", "privatelink", "private-link", "-pe", "pe-")


@dataclass(frozen=True, slots=True)
class Place:
    """A subnet that can take the endpoint."""

    network: Network
    subnet: Subnet


@dataclass(frozen=True, slots=True)
class NoPlace:
    """Why there is none; `subnet` is the one that comes nearest, None when the network has no other subnet."""

    reason: str
    subnet: Subnet | None = None
    unknown: bool = False


def addresses_needed(registry: Registry) -> int | Unknown:
    """One for the login name, one per region for data, one per regional endpoint (azure-facts 1.5)."""
    if isinstance(registry.regions, Unknown):
        return registry.regions
    return 1 + max(1, len(registry.regions)) + len(registry.regional_hosts)


def free_addresses(subnet: Subnet) -> int | Unknown:
    """How many addresses a subnet can still give."""
    if isinstance(subnet.used, Unknown):
        return subnet.used
    sizes = [ipaddress.ip_network(prefix, strict=False) for prefix in subnet.prefixes]
    return sum(net.num_addresses - RESERVED for net in sizes if net.version == 4) - subnet.used


def place_for(leg: Leg) -> Place | NoPlace:
    """The best subnet: declared, else where it serves the most broken consumers, else in the consumer's network."""
    if not isinstance(leg.network, Network) or not isinstance(leg.registry, Registry):
        return NoPlace("the consumer's network is not known", unknown=True)
    need = addresses_needed(leg.registry)
    if isinstance(need, Unknown):
        return NoPlace(need.reason, unknown=True)
    declared = _declared(leg)
    networks = declared or sorted(_near(leg, leg.network), key=lambda n: (-_served(leg, n), n.id != _id(leg), n.id.key))
    refusals: list[NoPlace] = []
    wanted = {placement.subnet for placement in leg.intent.placements}
    for network in networks:
        subnets = [s for s in network.subnets if not declared or s.id in wanted]
        found = _best(leg.snapshot, subnets, need)
        if isinstance(found, Subnet):
            return Place(network, found)
        refusals.append(found)
    own = next((r for r in refusals if r.subnet and r.subnet.id.within(_id(leg))), None)
    return own or (refusals[0] if refusals else NoPlace("no network that the consumer reaches is known"))


def place_of(leg: Leg, dead: PrivateEndpoint) -> Place | NoPlace:
    """Where another endpoint would go once this one is deleted: into its subnet, else where `place_for` says."""
    network = leg.snapshot.networks.get(dead.network)
    subnet = network.subnet(dead.subnet) if network else None
    need = addresses_needed(leg.registry) if isinstance(leg.registry, Registry) else leg.registry
    free = free_addresses(subnet) if subnet else None
    if (
        network is None
        or subnet is None
        or subnet.delegations
        or isinstance(need, Unknown)
        or not isinstance(free, int)
    ):
        return place_for(leg)
    freed = 0 if isinstance(dead.addresses, Unknown) else len(dead.addresses)
    return Place(network, subnet) if free + freed >= need else place_for(leg)


def _id(leg: Leg) -> ResourceId:
    return leg.network.id if isinstance(leg.network, Network) else leg.consumer.id


def _declared(leg: Leg) -> list[Network]:
    found = []
    for placement in leg.intent.placements:
        parent = placement.subnet.parent
        network = leg.snapshot.networks.get(parent) if parent else None
        if network is None or not isinstance(leg.network, Network):
            continue
        if reach(leg.snapshot, leg.network, network.id, None, "").way in (Way.SAME, Way.PEERED):
            found.append(network)
    return found


def _near(leg: Leg, own: Network) -> list[Network]:
    peered = (leg.snapshot.networks.get(rid) for rid in peered_with(leg.snapshot, own))
    return [own, *sorted((n for n in peered if n is not None), key=lambda n: n.id.key)]


def _served(leg: Leg, network: Network) -> int:
    """How many networks that need this registry privately an endpoint in `network` would serve."""
    served = set()
    for other in legs_to(leg.desired, leg.snapshot, leg.host):
        if not isinstance(other.network, Network) or not other.needs_private:
            continue
        if reach(leg.snapshot, other.network, network.id, None, "").way in (Way.SAME, Way.PEERED):
            served.add(other.network.id)
    return len(served)


def _best(snapshot: Snapshot, subnets: list[Subnet], need: int) -> Subnet | NoPlace:
    infrastructure = {e.subnet for e in snapshot.environments.values() if e.subnet}
    usable, refused = [], []
    for subnet in subnets:
        why = _refusal(subnet, need, infrastructure)
        if why is None:
            usable.append(subnet)
        elif why.subnet is not None:
            refused.append(why)
    if usable:
        return min(usable, key=lambda s: (not _spoken_for(snapshot, s), s.id.key))
    if refused:
        # A subnet that is merely full, or meant for endpoints, says more than one that belongs to a service.
        return min(
            refused, key=lambda r: (bool(r.subnet and r.subnet.delegations), r.subnet.id.key if r.subnet else "")
        )
    return NoPlace("the network has no subnet that could hold a private endpoint")


def _refusal(subnet: Subnet, need: int, infrastructure: set[ResourceId]) -> NoPlace | None:
    if subnet.id in infrastructure or subnet.id.name.lower() in _OTHERS:
        return NoPlace("it belongs to a service", None)
    if subnet.delegations:
        return NoPlace(f"{subnet.id.name} is delegated to {subnet.delegations[0]}", subnet)
    free = free_addresses(subnet)
    if isinstance(free, Unknown):
        return NoPlace(free.reason, subnet, unknown=True)
    if free < need:
        return NoPlace(f"{subnet.id.name} has {max(free, 0)} free addresses, {need} are needed", subnet)
    return None


def _spoken_for(snapshot: Snapshot, subnet: Subnet) -> bool:
    name = subnet.id.name.lower()
    held = any(endpoint.subnet == subnet.id for endpoint in snapshot.endpoints.values())
    return held or any(word in name for word in _SPOKEN_FOR)

"""Who stands at a route's next hop, where, and what it does with traffic.

A test says it by hand (`azure.appliances`: address → "forward" or "drop"); else an Azure Firewall with that address
forwards everything (its own rules are not read); anybody else is unknown and drops. A gateway carries what its network
and the networks that use it have. Called by `reach` and `egress`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from remediator.sandbox import places
from remediator.sandbox.arm_id import parent_of, same
from remediator.sandbox.places import Place
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World

FIREWALLS = "microsoft.network/azurefirewalls"
GATEWAYS = "microsoft.network/virtualnetworkgateways"


@dataclass(frozen=True)
class Appliance:
    """Something at a next hop: where it stands (None: nobody knows), whether it forwards, its public addresses."""

    place: Place | None
    forwards: bool
    public: tuple[str, ...] = ()


def public_addresses(world: World, references: list[Body]) -> tuple[str, ...]:
    """The IPv4 addresses of public address resources, in order."""
    bodies = [world.state.get(reference.get("id")) for reference in references]
    found = [str((body or {}).get("properties", {}).get("ipAddress") or "") for body in bodies]
    return tuple(address for address in found if address and ":" not in address)


def _parts(firewall: Body) -> list[Body]:
    return [part["properties"] for part in firewall["properties"].get("ipConfigurations") or []]


def _firewalls(world: World, address: str) -> Iterator[Appliance]:
    for firewall in world.state.of_type(FIREWALLS):
        for part in _parts(firewall):
            network = world.state.get(parent_of(str((part.get("subnet") or {}).get("id", ""))))
            if part.get("privateIPAddress") == address and network is not None:
                references = [one["publicIPAddress"] for one in _parts(firewall) if one.get("publicIPAddress")]
                yield Appliance(places.place_in(world, network, address), True, public_addresses(world, references))


def at(world: World, source: Place, address: str) -> Appliance | None:
    """The appliance that a route of this place leads to; None when nobody is known, or it is out of reach.

    Where several networks have the address, the one counts that the place is in or joined with.
    """
    said = world.appliances.get(address)
    firewalls = [one for one in _firewalls(world, address) if one.place and places.joined(world, source, one.place)]
    if said is None:
        return firewalls[0] if firewalls else None
    known = places.networks_with(world, address)
    near = [places.place_in(world, network, address) for network in known]
    near = [place for place in near if places.joined(world, source, place)]
    if known and not near:
        return None
    return Appliance(near[0] if near else None, said == "forward", firewalls[0].public if firewalls else ())


def delivers(world: World, appliance: Appliance, target: Place) -> bool:
    """Does the appliance bring traffic to a place: its own network, or one joined with it?"""
    if not appliance.forwards:
        return False
    return appliance.place is None or places.joined(world, appliance.place, target)


def through_gateway(world: World, source: Place, target: Place) -> bool:
    """Does a virtual network gateway carry traffic between two places?

    Both must be its own network or use it: `useRemoteGateways` on their side, `allowGatewayTransit` on the gateway's.
    """
    for gateway in world.state.of_type(GATEWAYS):
        for part in gateway["properties"].get("ipConfigurations") or []:
            home = parent_of(str((part["properties"].get("subnet") or {}).get("id", "")))
            if all(_uses(world, place, home) for place in (source, target)):
                return True
    return False


def _uses(world: World, place: Place, home: str) -> bool:
    if same(place.network["id"], home):
        return True
    return any(
        same((ours["properties"].get("remoteVirtualNetwork") or {}).get("id"), home)
        and ours["properties"].get("useRemoteGateways") is True
        and theirs["properties"].get("allowGatewayTransit") is True
        for ours, theirs in places.peerings(world, place.network)
    )

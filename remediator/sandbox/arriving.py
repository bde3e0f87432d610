"""Where one host name leads an environment: the address that it gets, and what stands in the way there.

Called by `pulling` for the login name and for the name that layers come from.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from remediator.sandbox import egress, places, private_link, reach, resolving
from remediator.sandbox.arm_id import parent_of, same
from remediator.sandbox.places import Place
from remediator.sandbox.resolving import Resolution
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World

NICS = "microsoft.network/networkinterfaces"


@dataclass(frozen=True)
class Arrival:
    """The end of a way: `stage` is where it stopped (empty: it arrived) and `trouble` how.

    `trouble` is `nxdomain`, `unanswered` (no DNS server), `timeout`, `eof` or `denied`; `client` the public address
    that was refused.
    """

    host: str
    address: str
    stage: str
    trouble: str
    steps: tuple[str, ...]
    server: str
    client: str = ""


def subnet_of(world: World, environment: Body) -> Body | None:
    """The environment's own subnet; None when it runs in Microsoft's network."""
    configured = environment["properties"].get("vnetConfiguration") or {}
    return world.state.get(configured.get("infrastructureSubnetId"))


def place_of(world: World, environment: Body) -> Place | None:
    """Where an environment stands; None when it runs in Microsoft's network."""
    subnet = subnet_of(world, environment)
    return places.place_of_subnet(world, subnet) if subnet is not None else None


def arrive(world: World, environment: Body, host: str, tags: frozenset[str], registry: Body | None = None) -> Arrival:
    """Follow a host name to its end; `tags` are the service tags of its public address (lower case).

    With a registry, private addresses are its endpoints' and its firewall guards the public side.
    """
    here = place_of(world, environment)
    answer = resolving.resolve(world, None, host, here)
    if answer.timed_out:
        return _ended(answer, "", "resolver", "unanswered", ())
    if answer.nxdomain:
        return _ended(answer, "", "record", "nxdomain", ())
    if not answer.private:
        return _publicly(world, environment, here, answer, tags, registry)
    found = [_privately(world, here, answer, address, registry) for address in answer.addresses]
    return next((one for one in found if one.trouble != "timeout"), found[0])


def _ended(answer: Resolution, address: str, stage: str, trouble: str, more: tuple[str, ...]) -> Arrival:
    return Arrival(answer.name, address, stage, trouble, (*answer.steps, *more), answer.server)


def _interfaces(world: World, address: str) -> list[tuple[Body, Place]]:
    """Network interfaces with an address, and where they are."""
    found = []
    for nic in world.state.of_type(NICS):
        for part in nic["properties"].get("ipConfigurations") or []:
            if part["properties"].get("privateIPAddress") != address:
                continue
            subnet = world.state.get((part["properties"].get("subnet") or {}).get("id"))
            network = world.state.get(parent_of(subnet["id"])) if subnet is not None else None
            if subnet is not None and network is not None:
                found.append((nic, Place(network, subnet, (ipaddress.IPv4Network(address),))))
    return found


def _privately(world: World, here: Place | None, answer: Resolution, address: str, registry: Body | None) -> Arrival:
    """At a private address; where several networks have it, the one counts that can be reached."""
    if here is None:
        return _ended(answer, address, "route", "timeout", (f"route: {address} is private, and this is the internet",))
    words = f"nothing that is known has {address}"
    for nic, place in _interfaces(world, address):
        way = reach.to_endpoint(world, here, place)
        words = way.words
        if way.open:
            stage, trouble = _behind(world, nic, registry)
            return _ended(answer, address, stage, trouble, (f"route: {words}", *_say(nic, stage)))
    return _ended(answer, address, "route", "timeout", (f"route: {words}",))


def _say(nic: Body, stage: str) -> tuple[str, ...]:
    if stage == "route":
        return (f"endpoint: {nic['name']} belongs to somebody else",)
    return (f"endpoint: the connection of {nic['name']} is not approved",) if stage else ()


def _behind(world: World, nic: Body, registry: Body | None) -> tuple[str, str]:
    """Stage and trouble at an interface that answers."""
    endpoint = world.state.get((nic["properties"].get("privateEndpoint") or {}).get("id"))
    owner = private_link.registry_of(world, endpoint) if endpoint is not None else None
    if endpoint is None or owner is None or registry is None or not same(owner["id"], registry["id"]):
        return "route", "eof"
    connection = private_link.connection_of(world, endpoint)
    state = (connection or {}).get("properties", {}).get("privateLinkServiceConnectionState") or {}
    return ("", "") if state.get("status") == "Approved" else ("endpoint", "timeout")


def _publicly(
    world: World,
    environment: Body,
    here: Place | None,
    answer: Resolution,
    tags: frozenset[str],
    registry: Body | None,
) -> Arrival:
    address = answer.addresses[0]
    way = reach.to_internet(world, here, address, tags) if here is not None else reach.OPEN
    if not way.open:
        return _ended(answer, address, "route", "timeout", (f"route: {way.words}",))
    if registry is None:
        return _ended(answer, address, "", "", (f"route: {way.words}",))
    clients = egress.of_environment(world, environment, subnet_of(world, environment), way)
    client = egress.refused(registry, clients)
    if not client:
        return _ended(answer, address, "", "", (f"route: {way.words}", "firewall: open"))
    steps = (*answer.steps, f"route: {way.words}", f"firewall: {client} is refused")
    return Arrival(answer.name, address, "firewall", "denied", steps, answer.server, client)

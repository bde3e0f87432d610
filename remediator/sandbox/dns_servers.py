"""Who answers at the address of a DNS server, seen from one place.

A test says it by hand (`azure.forwarders`). Else: the inbound endpoint of a DNS Private Resolver, or a machine in a
known network, answers as Azure DNS does in that network (the machine is taken to forward to 168.63.129.16), provided
that routes lead there; where several known networks have the address, the one counts that the asker can reach. A
server that cannot be reached does not answer. Anybody else answers from public DNS. Called by `resolving`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from remediator.sandbox import places, reach
from remediator.sandbox.arm_id import parent_of, same
from remediator.sandbox.places import Place
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World

AZURE_DNS = "168.63.129.16"
INBOUND = "microsoft.network/dnsresolvers/inboundendpoints"


@dataclass(frozen=True)
class Server:
    """What answers: `azure` with the network whose links count, `public`, or `dead`; `words` for people."""

    kind: str
    words: str
    network: Body | None = None


def custom(network: Body) -> list[str]:
    """The DNS servers that a network names; none when it leaves that to Azure."""
    return [str(one) for one in (network["properties"].get("dhcpOptions") or {}).get("dnsServers") or []]


def behind(world: World, asker: Place, address: str) -> Server:
    """Who answers at an address when a machine in `asker` asks."""
    said = world.forwarders.get(address)
    if said is not None:
        return _said(world, address, said)
    if address == AZURE_DNS:
        return Server("azure", f"Azure DNS for {asker.network['name']}", asker.network)
    candidates = list(_candidates(world, address))
    for network, what in candidates:
        place = places.place_in(world, network, address)
        if same(network["id"], asker.network["id"]) or places.joined(world, asker, place):
            way = reach.carried(world, asker, place)
            return _known(network, what, address) if way.open else Server("dead", f"{address}: {way.words}")
    for network, what in candidates:
        if reach.carried(world, asker, places.place_in(world, network, address)).open:
            return _known(network, what, address)
    if candidates:
        return Server("dead", f"{address} is in {candidates[0][0]['name']}, where {asker.network['name']} cannot reach")
    if ":" in address or not places.is_private(address):
        return Server("public", f"{address} answers from public DNS")
    return Server("public", f"{address} is in no known network, it answers from public DNS")


def _known(network: Body, what: str, address: str) -> Server:
    return Server("azure", f"{address} is {what} in {network['name']}", network)


def _said(world: World, address: str, said: str) -> Server:
    kind, _, network_id = said.partition(":")
    network = world.state.get(network_id) if kind == "azure" else None
    if kind == "azure" and network is not None:
        return Server("azure", f"{address} forwards to Azure DNS in {network['name']}", network)
    if kind == "public":
        return Server("public", f"{address} answers from public DNS")
    return Server("dead", f"{address} does not answer")


def _candidates(world: World, address: str) -> Iterator[tuple[Body, str]]:
    """Networks in which something may have the address; resolvers' endpoints first."""
    for endpoint in world.state.of_type(INBOUND):
        for part in endpoint["properties"].get("ipConfigurations") or []:
            network = _network_of(world, endpoint, part)
            if part.get("privateIpAddress") == address and network is not None:
                yield network, "an inbound endpoint"
    if ipaddress.ip_address(address).version == 4:
        for network in places.networks_with(world, address):
            yield network, "a server"


def _network_of(world: World, endpoint: Body, part: Body) -> Body | None:
    network = world.state.get(parent_of(str((part.get("subnet") or {}).get("id", ""))))
    if network is not None:
        return network
    resolver = world.state.get(parent_of(endpoint["id"])) or {}
    return world.state.get((resolver.get("properties", {}).get("virtualNetwork") or {}).get("id"))

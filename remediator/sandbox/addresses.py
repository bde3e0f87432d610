"""Addresses of subnets: what is used, what is free, what is next; and stand-ins for public addresses.

Azure keeps five of each prefix: network, gateway, two for DNS, broadcast.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterator

from remediator.sandbox.arm_id import key
from remediator.sandbox.errors import ArmError, bad_request
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World

Prefix = ipaddress.IPv4Network


def prefixes(body: Body) -> list[Prefix]:
    """The IPv4 prefixes of a subnet (one or several) or of a network."""
    properties = body.get("properties", {})
    texts = list(properties.get("addressPrefixes") or [])
    if properties.get("addressPrefix"):
        texts.append(properties["addressPrefix"])
    texts += (properties.get("addressSpace") or {}).get("addressPrefixes") or []
    return [ipaddress.IPv4Network(text, strict=False) for text in dict.fromkeys(texts) if ":" not in text]


def public_address(name: str) -> str:
    """A stable address from a documentation range: the sandbox never names a real one."""
    return f"203.0.113.{1 + hashlib.sha256(name.lower().encode()).digest()[0] % 254}"


def configurations(world: World, subnet_id: str) -> list[Body]:
    """The ipConfigurations of network interfaces that sit in a subnet; those of odd interfaces are not known."""
    return world.remember("configurations", lambda: _by_subnet(world)).get(key(subnet_id), [])


def _by_subnet(world: World) -> dict[str, list[Body]]:
    with world.state.overlooking():
        nics = world.state.of_type("microsoft.network/networkinterfaces")
    found: dict[str, list[Body]] = {}
    for nic in nics:
        for configuration in nic["properties"].get("ipConfigurations") or []:
            subnet = key((configuration["properties"].get("subnet") or {}).get("id", "/"))
            found.setdefault(subnet, []).append(configuration)
    return found


def used(world: World, subnet: Body) -> int:
    """How many addresses are taken, counting configurations that the subnet itself lists and we do not know."""
    known = {key(found["id"]) for found in configurations(world, subnet["id"])}
    listed = {key(found["id"]) for found in subnet["properties"].get("ipConfigurations") or [] if "id" in found}
    return len(known | listed)


def capacity(subnet: Body) -> int:
    """How many addresses a subnet can give out at all."""
    return sum(max(0, prefix.num_addresses - 5) for prefix in prefixes(subnet))


def require_room(world: World, subnet: Body, wanted: int) -> None:
    """Refuse when a subnet cannot take `wanted` more addresses."""
    if capacity(subnet) - used(world, subnet) < wanted:
        raise subnet_full(subnet, wanted)


def subnet_full(subnet: Body, wanted: int) -> ArmError:
    """SubnetIsFull, in Azure's words."""
    space = ", ".join(str(prefix) for prefix in prefixes(subnet))
    return bad_request(
        "SubnetIsFull",
        f"Subnet {subnet['name']} with address prefix {space} does not have enough capacity for {wanted} IP addresses.",
    )


def next_addresses(world: World, subnet: Body, wanted: int) -> list[str]:
    """The lowest free addresses of a subnet."""
    require_room(world, subnet, wanted)
    taken = {found["properties"].get("privateIPAddress") for found in configurations(world, subnet["id"])}
    found: list[str] = []
    for address in _usable(subnet):
        if len(found) == wanted:
            break
        if address not in taken:
            found.append(address)
    if len(found) < wanted:
        raise subnet_full(subnet, wanted)
    return found


def _usable(subnet: Body) -> Iterator[str]:
    for prefix in prefixes(subnet):
        for offset in range(4, prefix.num_addresses - 1):
            yield str(prefix.network_address + offset)

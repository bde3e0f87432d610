"""Which public addresses the outside sees when an environment goes out, and does a registry's firewall let them in?

An appliance on the way has its own addresses, then comes the subnet's NAT gateway (addresses and whole prefixes), then
the address that a test gives to the environment's load balancer (`azure.egress`), then one that nobody can rely on
(azure-facts 2.1, 13). An environment may go out by any of them, so all must be let in. Called by `arriving`.
"""

from __future__ import annotations

import ipaddress

from remediator.sandbox import addresses, appliances
from remediator.sandbox.addresses import Prefix
from remediator.sandbox.arm_id import key
from remediator.sandbox.places import covers
from remediator.sandbox.reach import Way
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World


def of_environment(world: World, environment: Body, subnet: Body | None, way: Way) -> list[Prefix]:
    """The public IPv4 addresses that an environment may go out with, in order; never none."""
    if way.leaves_by:
        return [ipaddress.IPv4Network(address) for address in way.leaves_by]
    reference = ((subnet or {}).get("properties", {}).get("natGateway") or {}).get("id")
    gateway = (world.state.get(reference) or {}).get("properties", {})
    single = appliances.public_addresses(world, gateway.get("publicIpAddresses") or [])
    found = [ipaddress.IPv4Network(address) for address in single]
    for part in gateway.get("publicIpPrefixes") or []:
        text = str((world.state.get(part.get("id")) or {}).get("properties", {}).get("ipPrefix") or "")
        found += [ipaddress.IPv4Network(text, strict=False)] if text and ":" not in text else []
    said = {key(name): address for name, address in world.egress.items()}.get(key(environment["id"]))
    usual = said or addresses.public_address("egress/" + str(environment["id"]))
    return found or [ipaddress.IPv4Network(usual)]


def refused(registry: Body, clients: list[Prefix]) -> str:
    """The client address that a registry's firewall refuses on its public side, or an empty string.

    `publicNetworkAccess: Disabled` outranks every rule; rules are IPv4 addresses or CIDR ranges (azure-facts 1.2).
    """
    properties = registry["properties"]
    first = str(clients[0].network_address)
    if properties.get("publicNetworkAccess", "Enabled") == "Disabled":
        return first
    rules = properties.get("networkRuleSet") or {}
    if rules.get("defaultAction", "Allow") == "Allow":
        return ""
    texts = [str(rule["value"]) for rule in rules.get("ipRules") or [] if "value" in rule]
    allowed = [ipaddress.IPv4Network(text, strict=False) for text in texts if ":" not in text]
    return next((str(one.network_address) for one in clients if not covers(allowed, (one,))), "")

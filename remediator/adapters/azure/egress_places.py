"""Which further reads say under which public addresses environments go out?

Pure; called by `reading_list`. Nothing is asked for unless it may matter: the NAT gateway of an environment's subnet,
the firewalls where an appliance is that its routes name, the load balancers of environments without a NAT gateway while
a registry admits addresses at all, and the public addresses of those. An Azure Firewall stands in the subscription of
its network, so one list there finds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from remediator.adapters.azure.found import Found
from remediator.adapters.azure.place import Body, Place, listing, one
from remediator.core.resource_id import ResourceId
from remediator.facts.container_apps import ENVIRONMENT
from remediator.facts.egress import FIREWALL, LOAD_BALANCER, NAT_GATEWAY, outbound_addresses
from remediator.facts.network import TYPE as NETWORK
from remediator.facts.reading import Malformed, identifier, items, properties, reference, section, text, texts
from remediator.facts.registry import TYPE as REGISTRY

Address = IPv4Address | IPv6Address


def egress_places(found: Found) -> Iterator[Place]:
    """The reads that the bodies so far call for; some may have been made."""
    hops: set[Address] = set()
    balanced: set[tuple[str, str]] = set()
    for rid, body in found.of_type(ENVIRONMENT):
        try:
            subnet, group = _of_environment(body, found)
        except Malformed:
            continue  # the facts say so
        gateway = _reference(subnet, "natGateway")
        yield from one(gateway)
        hops |= _next_hops(found.get(_reference(subnet, "routeTable")))
        if group and subnet and gateway is None:
            balanced.add((rid.subscription.lower(), group.lower()))
    for address in sorted(hops, key=str):
        yield from _firewall_lists(found, address)
    if balanced and any(_admits_addresses(body) for _, body in found.of_type(REGISTRY)):
        for subscription in sorted({subscription for subscription, _ in balanced}):
            yield listing(f"/subscriptions/{subscription}", LOAD_BALANCER)
    yield from _public_addresses(found, balanced)


def _of_environment(body: Body, found: Found) -> tuple[Body, str]:
    """The body of its subnet (empty where it is not there) and the resource group of its load balancer."""
    held = properties(body)
    group = text(held, "infrastructureResourceGroup", "")
    subnet = identifier(section(held, "vnetConfiguration"), "infrastructureSubnetId")
    network = found.get(subnet.parent if subnet is not None else None)
    for entry in items(section(network, "properties"), "subnets"):
        if subnet == ResourceId(text(entry, "id", "")):
            return entry, group
    return {}, group


def _reference(body: Body, key: str) -> ResourceId | None:
    try:
        return reference(section(body, "properties"), key)
    except Malformed:
        return None


def _next_hops(table: Body) -> set[Address]:
    """The appliances that a route table's body names."""
    found = set()
    try:
        for route in items(section(table, "properties"), "routes"):
            held = section(route, "properties")
            if text(held, "nextHopType", "").lower() == "virtualappliance":
                found.add(ip_address(text(held, "nextHopIpAddress", "")))
    except ValueError:  # Malformed is one too
        return found
    return found


def _firewall_lists(found: Found, hop: Address) -> Iterator[Place]:
    """The firewalls beside the networks that hold an appliance's address."""
    for rid, body in found.of_type(NETWORK):
        if _holds(body, hop):
            yield listing(f"/subscriptions/{rid.subscription}", FIREWALL)


def _holds(network: Body, address: Address) -> bool:
    try:
        prefixes = texts(section(section(network, "properties"), "addressSpace"), "addressPrefixes")
        return any(address in ip_network(prefix, strict=False) for prefix in prefixes)
    except ValueError:
        return False


def _admits_addresses(registry: Body) -> bool:
    """Whether a registry has address rules, or is open and denies by default."""
    try:
        held = section(registry, "properties")
        firewall = section(held, "networkRuleSet")
        open_ = text(held, "publicNetworkAccess", "Enabled").lower() != "disabled"
        return bool(items(firewall, "ipRules")) or (open_ and text(firewall, "defaultAction", "").lower() == "deny")
    except Malformed:
        return False


def _public_addresses(found: Found, balanced: set[tuple[str, str]]) -> Iterator[Place]:
    balancers = [
        (rid, body)
        for rid, body in found.of_type(LOAD_BALANCER)
        if (rid.subscription.lower(), rid.resource_group.lower()) in balanced
    ]
    for rid, body in (*balancers, *found.of_type(NAT_GATEWAY, FIREWALL)):
        try:
            named = outbound_addresses(rid, body)
        except Malformed:
            continue
        for address in named:
            yield Place(address)

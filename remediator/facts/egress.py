"""Under which public addresses does traffic leave: NAT gateways, Azure Firewalls, load balancers with outbound rules?

Called by `facts.estate`. The addresses stand in bodies of their own (publicIPAddresses, publicIPPrefixes); one that was
not read makes them all Unknown. Registries admit IPv4 only (azure-facts 1.2), so IPv6 addresses are left out. Shapes:
Microsoft.Network 2024-01-01.
"""

from __future__ import annotations

from collections.abc import Iterable

from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Firewall, LoadBalancer, NatGateway, Unknown
from remediator.facts.bodies import Bodies
from remediator.facts.reading import Body, Malformed, checked_id, items, properties, reference, required, section, text

NAT_GATEWAY = "Microsoft.Network/natGateways"
FIREWALL = "Microsoft.Network/azureFirewalls"
LOAD_BALANCER = "Microsoft.Network/loadBalancers"
ADDRESS = "Microsoft.Network/publicIPAddresses"
PREFIX = "Microsoft.Network/publicIPPrefixes"
FIELDS = {ADDRESS.lower(): "ipAddress", PREFIX.lower(): "ipPrefix"}


def read_nat_gateway(bodies: Bodies, rid: ResourceId, body: Body) -> NatGateway:
    """The gateway with the addresses and ranges that it translates to."""
    return NatGateway(rid, _addresses(bodies, outbound_addresses(rid, body)))


def read_firewall(bodies: Bodies, rid: ResourceId, body: Body) -> Firewall:
    """The firewall; one in a virtual hub has that hub as its network and names its addresses itself."""
    held = properties(body)
    hub, hub_addresses = reference(held, "virtualHub"), section(held, "hubIPAddresses")
    entries = [properties(entry) for entry in items(held, "ipConfigurations")]
    private = [text(entry, "privateIPAddress", "") for entry in (*entries, hub_addresses)]
    subnets = [subnet for entry in entries if (subnet := reference(entry, "subnet")) is not None]
    network = subnets[0].parent if subnets else hub
    addresses = _addresses(bodies, outbound_addresses(rid, body))
    if not isinstance(addresses, Unknown):
        own = [text(entry, "address") for entry in items(section(hub_addresses, "publicIPs"), "addresses")]
        addresses = tuple(sorted({*addresses, *own}))
    return Firewall(
        id=rid,
        network=required(network, "the subnet or hub in which it stands"),
        private_addresses=tuple(address for address in private if address),
        addresses=addresses,
    )


def read_load_balancer(bodies: Bodies, rid: ResourceId, body: Body) -> LoadBalancer:
    """The load balancer with the addresses of the frontends that its outbound rules name; none without such rules."""
    return LoadBalancer(rid, _addresses(bodies, outbound_addresses(rid, body)))


def outbound_addresses(rid: ResourceId, body: Body) -> tuple[ResourceId, ...]:
    """The public addresses and prefixes that a NAT gateway, firewall or load balancer goes out with."""
    held = properties(body)
    if rid.is_a(NAT_GATEWAY):
        entries = (*items(held, "publicIpAddresses"), *items(held, "publicIpPrefixes"))
        return tuple(checked_id(text(entry, "id")) for entry in entries)
    if rid.is_a(LOAD_BALANCER):
        return tuple(address for frontend in _outbound_frontends(held) for address in _public(frontend))
    return tuple(address for entry in items(held, "ipConfigurations") for address in _public(entry))


def _outbound_frontends(held: Body) -> list[Body]:
    frontends = {checked_id(text(entry, "id")): entry for entry in items(held, "frontendIPConfigurations")}
    rules = [properties(rule) for rule in items(held, "outboundRules")]
    named = [checked_id(text(entry, "id")) for rule in rules for entry in items(rule, "frontendIPConfigurations")]
    if not frontends.keys() >= set(named):
        raise Malformed("an outbound rule names a frontend that is not there")
    return [frontends[rid] for rid in named]


def _public(configuration: Body) -> list[ResourceId]:
    held = properties(configuration)
    named = (reference(held, "publicIPAddress"), reference(held, "publicIPPrefix"))
    return [rid for rid in named if rid is not None]


def _addresses(bodies: Bodies, named: Iterable[ResourceId]) -> tuple[str, ...] | Unknown:
    """The IPv4 addresses and ranges of these public addresses and prefixes, sorted."""
    found: set[str] = set()
    for rid in named:
        body = bodies.referred(rid, f"{rid.name} ({rid.type}) is referred to and")
        if isinstance(body, Unknown):
            return body
        try:
            found |= _address(rid, body)
        except Malformed as error:
            return bodies.fail(rid, str(error))
    return tuple(sorted(found))


def _address(rid: ResourceId, body: Body) -> set[str]:
    held = properties(body)
    if text(held, "publicIPAddressVersion", "IPv4").lower() == "ipv6":
        return set()
    field = FIELDS.get(rid.type.lower())
    if field is None:
        raise Malformed("it is neither a public address nor a prefix of them")
    return {text(held, field)}

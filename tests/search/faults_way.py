"""Faults of the way: routes and security groups."""

from __future__ import annotations

from typing import Any

from remediator.core.pull_path import Verdict
from tests.search import bodies
from tests.search.fault import Made, made, pick
from tests.search.land import Land, Net, Pull
from tests.search.surgery import add_route, add_rule, beside, properties


def _from(land: Land, number: int, *, private: bool) -> tuple[Net, str, list[Pull]] | None:
    """A network and a subnet of an environment from which somebody pulls that way; all its pulls of that kind."""
    pulls = [p for p in land.pulls if p.net and bool(p.endpoint) is private]
    pull = pick(pulls, number)
    if pull is None or pull.net is None:
        return None
    return pull.net, pull.subnet, [p for p in pulls if p.subnet == pull.subnet]


def _sharing(land: Land, subnet: str, pulls: list[Pull], key: str) -> list[Pull]:
    """Those of `pulls`, and of all like them, whose subnet shares the subnet's table or group."""
    private = bool(pulls[0].endpoint)
    shared = beside(land, [subnet], key)
    return [p for p in land.pulls if p.net and p.subnet in shared and bool(p.endpoint) is private]


def _to_login(land: Land, number: int, hop: str, address: str = "", **more: Verdict) -> Made | None:
    """A /32 route for the address of one endpoint's login name: it outranks the endpoint's own (azure-facts 2.3)."""
    found = _from(land, number, private=True)
    if found is None:
        return None
    net, subnet, pulls = found
    pull = pulls[0]
    name = pull.host.removesuffix("." + land.builder.suffix)
    goal = land.record_names(pull.endpoint)[name]
    route = add_route(land, net, subnet, "narrow", f"{goal}/32", hop, address)
    hit = [
        p
        for p in _sharing(land, subnet, pulls, "routeTable")
        if land.record_names(p.endpoint).get(p.host.removesuffix("." + land.builder.suffix)) == goal
    ]
    return made("route", route, hit, **more)


def narrow_route_drops(land: Land, number: int) -> Made | None:
    """A /32 route drops what goes to the endpoint."""
    return _to_login(land, number, "None")


def narrow_route_to_the_internet(land: Land, number: int) -> Made | None:
    """A /32 route sends a private address to the internet."""
    return _to_login(land, number, "Internet")


def narrow_route_to_somebody(land: Land, number: int) -> Made | None:
    """A /32 route leads to an appliance that nobody has read: it may forward."""
    return _to_login(land, number, "VirtualAppliance", "10.249.0.9", verdict=Verdict.UNKNOWN)


def steered_subnet(land: Land, number: int) -> Made | None:
    """The endpoints' subnet obeys routes, and one at least as narrow as the network drops what goes there."""
    found = _from(land, number, private=True)
    if found is None:
        return None
    net, subnet, pulls = found
    home = net.area.home
    held = bodies.subnet_of(land.builder, home.endpoints)
    on = held["privateEndpointNetworkPolicies"] == "NetworkSecurityGroupEnabled"
    held["privateEndpointNetworkPolicies"] = "Enabled" if on else "RouteTableEnabled"
    wide = not number // 3 % 2
    prefix = f"10.{home.octet}.0.0/16" if wide else held["addressPrefix"]
    route = add_route(land, net, subnet, "steered", prefix, "None")
    hit = [p for p in _sharing(land, subnet, pulls, "routeTable") if p.net and p.net.area.home.octet == home.octet]
    shared = beside(land, [subnet], "routeTable")
    if wide:  # a DNS server in that range is out of reach too, and with it every name
        inside = f"10.{home.octet}."
        hit += [p for p in land.pulls if p.subnet in shared and p.net and p.net.dns_server.startswith(inside)]
    return made("route", route, hit)


def default_route_drops(land: Land, number: int) -> Made | None:
    """The default route drops everything public; private endpoints are nearer."""
    found = _from(land, number, private=False)
    if found is None:
        return None
    net, subnet, pulls = found
    route = add_route(land, net, subnet, "out", "0.0.0.0/0", "None")
    return made(("route", "ip-rules"), (route, *_listed(pulls)), _sharing(land, subnet, pulls, "routeTable"))


def default_route_to_somebody(land: Land, number: int) -> Made | None:
    """The default route leads to an appliance that nobody has read; an allow-list then names nobody's address."""
    found = _from(land, number, private=False)
    if found is None:
        return None
    net, subnet, pulls = found
    route = add_route(land, net, subnet, "out", "0.0.0.0/0", "VirtualAppliance", "10.249.0.9")
    hit = _sharing(land, subnet, pulls, "routeTable")
    return made(("route", "ip-rules"), (route, *_listed(hit)), hit, verdict=Verdict.UNKNOWN)


def _listed(pulls: list[Pull]) -> list[str]:
    return [p.registry.id for p in pulls if p.registry.shape.access == "listed"]


def _outbound(land: Land, number: int, *, private: bool, **narrowed: Any) -> Made | None:
    """An outbound rule before all others that denies, for everything unless it is narrowed."""
    found = _from(land, number, private=private)
    if found is None:
        return None
    net, subnet, pulls = found
    denied = add_rule(land, net, subnet, bodies.rule("deny-registries", 90, "Deny", "Outbound", **narrowed))
    return made("network-security", denied, _sharing(land, subnet, pulls, "networkSecurityGroup"))


def outbound_denied(land: Land, number: int) -> Made | None:
    """No TCP 443 leaves the apps' subnet."""
    shapes: tuple[dict[str, Any], ...] = (
        {},
        {"protocol": "*", "destinationPortRange": "*"},
        {"destinationPortRange": "400-500"},
    )
    found = _outbound(land, number, private=bool(number % 2), **shapes[number // 3 % 3])
    if found is None:
        return None
    group = found.targets[0].partition("/securityRules/")[0]
    subnets = [
        one["id"]
        for net in land.nets
        for one in land.builder.get(net.id)["properties"]["subnets"]
        if one["properties"].get("networkSecurityGroup", {}).get("id") == group
    ]
    return made(found.rules, found.targets, [p for p in land.pulls if p.net and p.subnet in subnets])


def outbound_denied_privately(land: Land, number: int) -> Made | None:
    """No TCP 443 leaves for the virtual network, peered ones included."""
    return _outbound(land, number, private=True, destinationAddressPrefix="VirtualNetwork")


def outbound_denied_to_endpoints(land: Land, number: int) -> Made | None:
    """No TCP 443 leaves for the endpoints' range."""
    found = _from(land, number, private=True)
    if found is None:
        return None
    prefix = bodies.subnet_of(land.builder, found[0].area.home.endpoints)["addressPrefix"]
    return _outbound(land, number, private=True, destinationAddressPrefixes=[prefix, "10.248.0.0/24"])


def outbound_denied_publicly(land: Land, number: int) -> Made | None:
    """No TCP 443 leaves for public registries."""
    tag = ("Internet", "AzureContainerRegistry", "AzureCloud")[number % 3]
    return _outbound(land, number, private=False, destinationAddressPrefix=tag)


def layers_denied(land: Land, number: int) -> Made | None:
    """No TCP 443 leaves for storage, where the layers of a registry without data endpoints are (azure-facts 1.4)."""
    found = _outbound(land, number, private=False, destinationAddressPrefix="Storage")
    if found is None:
        return None
    hit = [p for p in found.pulls if not properties(land, p.registry.id)["dataEndpointEnabled"]]
    return made(found.rules, found.targets, hit) if hit else None


def inbound_denied(land: Land, number: int) -> Made | None:
    """The endpoints' subnet has its security policies on, and its group keeps the apps out."""
    found = _from(land, number, private=True)
    if found is None:
        return None
    net, subnet, _ = found
    home = net.area.home
    held = bodies.subnet_of(land.builder, home.endpoints)
    held["privateEndpointNetworkPolicies"] = ("NetworkSecurityGroupEnabled", "Enabled")[number // 3 % 2]
    group = held.get("networkSecurityGroup", {}).get("id")
    rules = properties(land, group)["securityRules"] if group else []
    kept_out = [p for p in land.private_pulls if p.net and p.net.area.home is home]
    if not any(rule["name"] == "allow-apps" for rule in rules) and group:
        return made("network-security", (group, f"{group}/securityRules/deny-all"), kept_out)
    source = bodies.subnet_of(land.builder, subnet)["addressPrefix"]
    narrow = number // 6 % 2
    more = {"sourceAddressPrefix": source} if narrow else {}
    denied = add_rule(land, home, home.endpoints, bodies.rule("deny-apps", 90, "Deny", "Inbound", **more))
    return made("network-security", denied, [p for p in kept_out if not narrow or p.subnet == subnet])


FAULTS = (
    narrow_route_drops,
    narrow_route_to_the_internet,
    narrow_route_to_somebody,
    steered_subnet,
    default_route_drops,
    default_route_to_somebody,
    outbound_denied,
    outbound_denied_privately,
    outbound_denied_to_endpoints,
    outbound_denied_publicly,
    layers_denied,
    inbound_denied,
)

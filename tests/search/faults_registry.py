"""Faults of registries: their tier, their switches, their firewall."""

from __future__ import annotations

from dataclasses import replace

from remediator.core.pull_path import Verdict
from tests.search import bodies
from tests.search.fault import Made, drift, made, pick
from tests.search.land import Land, Net, Pull, Reg
from tests.search.surgery import delete_endpoint, properties, with_intent, zone_of


def _of(land: Land, *accesses: str) -> list[Reg]:
    return [registry for registry in land.registries if registry.shape.access in accesses]


def _public_pulls(land: Land, registry: Reg) -> list[Pull]:
    return [pull for pull in land.pulls if pull.registry is registry]


def not_premium(land: Land, number: int) -> Made | None:
    """A closed registry was moved to a tier without private endpoints, which takes its endpoints first."""
    plain = [r for r in _of(land, "closed") if r.endpoints and not r.shape.replicas and not r.regional]
    registry = pick(plain, number)
    if registry is None:
        return None
    for endpoint in list(registry.endpoints.values()):
        delete_endpoint(land, endpoint)
    tier = ("Standard", "Basic")[number % 2]
    body = land.builder.get(registry.id)
    body["sku"] = {"name": tier, "tier": tier}
    body["properties"].pop("networkRuleSet")
    body["properties"].update(dataEndpointEnabled=False, dataEndpointHostNames=[])
    return made("registry-sku", registry.id, _public_pulls(land, registry))


def closed_registry_opened(land: Land, number: int) -> Made | None:
    """Public access was switched on; the private path goes on working."""
    registry = pick(_of(land, "closed"), number)
    if registry is None:
        return None
    properties(land, registry.id)["publicNetworkAccess"] = "Enabled"
    return drift("public-network-access", registry.id)


def default_action_allows(land: Land, number: int) -> Made | None:
    """The firewall's default was changed while public access is off."""
    registry = pick(_of(land, "closed"), number)
    if registry is None:
        return None
    properties(land, registry.id)["networkRuleSet"]["defaultAction"] = "Allow"
    return drift("default-action", registry.id)


def address_rule_added(land: Land, number: int) -> Made | None:
    """Somebody added the address of an error text."""
    registry = pick(_of(land, "closed"), number)
    if registry is None:
        return None
    properties(land, registry.id)["networkRuleSet"]["ipRules"] = [{"action": "Allow", "value": "20.99.0.9"}]
    return drift("ip-rules", registry.id)


def trusted_services_declared_otherwise(land: Land, number: int) -> Made | None:
    """A document forbids the bypass, and it is on."""
    registry = pick(land.registries, number)
    if registry is None:
        return None
    properties(land, registry.id)["networkRuleBypassOptions"] = "AzureServices"
    with_intent(land, registry, bypass="None")
    return drift("trusted-services", registry.id)


def public_registry_closed(land: Land, number: int) -> Made | None:
    """A registry that is meant to be public was closed."""
    registry = pick([r for r in _of(land, "open", "chained", "listed") if _public_pulls(land, r)], number)
    if registry is None:
        return None
    properties(land, registry.id)["publicNetworkAccess"] = "Disabled"
    return made("public-network-access", registry.id, _public_pulls(land, registry))


def public_registry_denies(land: Land, number: int) -> Made | None:
    """A registry that is meant to be public denies by default."""
    registry = pick([r for r in _of(land, "open", "chained") if _public_pulls(land, r)], number)
    if registry is None:
        return None
    properties(land, registry.id)["networkRuleSet"]["defaultAction"] = "Deny"
    return made("default-action", registry.id, _public_pulls(land, registry))


def egress_not_listed(land: Land, number: int) -> Made | None:
    """The allow-list lost the address of one network's egress."""
    registry = pick([r for r in _of(land, "listed") if r.allowed], number)
    if registry is None:
        return None
    lost = registry.allowed[number % len(registry.allowed)]
    rules = properties(land, registry.id)["networkRuleSet"]
    rules["ipRules"] = [rule for rule in rules["ipRules"] if rule["value"] != lost]
    pulls = [p for p in _public_pulls(land, registry) if p.net is not None and p.net.egress == lost]
    return made("ip-rules", registry.id, pulls)


def _behind_nat(land: Land, number: int) -> tuple[Net, list[Pull]] | None:
    nets = [n for n in land.nets if n.shape.egress.startswith("nat") and n.infra]
    pulls = [(n, [p for p in land.pulls if p.net is n and p.registry.shape.access == "listed"]) for n in nets]
    return pick([(net, found) for net, found in pulls if found], number)


def nat_gateway_taken_away(land: Land, number: int) -> Made | None:
    """An allow-list without a declared egress cannot hold."""
    found = _behind_nat(land, number)
    if found is None:
        return None
    net, pulls = found
    for subnet in net.infra:
        bodies.subnet_of(land.builder, subnet).pop("natGateway")
    return made("ip-rules", [p.registry.id for p in pulls], pulls)


def nat_gateway_grew(land: Land, number: int) -> Made | None:
    """The NAT gateway got another address, which no rule names: some connections go out with it, some do not."""
    found = _behind_nat(land, number)
    if found is None:
        return None
    net, pulls = found
    gateway = bodies.subnet_of(land.builder, net.infra[0])["natGateway"]["id"]
    another = bodies.public_address(land.builder, f"pip-more-{net.name}", f"20.98.{net.octet}.9", **net.place)
    properties(land, gateway).setdefault("publicIpAddresses", []).append({"id": another})
    return made("ip-rules", [p.registry.id for p in pulls], pulls, verdict=Verdict.UNKNOWN)


def listed_registry_opened(land: Land, number: int) -> Made | None:
    """An allow-list whose default lets everybody in."""
    registry = pick(_of(land, "listed"), number)
    if registry is None:
        return None
    properties(land, registry.id)["networkRuleSet"]["defaultAction"] = "Allow"
    return drift("default-action", registry.id)


def records_kept_by_hand(land: Land, number: int) -> Made | None:
    """The zone group is gone, and somebody wrote its records again by hand."""
    endpoint = pick(sorted({pull.endpoint for pull in land.private_pulls}), number)
    if endpoint is None:
        return None
    zone = zone_of(land, next(p.net.area for p in land.private_pulls if p.endpoint == endpoint and p.net))
    for group in [key for key in land.builder.bodies if key.startswith(f"{endpoint.lower()}/privatednszonegroups/")]:
        land.builder.drop(group)
    land.builder.records_of(endpoint, zone, by_hand=True)
    land.desired = replace(
        land.desired, registries=tuple(replace(one, records="zone-group") for one in land.desired.registries)
    )
    return drift("dns-zone-group", endpoint)


FAULTS = (
    not_premium,
    closed_registry_opened,
    default_action_allows,
    address_rule_added,
    trusted_services_declared_otherwise,
    public_registry_closed,
    public_registry_denies,
    egress_not_listed,
    nat_gateway_taken_away,
    nat_gateway_grew,
    listed_registry_opened,
    records_kept_by_hand,
)

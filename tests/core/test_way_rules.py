"""Routes, security groups, peerings and address rules on the way of a pull, seen through diagnoses of small estates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from remediator.core.finding import Severity
from remediator.core.pull_path import Verdict
from remediator.core.resource_id import ResourceId
from tests.core.breaks import NETWORK, REGISTRY, hub_and_spoke
from tests.core.breaks_way import route, rule, security_group, subnet_of
from tests.core.diagnosing import diagnosed, kinds
from tests.core.pulling_in_public import judged, open_registry
from tests.estate_builder import HUB_SUB, EstateBuilder, healthy, rid

OK, BROKEN, UNKNOWN = Verdict.OK, Verdict.BROKEN, Verdict.UNKNOWN
HUB = rid("Microsoft.Network/virtualNetworks", "vnet-hub", sub=HUB_SUB, group="rg-hub")
Build = Callable[[], EstateBuilder]


def routed(build: Build, prefix: str, hop: str, *, obeys: bool = False) -> EstateBuilder:
    """A route of the app's subnet; with `obeys` the endpoint's subnet has its policies for routes on."""
    builder = build()
    route(builder, prefix, hop, "10.20.9.9" if hop == "VirtualAppliance" else None)
    if obeys:
        subnet_of(builder, 1)["privateEndpointNetworkPolicies"] = "RouteTableEnabled"
    return builder


ROUTES: dict[str, tuple[Build, tuple[Verdict, str | None]]] = {
    "a default route to an appliance": (lambda: routed(healthy, "0.0.0.0/0", "VirtualAppliance"), (OK, None)),
    "a default route that is obeyed": (
        lambda: routed(healthy, "0.0.0.0/0", "VirtualAppliance", obeys=True),
        (OK, None),
    ),
    "the network's range, obeyed": (
        lambda: routed(healthy, "10.20.0.0/16", "VirtualAppliance", obeys=True),
        (UNKNOWN, "route"),
    ),
    "the network's range, not obeyed": (lambda: routed(healthy, "10.20.0.0/16", "VirtualAppliance"), (OK, None)),
    "the address to a gateway": (lambda: routed(healthy, "10.20.4.5/32", "VirtualNetworkGateway"), (UNKNOWN, "route")),
    "the address to the internet": (lambda: routed(healthy, "10.20.4.5/32", "Internet"), (BROKEN, "route")),
    "the data address dropped": (lambda: routed(healthy, "10.20.4.4/32", "None"), (BROKEN, "route")),
    "in public: dropped": (lambda: routed(open_registry, "0.0.0.0/0", "None"), (BROKEN, "route")),
    "in public: the internet": (lambda: routed(open_registry, "0.0.0.0/0", "Internet"), (OK, None)),
    "in public: an appliance": (lambda: routed(open_registry, "0.0.0.0/0", "VirtualAppliance"), (UNKNOWN, "route")),
    "in public: a gateway": (lambda: routed(open_registry, "0.0.0.0/0", "VirtualNetworkGateway"), (UNKNOWN, "route")),
    "in public: a firewall that was read": (lambda: behind_a_firewall(), (OK, None)),
    "in public: the private ranges dropped": (lambda: routed(open_registry, "10.0.0.0/8", "None"), (OK, None)),
}


def behind_a_firewall() -> EstateBuilder:
    builder = routed(open_registry, "0.0.0.0/0", "VirtualAppliance")
    address = rid("Microsoft.Network/publicIPAddresses", "ip-afw")
    kind = "Microsoft.Network/publicIPAddresses"
    builder.add({"id": address, "name": "ip-afw", "type": kind, "properties": {"ipAddress": "198.51.100.7"}})
    held = {
        "privateIPAddress": "10.20.9.9",
        "subnet": {"id": f"{NETWORK}/subnets/AzureFirewallSubnet"},
        "publicIPAddress": {"id": address},
    }
    configurations = [{"name": "c", "properties": held}]
    made = rid("Microsoft.Network/azureFirewalls", "afw")
    kind = "Microsoft.Network/azureFirewalls"
    builder.add({"id": made, "name": "afw", "type": kind, "properties": {"ipConfigurations": configurations}})
    return builder


@pytest.mark.parametrize("name", ROUTES)
def test_a_route_takes_the_traffic_or_not(name: str) -> None:
    """Only what takes the endpoint's addresses, or the way to the internet where the name is public, is told."""
    build, expected = ROUTES[name]
    found = diagnosed(build())
    assert (judged(found), kinds(found)) == (expected, [])


def test_a_route_is_named_with_its_table() -> None:
    """The finding's target is the route itself, and the advice is for its owner."""
    finding = diagnosed(routed(healthy, "10.20.4.5/32", "VirtualAppliance")).findings[0]
    assert (finding.target.text.endswith("/routeTables/rt/routes/one"), finding.severity) == (True, Severity.UNKNOWN)
    assert "10.20.9.9" in finding.advice


def test_a_table_in_error_leaves_the_way_open() -> None:
    """A route table that could not be read is no finding and no plan: the path is unknown."""
    builder = routed(healthy, "10.20.4.5/32", "None")
    builder.error(rid("Microsoft.Network/routeTables", "rt"))
    found = diagnosed(builder)
    assert (judged(found), [one.rule for one in found.findings]) == ((UNKNOWN, "route"), [])


def grouped(build: Build, *rules: dict[str, Any], index: int = 0, policies: str = "Disabled") -> EstateBuilder:
    """Security rules on a subnet: 0 the infrastructure's, 1 the endpoints', which has these policies."""
    builder = build()
    security_group(builder, *rules, index=index)
    subnet_of(builder, 1)["privateEndpointNetworkPolicies"] = policies
    return builder


DENY_OUT = rule("deny", 200, "Deny", "Outbound")
DENY_IN = rule("deny", 200, "Deny", "Inbound")
TO_TAG = rule("allow", 100, "Allow", "Outbound", destinationAddressPrefix="AzureContainerRegistry")
GROUP_OF_APPS = [{"id": rid("Microsoft.Network/applicationSecurityGroups", "asg")}]
SEVERAL = {"destinationAddressPrefix": None, "destinationAddressPrefixes": ["10.20.4.0/25", "10.99.0.0/16"]}
SECURITY: dict[str, tuple[Build, tuple[Verdict, str | None]]] = {
    "no rule of its own": (lambda: grouped(healthy), (OK, None)),
    "everything denied": (lambda: grouped(healthy, DENY_OUT), (BROKEN, "network-security")),
    "everything denied inbound": (lambda: grouped(healthy, DENY_IN), (OK, None)),
    "the endpoints allowed, the rest denied": (
        lambda: grouped(healthy, rule("allow", 100, "Allow", "Outbound", **SEVERAL), DENY_OUT),
        (OK, None),
    ),
    "the endpoints denied in the plural field": (
        lambda: grouped(healthy, rule("deny", 100, "Deny", "Outbound", **SEVERAL)),
        (BROKEN, "network-security"),
    ),
    "one of two endpoint addresses denied": (
        lambda: grouped(healthy, rule("deny", 100, "Deny", "Outbound", destinationAddressPrefix="10.20.4.4")),
        (BROKEN, "network-security"),
    ),
    "the registries' tag allowed, the rest denied": (
        lambda: grouped(healthy, TO_TAG, DENY_OUT),
        (BROKEN, "network-security"),
    ),
    "an application security group denied": (
        lambda: grouped(
            healthy,
            rule(
                "deny",
                100,
                "Deny",
                "Outbound",
                destinationAddressPrefix=None,
                destinationApplicationSecurityGroups=GROUP_OF_APPS,
            ),
        ),
        (UNKNOWN, "network-security"),
    ),
    "a part of the subnet denied": (
        lambda: grouped(healthy, rule("deny", 100, "Deny", "Outbound", sourceAddressPrefix="10.20.0.0/24")),
        (UNKNOWN, "network-security"),
    ),
    "at the endpoint, policies off": (lambda: grouped(healthy, DENY_IN, index=1), (OK, None)),
    "at the endpoint, policies for routes": (
        lambda: grouped(healthy, DENY_IN, index=1, policies="RouteTableEnabled"),
        (OK, None),
    ),
    "at the endpoint, policies on": (
        lambda: grouped(healthy, DENY_IN, index=1, policies="Enabled"),
        (BROKEN, "network-security"),
    ),
    "at the endpoint, the app's range allowed": (
        lambda: grouped(
            healthy,
            rule("allow", 100, "Allow", "Inbound", sourceAddressPrefix="10.20.0.0/23", destinationPortRange="443"),
            DENY_IN,
            index=1,
            policies="NetworkSecurityGroupEnabled",
        ),
        (OK, None),
    ),
    "in public: the internet denied": (
        lambda: grouped(open_registry, rule("deny", 200, "Deny", "Outbound", destinationAddressPrefix="Internet")),
        (BROKEN, "network-security"),
    ),
    "in public: the registries' tag allowed": (lambda: grouped(open_registry, TO_TAG, DENY_OUT), (OK, None)),
    "in public: the private ranges denied": (
        lambda: grouped(open_registry, rule("deny", 100, "Deny", "Outbound", destinationAddressPrefix="10.0.0.0/8")),
        (OK, None),
    ),
    "in public: a range of public addresses denied": (
        lambda: grouped(open_registry, rule("deny", 100, "Deny", "Outbound", destinationAddressPrefix="20.0.0.0/8")),
        (UNKNOWN, "network-security"),
    ),
}


@pytest.mark.parametrize("name", SECURITY)
def test_a_security_group_lets_the_traffic_pass_or_not(name: str) -> None:
    """Outbound at the app, inbound at the endpoint where its policies are on; nothing is ever planned."""
    build, expected = SECURITY[name]
    found = diagnosed(build())
    assert (judged(found), kinds(found)) == (expected, [])


def test_storage_counts_while_a_registry_has_no_data_endpoints() -> None:
    """Layers come from storage then: a group that lets out to the registries' tag alone stops them."""
    builder = grouped(open_registry, TO_TAG, DENY_OUT)
    builder.get(REGISTRY)["properties"]["dataEndpointEnabled"] = False
    assert judged(diagnosed(builder)) == (BROKEN, "network-security")


def test_the_finding_says_from_where_to_where_and_before_which_rule() -> None:
    """A group's owner can act on the advice; a default rule is no target of its own."""
    finding = diagnosed(grouped(healthy, DENY_OUT)).findings[0]
    assert finding.target.text.endswith("/networkSecurityGroups/nsg/securityRules/deny")
    assert all(word in finding.advice for word in ("10.20.0.0/23", "10.20.4.5", "before deny"))


def test_a_group_in_error_leaves_the_way_open() -> None:
    """A security group that could not be read is no finding: the path is unknown."""
    builder = grouped(healthy, DENY_OUT)
    builder.error(rid("Microsoft.Network/networkSecurityGroups", "nsg"))
    found = diagnosed(builder)
    assert (judged(found), [one.rule for one in found.findings]) == ((UNKNOWN, "network-security"), [])


def reversed_roles(**properties: Any) -> EstateBuilder:
    """Spoke and hub; both sides of the peering get these properties."""
    builder = hub_and_spoke()
    for key, body in builder.bodies.items():
        if "/virtualnetworkpeerings/" in key:
            body["properties"].update(properties)
    return builder


def unpeered(*routes: tuple[str, str]) -> EstateBuilder:
    builder = hub_and_spoke()
    for key in [key for key in builder.bodies if "/virtualnetworkpeerings/" in key]:
        builder.drop(key)
    for prefix, hop in routes:
        route(builder, prefix, hop, "10.20.9.9")
    return builder


def overlapping() -> EstateBuilder:
    builder = unpeered()
    builder.get(HUB)["properties"]["addressSpace"]["addressPrefixes"].append("10.20.200.0/24")
    return builder


PEERINGS: dict[str, tuple[Build, tuple[Verdict, str | None], list[str]]] = {
    "connected": (hub_and_spoke, (OK, None), []),
    "none": (unpeered, (BROKEN, "peering"), ["create-peering"] * 2),
    "none, and the ranges overlap": (overlapping, (BROKEN, "peering"), []),
    "access off, nothing decides": (
        lambda: reversed_roles(allowVirtualNetworkAccess=False),
        (UNKNOWN, "peering"),
        [],
    ),
    "some subnets, these among them": (
        lambda: reversed_roles(
            peerCompleteVnets=False,
            localSubnetNames=["snet-aca", "snet-endpoints"],
            remoteSubnetNames=["snet-aca", "snet-endpoints"],
        ),
        (OK, None),
        [],
    ),
    "a gateway of the hub": (lambda: reversed_roles(useRemoteGateways=True), (OK, None), []),
}


@pytest.mark.parametrize("name", PEERINGS)
def test_a_peering_carries_or_not(name: str) -> None:
    """What is missing on either side is made, where the ranges allow it; what nobody can tell is unknown."""
    build, expected, planned = PEERINGS[name]
    found = diagnosed(build())
    assert (judged(found), kinds(found)) == (expected, planned)


def test_only_the_missing_side_is_made() -> None:
    """A side that is there and waits for the other one is left as it is."""
    builder = hub_and_spoke()
    builder.drop(f"{HUB}/virtualNetworkPeerings/to-vnet-spoke")
    builder.get(f"{NETWORK}/virtualNetworkPeerings/to-vnet-hub")["properties"]["peeringState"] = "Initiated"
    (change,) = diagnosed(builder).plan.changes
    assert (change.target.parent, (change.after or {})["remote"]) == (ResourceId(HUB), NETWORK)

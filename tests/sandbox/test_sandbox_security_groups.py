"""What security groups let through: rules, priorities, prefixes, ports, service tags, and Azure's default rules."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.valley import FIREWALL, Valley

Rule = dict[str, Any]
ALLOW_PEERED: Rule = {"access": "Allow", "destinationAddressPrefix": "10.10.0.0/16"}


def allowed(*rules: Rule, endpoint_in: str = "hub") -> bool:
    """Does the private pull pass these rules of the environment's subnet?"""
    valley = Valley(endpoint_in)
    valley.group(valley.infrastructure, *rules)
    return valley.pull().ok


def test_without_rules_the_defaults_let_peered_networks_through() -> None:
    """AllowVnetOutBound covers peered networks."""
    assert allowed()


def test_a_drop_shows_as_a_timeout() -> None:
    """A rule that denies everything: i/o timeout on the endpoint's address, at stage `route`."""
    valley = Valley()
    valley.group(valley.infrastructure, {})
    attempt = valley.pull()
    assert attempt.stage == "route"
    assert "dial tcp 10.10.4.5:443: i/o timeout" in attempt.text
    assert "security rule nsg/r0 drops it" in attempt.steps[-1]


@pytest.mark.parametrize(
    ("rule", "ok"),
    [
        ({"direction": "Inbound"}, True),
        ({"access": "Allow"}, True),
        ({"protocol": "Tcp"}, False),
        ({"protocol": "Udp"}, True),
        ({"destinationPortRange": "443"}, False),
        ({"destinationPortRange": "400-500"}, False),
        ({"destinationPortRange": "80"}, True),
        ({"destinationPortRanges": ["80", "443"]}, False),
        ({"destinationPortRanges": ["80", "8443-8500"]}, True),
        ({"sourcePortRange": "443"}, True),
        ({"destinationAddressPrefix": "10.10.4.0/24"}, False),
        ({"destinationAddressPrefix": "10.10.4.5"}, False),
        ({"destinationAddressPrefix": "10.30.0.0/16"}, True),
        ({"destinationAddressPrefixes": ["10.30.0.0/16", "10.10.4.4/31"]}, False),
        ({"destinationAddressPrefix": "VirtualNetwork"}, False),
        ({"destinationAddressPrefix": "Internet"}, True),
        ({"destinationAddressPrefix": "AzureContainerRegistry"}, True),
        ({"sourceAddressPrefix": "10.20.0.0/16"}, False),
        ({"sourceAddressPrefix": "10.20.0.0/24"}, False),
        ({"sourceAddressPrefix": "10.30.0.0/16"}, True),
        ({"destinationApplicationSecurityGroups": [{"id": "/a"}]}, True),
    ],
)
def test_a_rule_that_denies(rule: Rule, ok: bool) -> None:
    """A rule denies what it matches: direction, protocol, ports, both ends; application groups match nothing."""
    assert allowed(rule) is ok


def test_the_lowest_priority_number_decides() -> None:
    """Rules count by priority, not by their place in the list."""
    assert allowed({"priority": 300}, {**ALLOW_PEERED, "priority": 200})
    assert not allowed({**ALLOW_PEERED, "priority": 300}, {"priority": 200})


def test_an_allow_for_a_part_of_the_subnet_is_none() -> None:
    """Where only some of the environment's nodes may go, a pull may land on another."""
    assert not allowed({**ALLOW_PEERED, "sourceAddressPrefix": "10.20.0.0/24"}, {})


def test_a_peer_without_access_is_no_virtual_network() -> None:
    """`allowVirtualNetworkAccess: false` takes the peer out of the tag: DenyAllOutBound gets it, or a rule lets it."""
    valley = Valley()
    valley.peering("spoke", "hub")["allowVirtualNetworkAccess"] = False
    valley.group(valley.infrastructure)
    assert valley.pull().stage == "route"
    valley.group(valley.infrastructure, ALLOW_PEERED)
    assert valley.pull().ok


def test_what_is_routed_counts_as_virtual_network() -> None:
    """Prefixes of user routes belong to the tag; those of a default route do not."""
    for prefix, ok in (("10.30.0.0/16", True), ("0.0.0.0/0", False)):
        valley = Valley("far")
        valley.firewall()
        valley.routes((prefix, "VirtualAppliance", FIREWALL))
        valley.group(valley.infrastructure)
        assert valley.pull().ok is ok


@pytest.mark.parametrize(
    ("policies", "ok"),
    [("Disabled", True), ("RouteTableEnabled", True), ("NetworkSecurityGroupEnabled", False), ("Enabled", False)],
)
def test_inbound_rules_of_the_endpoints_subnet_need_its_policies(policies: str, ok: bool) -> None:
    """A group on the endpoint's subnet counts only where network policies for groups are on."""
    valley = Valley()
    valley.of(valley.endpoints["hub"])["privateEndpointNetworkPolicies"] = policies
    valley.group(valley.endpoints["hub"], {"direction": "Inbound", "sourceAddressPrefix": "10.20.0.0/16"})
    assert valley.pull().ok is ok


def test_inbound_defaults_let_only_the_virtual_network_in() -> None:
    """A far network's endpoint takes in what is peered with it, not what an appliance brings from further away."""
    for there, ok in (("hub", True), ("far", False)):
        valley = Valley(there)
        valley.firewall()
        valley.routes(("10.30.0.0/16", "VirtualAppliance", FIREWALL))
        valley.of(valley.endpoints[there])["privateEndpointNetworkPolicies"] = "NetworkSecurityGroupEnabled"
        valley.group(valley.endpoints[there])
        assert valley.pull().ok is ok


@pytest.mark.parametrize(
    ("rules", "stage"),
    [
        ((), "pulled"),
        (({"destinationAddressPrefix": "Internet"},), "route"),
        (({"destinationAddressPrefix": "VirtualNetwork"},), "pulled"),
        (({"destinationAddressPrefix": "AzureContainerRegistry"},), "route"),
        (({"destinationAddressPrefix": "AzureContainerRegistry.WestEurope"},), "route"),
        (({"destinationAddressPrefix": "AzureContainerRegistry.NorthEurope"},), "pulled"),
        (({"destinationAddressPrefix": "Storage"},), "layers"),
        (({"access": "Allow", "destinationAddressPrefix": "AzureContainerRegistry"}, {}), "layers"),
        (({"access": "Allow", "destinationAddressPrefixes": ["AzureContainerRegistry", "Storage"]}, {}), "pulled"),
        (({"access": "Allow", "destinationAddressPrefix": "AzureCloud.westeurope"}, {}), "pulled"),
        (({"access": "Allow", "destinationAddressPrefix": "AzureLoadBalancer"}, {}), "route"),
    ],
)
def test_public_arrivals_pass_the_same_rules(rules: tuple[Rule, ...], stage: str) -> None:
    """An open registry: its address belongs to Internet and AzureContainerRegistry, its layers come from Storage."""
    valley = Valley("", closed=False)
    valley.group(valley.infrastructure, *rules)
    assert valley.pull().stage == stage

"""With which public addresses an environment goes out, and whether a registry's allow-list holds them."""

from __future__ import annotations

import pytest

from tests.sandbox.valley import FIREWALL, Valley


def listed(*values: str) -> Valley:
    """A registry without an endpoint that lets some addresses in."""
    valley = Valley("", closed=False)
    rules = [{"action": "Allow", "value": value} for value in values]
    valley.of(valley.registry)["networkRuleSet"] = {"defaultAction": "Deny", "ipRules": rules}
    return valley


def nat(valley: Valley, *addresses: str, prefix: str = "") -> None:
    """A NAT gateway on the environment's subnet."""
    made = [
        valley.put("Microsoft.Network/publicIPAddresses", f"pip{row}", {"ipAddress": address})
        for row, address in enumerate(addresses)
    ]
    properties = {"publicIpAddresses": [{"id": one} for one in made]}
    if prefix:
        whole = valley.put("Microsoft.Network/publicIPPrefixes", "ipp", {"ipPrefix": prefix})
        properties["publicIpPrefixes"] = [{"id": whole}]
    gateway = valley.put("Microsoft.Network/natGateways", "nat", properties)
    valley.of(valley.infrastructure)["natGateway"] = {"id": gateway}


@pytest.mark.parametrize(
    ("values", "ok"),
    [
        (("203.0.113.5",), True),
        (("203.0.113.5/32",), True),
        (("203.0.113.0/29",), True),
        (("2001:db8::/32", "203.0.113.5"), True),
        (("203.0.113.6",), False),
        ((), False),
    ],
)
def test_rules_are_addresses_or_ranges(values: tuple[str, ...], ok: bool) -> None:
    """An address, a /32 and a range let a NAT gateway's address in; IPv6 rules are passed over."""
    valley = listed(*values)
    nat(valley, "203.0.113.5")
    attempt = valley.pull()
    assert attempt.ok is ok
    assert ok or (attempt.stage == "firewall" and "client with IP '203.0.113.5'" in attempt.text)


def test_every_address_must_be_let_in() -> None:
    """A NAT gateway goes out by any of its addresses and by all of its prefix."""
    valley = listed("203.0.113.5", "203.0.113.16/30")
    nat(valley, "203.0.113.5", prefix="203.0.113.16/30")
    assert valley.pull().ok
    nat(valley, "203.0.113.5", prefix="203.0.113.16/29")
    assert valley.pull().stage == "firewall"
    nat(valley, "203.0.113.5", "203.0.113.99")
    assert "203.0.113.99" in valley.pull().text


def test_a_firewall_behind_the_default_route_is_what_the_registry_sees() -> None:
    """The Azure Firewall's public address counts, not the NAT gateway's."""
    valley = listed("203.0.113.77")
    nat(valley, "203.0.113.5")
    assert valley.pull().stage == "firewall"
    valley.firewall(public="203.0.113.77")
    valley.routes(("0.0.0.0/0", "VirtualAppliance", FIREWALL))
    assert valley.pull().ok


def test_an_appliance_without_known_addresses_is_not_in_any_list() -> None:
    """What forwards without public addresses that are known goes out with one of its own."""
    valley = listed("203.0.113.5")
    nat(valley, "203.0.113.5")
    valley.routes(("0.0.0.0/0", "VirtualAppliance", FIREWALL))
    valley.appliances = {FIREWALL: "forward"}
    assert valley.pull().stage == "firewall"


def test_a_test_may_say_what_a_load_balancer_goes_out_with() -> None:
    """Without a NAT gateway the address is nobody's promise, unless `egress` says it."""
    valley = listed("203.0.113.9")
    assert valley.pull().stage == "firewall"
    valley.egress = {valley.environment.upper(): "203.0.113.9"}
    assert valley.pull().ok


def test_disabled_public_access_outranks_the_list() -> None:
    """Rules do nothing while public network access is Disabled."""
    valley = listed("203.0.113.5")
    nat(valley, "203.0.113.5")
    valley.of(valley.registry)["publicNetworkAccess"] = "Disabled"
    assert valley.pull().stage == "firewall"

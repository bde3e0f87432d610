"""What no estate should hold, and some do: odd prefixes, addresses, ports and empty lists never end a diagnosis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from remediator.core.pull_path import Verdict
from tests.core.breaks import ENDPOINT, NETWORK, REGISTRY, zone_of
from tests.core.breaks_way import route, rule, security_group, subnet_of
from tests.core.diagnosing import diagnosed
from tests.core.pulling_in_public import judged
from tests.estate_builder import EstateBuilder, healthy, rid

OK, BROKEN, UNKNOWN = Verdict.OK, Verdict.BROKEN, Verdict.UNKNOWN


def spaces(*more: str) -> EstateBuilder:
    """The network has these address prefixes beside its own."""
    builder = healthy()
    builder.get(NETWORK)["properties"]["addressSpace"]["addressPrefixes"] += more
    return builder


def asks(*servers: str) -> EstateBuilder:
    builder = healthy()
    builder.get(NETWORK)["properties"]["dhcpOptions"] = {"dnsServers": list(servers)}
    return builder


def answers(*addresses: str) -> EstateBuilder:
    """The login record has these addresses."""
    builder = healthy()
    records = [{"ipv4Address": one} for one in addresses]
    builder.get(f"{zone_of(builder)}/A/shop")["properties"]["aRecords"] = records
    return builder


def routed(prefix: str | None) -> EstateBuilder:
    builder = healthy()
    table = route(builder, "10.20.4.5/32", "None")
    builder.get(table)["properties"]["routes"][0]["properties"]["addressPrefix"] = prefix
    return builder


def denied(**more: Any) -> EstateBuilder:
    builder = healthy()
    security_group(builder, rule("odd", 100, "Deny", "Outbound", **more))
    return builder


def dual_stack() -> EstateBuilder:
    """Network and subnets have an IPv6 range each, as dual-stack ones do."""
    builder = spaces("fd00:20::/48")
    for n in (0, 1):
        held = subnet_of(builder, n)
        held["addressPrefixes"] = [held.pop("addressPrefix"), f"fd00:20:0:{n}::/64"]
    return builder


def without(resource: str, *fields: str) -> EstateBuilder:
    """A body that lacks some properties."""
    builder = healthy()
    for field in fields:
        builder.get(resource)["properties"].pop(field, None)
    return builder


ODD: dict[str, tuple[Callable[[], EstateBuilder], Verdict]] = {
    "a prefix too long": (lambda: spaces("10.30.0.0/33"), UNKNOWN),
    "an empty prefix": (lambda: spaces(""), UNKNOWN),
    "a prefix of words": (lambda: spaces("corporate"), UNKNOWN),
    "a prefix with host bits": (lambda: spaces("10.30.0.9/16"), OK),
    "an IPv6 prefix": (lambda: spaces("fd00:20::/48"), OK),
    "two families everywhere": (dual_stack, OK),
    "a DNS server with a blank": (lambda: asks("10.10.4.40 "), UNKNOWN),
    "an empty DNS server": (lambda: asks(""), UNKNOWN),
    "an IPv6 DNS server": (lambda: asks("fe80::1"), UNKNOWN),
    "a DNS server by name": (lambda: asks("localhost"), UNKNOWN),
    "Azure DNS twice": (lambda: asks("168.63.129.16", "168.63.129.16"), OK),
    "an address of words": (lambda: answers("nonsense"), BROKEN),
    "no address": (lambda: answers(), BROKEN),
    "the right address twice": (lambda: answers("10.20.4.5", "10.20.4.5"), OK),
    "a route without a prefix": (lambda: routed(None), UNKNOWN),
    "a route with a prefix too long": (lambda: routed("10.20.4.5/33"), OK),
    "a route for IPv6": (lambda: routed("::/0"), OK),
    "a rule for an odd port": (lambda: denied(destinationPortRange="70000"), OK),
    "a rule for no port": (lambda: denied(destinationPortRange="-443"), OK),
    "a rule for an odd address": (lambda: denied(destinationAddressPrefix="10.20.4.0/99"), OK),
    "a rule for a tag that nobody knows": (lambda: denied(destinationAddressPrefix="AzureNonsense.Mars"), OK),
    "a rule with empty lists": (lambda: denied(destinationAddressPrefix="", destinationAddressPrefixes=[]), BROKEN),
    "a registry without a firewall": (lambda: without(REGISTRY, "networkRuleSet", "publicNetworkAccess"), OK),
    "a network without DNS options": (lambda: without(NETWORK, "dhcpOptions"), OK),
    "an endpoint without its DNS hints": (lambda: without(ENDPOINT, "customDnsConfigs"), OK),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_inputs_are_judged_or_unknown(name: str) -> None:
    """What cannot be understood makes the path unknown where it counts, and is passed over where it does not."""
    build, expected = ODD[name]
    assert judged(diagnosed(build()))[0] is expected


@pytest.mark.parametrize("name", [name for name, (_, verdict) in ODD.items() if verdict is UNKNOWN])
def test_nothing_is_planned_because_of_odd_inputs(name: str) -> None:
    """A body that could not be understood changes nothing."""
    assert diagnosed(ODD[name][0]()).plan.changes == ()


def test_an_app_that_names_nothing_is_no_path() -> None:
    """Empty images and entries name no registry."""
    builder = healthy()
    environment = rid("Microsoft.App/managedEnvironments", "cae")
    builder.app("empty", environment, "", registries=[{"server": ""}])
    assert [path.consumer.name for path in diagnosed(builder).paths] == ["orders"]

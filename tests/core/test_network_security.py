"""Security groups on the way of a pull, seen through diagnoses of small estates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from remediator.core.pull_path import Verdict
from tests.core.breaks import REGISTRY, hub_and_spoke
from tests.core.breaks_way import rule, security_group, subnet_of
from tests.core.diagnosing import diagnosed, kinds
from tests.core.pulling_in_public import judged, open_registry
from tests.estate_builder import HUB_SUB, EstateBuilder, healthy, rid

OK, BROKEN, UNKNOWN = Verdict.OK, Verdict.BROKEN, Verdict.UNKNOWN
HUB = rid("Microsoft.Network/virtualNetworks", "vnet-hub", sub=HUB_SUB, group="rg-hub")
Build = Callable[[], EstateBuilder]


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
    "in public: everything denied inbound": (lambda: grouped(open_registry, DENY_IN), (OK, None)),
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


def test_layers_of_a_replica_come_from_its_own_region() -> None:
    """With replicas any of them may serve the pull: letting out to the storage of one region is not surely enough."""
    tags = ("AzureContainerRegistry", "Storage.westeurope")
    allowed = [
        rule(f"allow-{n}", 100 + n, "Allow", "Outbound", destinationAddressPrefix=one) for n, one in enumerate(tags)
    ]
    builder = grouped(lambda: open_registry(replicas=("northeurope",)), *allowed, DENY_OUT)
    builder.get(REGISTRY)["properties"]["dataEndpointEnabled"] = False
    assert judged(diagnosed(builder)) == (UNKNOWN, "network-security")


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


def access_off(*rules: dict[str, Any]) -> EstateBuilder:
    """The app's group lets out to the hub, the peering has access off, and these rules guard the endpoint."""
    builder = hub_and_spoke()
    for key, body in builder.bodies.items():
        if "/virtualnetworkpeerings/" in key:
            body["properties"]["allowVirtualNetworkAccess"] = False
    security_group(builder, rule("to-hub", 100, "Allow", "Outbound", destinationAddressPrefix="10.10.0.0/16"))
    guard = rid("Microsoft.Network/networkSecurityGroups", "guard")
    listed = [{**one, "id": f"{guard}/securityRules/{one['name']}"} for one in rules]
    kind = "Microsoft.Network/networkSecurityGroups"
    builder.add({"id": guard, "name": "guard", "type": kind, "properties": {"securityRules": listed}})
    endpoints = builder.get(HUB)["properties"]["subnets"][1]["properties"]
    endpoints.update(networkSecurityGroup={"id": guard}, privateEndpointNetworkPolicies="Enabled")
    return builder


FROM_APP = {"sourceAddressPrefix": "10.20.0.0/23"}
GUARDS: dict[str, tuple[tuple[dict[str, Any], ...], tuple[Verdict, str | None]]] = {
    "no rule of its own": ((), (UNKNOWN, "network-security")),
    "the app allowed": ((rule("in", 100, "Allow", "Inbound", **FROM_APP),), (OK, None)),
    "the app denied what is in the endpoint's network": (
        (rule("in", 100, "Deny", "Inbound", destinationAddressPrefix="VirtualNetwork", **FROM_APP),),
        (BROKEN, "network-security"),
    ),
    "VirtualNetwork allowed": (
        (rule("in", 100, "Allow", "Inbound", sourceAddressPrefix="VirtualNetwork"), DENY_IN),
        (UNKNOWN, "network-security"),
    ),
}


@pytest.mark.parametrize("name", GUARDS)
def test_with_access_off_only_rules_that_name_addresses_decide(name: str) -> None:
    """Whether the app counts as VirtualNetwork at the endpoint is not known; the endpoint itself surely does."""
    rules, expected = GUARDS[name]
    assert judged(diagnosed(access_off(*rules))) == expected

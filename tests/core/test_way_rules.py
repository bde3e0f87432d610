"""Routes, security groups, peerings and address rules on the way of a pull, seen through diagnoses of small estates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from remediator.core.finding import Severity
from remediator.core.pull_path import Verdict
from remediator.core.resource_id import ResourceId
from tests.core.breaks import NETWORK, REGISTRY, hub_and_spoke
from tests.core.breaks_way import route, subnet_of
from tests.core.diagnosing import diagnosed, kinds
from tests.core.pulling_in_public import judged, open_registry
from tests.estate_builder import HUB_SUB, EstateBuilder, healthy, rid, spoke

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


TURNS = [
    (healthy, "10.20.4.5/32", "None", "the route one (10.20.4.5/32) of snet-aca drops the traffic for "),
    (healthy, "10.20.4.5/32", "Internet", "sends the traffic to the internet, where a private address is lost for"),
    (healthy, "10.20.4.5/32", "VirtualAppliance", "sends the traffic to a VirtualAppliance at 10.20.9.9, which may or"),
    (open_registry, "0.0.0.0/0", "None", "drops the traffic for shop.azurecr.io (public)"),
]


@pytest.mark.parametrize(("build", "prefix", "hop", "words"), TURNS)
def test_a_turn_is_told_in_words(build: Build, prefix: str, hop: str, words: str) -> None:
    """Which route, of which subnet, does what to traffic for which name."""
    deciding = diagnosed(routed(build, prefix, hop)).paths[0].deciding
    assert deciding is not None
    assert words in deciding.detail


def test_an_endpoint_network_in_error_leaves_wide_routes_open() -> None:
    """Whether a route counts depends on the endpoint's subnet: with its network unread, the path is unknown."""
    builder = hub_and_spoke()
    route(builder, "10.10.0.0/16", "None")
    builder.error(HUB)
    assert judged(diagnosed(builder)) == (UNKNOWN, "route")


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


def with_peering(**properties: Any) -> EstateBuilder:
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
        lambda: with_peering(allowVirtualNetworkAccess=False),
        (UNKNOWN, "peering"),
        [],
    ),
    "some subnets, these among them": (
        lambda: with_peering(
            peerCompleteVnets=False,
            localSubnetNames=["snet-aca", "snet-endpoints"],
            remoteSubnetNames=["snet-aca", "snet-endpoints"],
        ),
        (OK, None),
        [],
    ),
    "a gateway of the hub": (lambda: with_peering(useRemoteGateways=True), (OK, None), []),
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


def second_endpoint(state: str, *, environment: bool = True) -> EstateBuilder:
    """An endpoint beside the app, and one in the hub for others; the peering between them is in this state."""
    builder = healthy()
    hub, _, endpoints = spoke(builder, "hub", 10, sub=HUB_SUB, group="rg-hub")
    builder.endpoint("pe-hub", REGISTRY, endpoints, 4, sub=HUB_SUB, group="rg-hub")
    builder.peer(NETWORK, hub, state)
    if not environment:
        builder.drop(rid("Microsoft.App/managedEnvironments", "cae"))
        builder.drop(rid("Microsoft.App/containerApps", "orders"))
    return builder


RISKS = [
    (lambda: second_endpoint("Disconnected"), ["peering"]),
    (lambda: second_endpoint("Initiated"), ["peering"]),
    (lambda: second_endpoint("Connected"), []),
    (lambda: second_endpoint("Disconnected", environment=False), []),
]


@pytest.mark.parametrize(("build", "expected"), RISKS)
def test_a_peering_that_nobody_needs_yet_is_a_risk(build: Build, expected: list[str]) -> None:
    """Between an environment's network and one with an endpoint a broken peering is told, and left to its owners."""
    found = diagnosed(build())
    risks = [one for one in found.findings if one.rule == "peering"]
    assert ([one.rule for one in risks], kinds(found)) == (expected, [])
    assert all((one.severity, one.remedy) == (Severity.RISK, ()) for one in risks)


SIDES = {
    "the spoke's": (f"{NETWORK}/virtualNetworkPeerings/to-vnet-hub", {"peeringState": "Disconnected"}),
    "the hub's": (f"{HUB}/virtualNetworkPeerings/to-vnet-spoke", {"peeringSyncLevel": "RemoteNotInSync"}),
}


@pytest.mark.parametrize("name", SIDES)
def test_the_side_that_is_wrong_is_the_target(name: str) -> None:
    """The finding is about the side that is not whole; its evidence tells the state of both."""
    side, properties = SIDES[name]
    builder = hub_and_spoke()
    builder.get(side)["properties"].update(properties)
    finding = next(one for one in diagnosed(builder).findings if one.rule == "peering")
    assert (finding.target.text, len(finding.evidence)) == (side, 2)
    assert next(iter(properties.values())) in "".join(finding.evidence)

"""What routes, appliances, gateways and peerings carry, and what is lost on them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.valley import FIREWALL, SERVER, Valley


def test_peering_is_not_transitive() -> None:
    """An endpoint two peerings away cannot be reached."""
    assert Valley("hub").pull().ok
    attempt = Valley("far").pull()
    assert attempt.stage == "route"
    assert "dial tcp 10.30.4.5:443: i/o timeout" in attempt.text


@pytest.mark.parametrize("prefix", ["0.0.0.0/0", "10.0.0.0/8", "10.30.4.0/24"])
def test_a_firewall_in_the_hub_carries_on(prefix: str) -> None:
    """A route to an Azure Firewall whose network is peered with the endpoint's brings the traffic there."""
    valley = Valley("far")
    valley.firewall()
    valley.routes((prefix, "VirtualAppliance", FIREWALL))
    assert valley.pull().ok


def test_an_appliance_must_stand_beside_both() -> None:
    """A firewall that is not joined with the asker, or not with the endpoint's network, brings nothing there."""
    valley = Valley("far")
    valley.firewall("10.30.0.4", "far")
    valley.routes(("10.30.0.0/16", "VirtualAppliance", "10.30.0.4"))
    assert valley.pull().stage == "route"
    valley = Valley("far")
    valley.firewall()
    valley.routes(("10.30.0.0/16", "VirtualAppliance", FIREWALL))
    valley.builder.drop(f"{valley.networks['far']}/virtualNetworkPeerings/to-vnet-hub")
    assert valley.pull().stage == "route"


def test_an_unknown_appliance_drops_unless_a_test_knows_better() -> None:
    """Nobody knows what stands at the next hop: dropped. `appliances` says that it forwards, or that it drops."""
    valley = Valley("far")
    valley.routes(("10.30.0.0/16", "VirtualAppliance", SERVER))
    assert valley.pull().stage == "route"
    valley.appliances = {SERVER: "forward"}
    assert valley.pull().ok
    valley.firewall(SERVER)
    valley.appliances = {SERVER: "drop"}
    assert valley.pull().stage == "route"


@pytest.mark.parametrize(
    ("prefix", "policies", "ok"),
    [
        ("10.0.0.0/8", "RouteTableEnabled", True),
        ("10.10.0.0/16", "Disabled", True),
        ("10.10.0.0/16", "NetworkSecurityGroupEnabled", True),
        ("10.10.0.0/16", "RouteTableEnabled", False),
        ("10.10.4.0/24", "Enabled", False),
        ("10.10.4.5/32", "Disabled", False),
    ],
)
def test_only_narrow_routes_outrank_a_peered_endpoint(prefix: str, policies: str, ok: bool) -> None:
    """The endpoint's /32 route beats wider ones, unless its subnet's policies are on and the route is as narrow as the
    network; a wider route than the network never counts."""
    valley = Valley("hub")
    valley.of(valley.endpoints["hub"])["privateEndpointNetworkPolicies"] = policies
    valley.routes((prefix, "None", ""))
    assert valley.pull().ok is ok


def test_the_longest_route_counts() -> None:
    """Of a dropping /8 and a forwarding /16, the /16 is followed."""
    valley = Valley("far")
    valley.firewall()
    valley.routes(("10.0.0.0/8", "None", ""), ("10.30.0.0/16", "VirtualAppliance", FIREWALL))
    assert valley.pull().ok


@pytest.mark.parametrize("kind", ["None", "Internet", "VnetLocal", "VirtualNetworkGateway"])
def test_other_next_hops_lose_private_traffic(kind: str) -> None:
    """A private address of another network is lost on None, Internet, VnetLocal, and a gateway that is not there."""
    valley = Valley("far")
    valley.routes(("10.30.0.0/16", kind, ""))
    assert valley.pull().stage == "route"


def test_vnet_local_stays_inside() -> None:
    """VnetLocal delivers within the own network."""
    valley = Valley("spoke")
    valley.of(valley.endpoints["spoke"])["privateEndpointNetworkPolicies"] = "Enabled"
    valley.routes(("10.20.0.0/16", "VnetLocal", ""))
    assert valley.pull().ok


def test_a_gateway_carries_between_the_networks_that_use_it() -> None:
    """Spokes that use the hub's gateway reach each other through it; one that does not use it is not reached."""
    valley = Valley("far")
    part = {"name": "one", "properties": {"subnet": {"id": f"{valley.networks['hub']}/subnets/GatewaySubnet"}}}
    valley.put("Microsoft.Network/virtualNetworkGateways", "gw", {"ipConfigurations": [part]})
    valley.routes(("10.30.0.0/16", "VirtualNetworkGateway", ""))
    for side in ("spoke", "far"):
        valley.peering("hub", side)["allowGatewayTransit"] = True
    valley.peering("spoke", "hub")["useRemoteGateways"] = True
    assert valley.pull().stage == "route"
    valley.peering("far", "hub")["useRemoteGateways"] = True
    assert valley.pull().ok
    valley.peering("hub", "far")["allowGatewayTransit"] = False
    assert valley.pull().stage == "route"


@pytest.mark.parametrize(
    ("side", "properties"),
    [
        (("spoke", "hub"), {"peeringState": "Initiated"}),
        (("hub", "spoke"), {"peeringState": "Disconnected"}),
        (("spoke", "hub"), {"peeringSyncLevel": "RemoteNotInSync", "carried": "10.99.0.0/16"}),
        (("hub", "spoke"), {"peeringSyncLevel": "LocalNotInSync", "carried": "10.20.128.0/17"}),
        (("spoke", "hub"), {"subnets": (["snet-aca"], ["snet-other"])}),
        (("hub", "spoke"), {"subnets": (["snet-endpoints"], ["snet-endpoints"])}),
    ],
)
def test_a_peering_that_does_not_carry(side: tuple[str, str], properties: dict[str, Any]) -> None:
    """Not connected on both sides, out of sync without the address, or joined with other subnets: a timeout."""
    valley = Valley("hub")
    peering = valley.peering(*side)
    peering.update({name: value for name, value in properties.items() if name.startswith("peering")})
    if "carried" in properties:
        peering["remoteAddressSpace"] = {"addressPrefixes": [properties["carried"]]}
    if "subnets" in properties:
        local, remote = properties["subnets"]
        peering.update(peerCompleteVnets=False, localSubnetNames=local, remoteSubnetNames=remote)
    assert valley.pull().stage == "route"


def test_a_peering_that_carries_all_the_same() -> None:
    """Out of sync keeps what it carried; named subnets talk; `allowVirtualNetworkAccess: false` alone stops nothing."""
    valley = Valley("hub")
    here, there = valley.peering("spoke", "hub"), valley.peering("hub", "spoke")
    space = {"addressPrefixes": ["10.10.0.0/16"]}
    here.update(peeringSyncLevel="RemoteNotInSync", remoteAddressSpace=space, allowVirtualNetworkAccess=False)
    here.update(peerCompleteVnets=False, localSubnetNames=["snet-aca"], remoteSubnetNames=["snet-endpoints"])
    there.update(peerCompleteVnets=False, localSubnetNames=["SNET-endpoints"], remoteSubnetNames=["snet-aca"])
    assert valley.pull().ok


@pytest.mark.parametrize(
    ("route", "stage"),
    [
        (("0.0.0.0/0", "None", ""), "route"),
        (("0.0.0.0/0", "Internet", ""), "pulled"),
        (("0.0.0.0/0", "VirtualAppliance", FIREWALL), "pulled"),
        (("0.0.0.0/0", "VirtualAppliance", "10.10.0.99"), "route"),
        (("0.0.0.0/0", "VirtualNetworkGateway", ""), "route"),
        (("AzureContainerRegistry", "None", ""), "route"),
        (("AzureContainerRegistry.NorthEurope", "None", ""), "pulled"),
        (("Storage.WestEurope", "None", ""), "layers"),
    ],
)
def test_public_arrivals_follow_routes_too(route: tuple[str, str, str], stage: str) -> None:
    """An open registry without an endpoint is reached over the default route, by prefix or by service tag."""
    valley = Valley("", closed=False)
    valley.firewall()
    valley.routes(route)
    assert valley.pull().stage == stage


def test_an_appliance_that_drops_lets_nothing_out() -> None:
    """A default route to something that drops: no public arrival."""
    valley = Valley("", closed=False)
    valley.routes(("0.0.0.0/0", "VirtualAppliance", FIREWALL))
    valley.appliances = {FIREWALL: "drop"}
    assert valley.pull().stage == "route"
    valley.appliances = {FIREWALL: "forward"}
    assert valley.pull().ok


def test_other_registries_need_a_way_out_as_well() -> None:
    """An image of somebody else's registry times out where nothing leads outside."""
    valley = Valley()
    valley.builder.get(valley.app)["properties"]["template"]["containers"][0]["image"] = "mcr.microsoft.com/hello:1"
    assert valley.pull().ok
    valley.routes(("0.0.0.0/0", "None", ""))
    assert valley.pull().stage == "route"


def test_a_record_with_several_addresses_needs_one_that_answers() -> None:
    """Clients try the addresses of a name in turn."""
    valley = Valley()
    record = valley.of(f"{valley.zone}/A/shop")
    record["aRecords"].insert(0, {"ipv4Address": "10.10.4.99"})
    assert valley.pull().ok
    del record["aRecords"][1]
    assert valley.pull().stage == "route"

"""Traps of peerings: what looks connected and does not carry, and what carries without looking so."""

from __future__ import annotations

import pytest

from remediator.core.finding import Severity
from remediator.core.pull_path import Verdict
from tests.core.breaks import NETWORK, hub_and_spoke
from tests.core.breaks_way import rule, security_group
from tests.core.diagnosing import diagnosed, kinds, rules
from tests.estate_builder import HUB_SUB, EstateBuilder, rid, spoke

HUB = rid("Microsoft.Network/virtualNetworks", "vnet-hub", sub=HUB_SUB, group="rg-hub")
OURS, THEIRS = f"{NETWORK}/virtualNetworkPeerings/to-vnet-hub", f"{HUB}/virtualNetworkPeerings/to-vnet-spoke"


def sides(**properties: object) -> EstateBuilder:
    """A hub with the endpoint and a peered spoke with the app; both sides of the peering get these properties."""
    builder = hub_and_spoke()
    for side in (OURS, THEIRS):
        builder.get(side)["properties"].update(properties)
    return builder


def verdict(builder: EstateBuilder) -> tuple[Verdict, str | None]:
    """The verdict of the app's path, and the rule of the hop that decides."""
    (path,) = diagnosed(builder).paths
    return path.verdict, path.deciding.rule if path.deciding else None


@pytest.mark.parametrize("side", [OURS, THEIRS], ids=["the spoke's side", "the hub's side"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("peeringState", "Initiated"),
        ("peeringState", "Disconnected"),
        ("peeringSyncLevel", "RemoteNotInSync"),
        ("peeringSyncLevel", "LocalNotInSync"),
        ("peeringSyncLevel", "LocalAndRemoteNotInSync"),
    ],
)
def test_both_sides_have_to_be_connected_and_in_sync(side: str, field: str, value: str) -> None:
    """One side that is not breaks the path at the peering, whatever the other side says."""
    builder = hub_and_spoke()
    builder.get(side)["properties"][field] = value
    assert verdict(builder) == (Verdict.BROKEN, "peering")


def test_connected_says_nothing_about_named_subnets() -> None:
    """A peering of some subnets, and not of these, is broken although its state is Connected; without names unknown."""
    partly = {"peerCompleteVnets": False}
    assert verdict(sides(**partly))[0] is Verdict.UNKNOWN
    builder = sides(**partly, localSubnetNames=["snet-other"], remoteSubnetNames=["snet-other"])
    assert verdict(builder) == (Verdict.BROKEN, "peering")
    assert kinds(diagnosed(builder)) == []


def test_access_that_is_off_is_unknown_unless_a_rule_decides() -> None:
    """`allowVirtualNetworkAccess: false` only takes the peer out of a tag: rules decide, else nobody knows."""
    builder = sides(allowVirtualNetworkAccess=False)
    assert verdict(builder)[0] is Verdict.UNKNOWN
    assert kinds(diagnosed(builder)) == []
    address = {"destinationAddressPrefix": "10.10.0.0/16", "destinationPortRange": "443"}
    security_group(builder, rule("to-hub", 100, "Allow", "Outbound", **address))
    assert verdict(builder) == (Verdict.OK, None)


def asked(builder: EstateBuilder) -> tuple[str, Severity, str, str]:
    """Rule, severity, target and advice of the only finding."""
    (finding,) = diagnosed(builder).findings
    return finding.rule, finding.severity, finding.target.name, finding.advice


def test_what_was_read_and_still_does_not_decide_says_whom_to_ask() -> None:
    """Access that is off, a hub's gateway and an appliance are no faults, but a person hears where to look."""
    off = asked(sides(allowVirtualNetworkAccess=False))
    assert (*off[:3], "both sides" in off[3]) == ("peering", Severity.UNKNOWN, "to-vnet-hub", True)
    builder = beyond_the_hub()
    builder.get(OURS)["properties"]["useRemoteGateways"] = True
    gateway = asked(builder)
    assert (*gateway[:3], "owner of vnet-hub" in gateway[3]) == ("peering", Severity.UNKNOWN, "vnet-spoke", True)
    carried = asked(routed_to_an_appliance())
    assert (*carried[:3], "VirtualAppliance at 10.10.0.4" in carried[3]) == (*gateway[:3], True)


def test_a_network_that_could_not_be_read_is_no_finding() -> None:
    """There is nobody to ask but the reader: the path is unknown, and no rule says so."""
    builder = hub_and_spoke()
    builder.error(HUB)
    assert (verdict(builder)[0], rules(diagnosed(builder))) == (Verdict.UNKNOWN, [])


def beyond_the_hub() -> EstateBuilder:
    """The endpoint stands in a second spoke of the hub; the two spokes are not peered with each other."""
    builder = EstateBuilder()
    network, infrastructure, _ = spoke(builder)
    hub, _, _ = spoke(builder, "hub", 10, sub=HUB_SUB, group="rg-hub")
    far, _, endpoints = spoke(builder, "far", 40)
    builder.peer(network, hub)
    builder.peer(hub, far)
    zone = builder.zone()
    builder.group(builder.endpoint("pe-shop", builder.registry("shop"), endpoints, 4), zone)
    builder.link(zone, network)
    builder.app("orders", builder.environment("cae", infrastructure), "shop.azurecr.io/orders:1")
    return builder


def test_a_peering_of_a_peering_is_no_way() -> None:
    """Two spokes of one hub do not reach each other through it: the networks themselves have to be peered."""
    diagnosis = diagnosed(beyond_the_hub())
    assert (rules(diagnosis), diagnosis.paths[0].verdict) == (["peering"], Verdict.BROKEN)
    assert kinds(diagnosis) == ["create-peering"] * 2
    assert {change.target.parent.name for change in diagnosis.plan.changes if change.target.parent} == {
        "vnet-spoke",
        "vnet-far",
    }


def routed_to_an_appliance() -> EstateBuilder:
    """The endpoint in a second spoke, and a route to the hub's appliance that covers it."""
    builder = beyond_the_hub()
    table = rid("Microsoft.Network/routeTables", "rt")
    hop = {"addressPrefix": "10.0.0.0/8", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.10.0.4"}
    routes = [{"id": f"{table}/routes/hub", "name": "hub", "properties": hop}]
    builder.add({"id": table, "name": "rt", "type": "Microsoft.Network/routeTables", "properties": {"routes": routes}})
    builder.get(NETWORK)["properties"]["subnets"][0]["properties"]["routeTable"] = {"id": table}
    return builder


def test_what_an_appliance_may_carry_is_not_called_broken() -> None:
    """A route to the hub's appliance that covers the endpoint leaves it open: unknown, and no second endpoint."""
    diagnosis = diagnosed(routed_to_an_appliance())
    assert ([path.verdict for path in diagnosis.paths], kinds(diagnosis)) == ([Verdict.UNKNOWN], [])


def test_networks_whose_addresses_overlap_are_not_peered() -> None:
    """Azure refuses such a peering, so that none is planned."""
    builder = beyond_the_hub()
    space = builder.get(NETWORK)["properties"]["addressSpace"]["addressPrefixes"]
    space.append("10.40.128.0/17")
    assert "create-peering" not in kinds(diagnosed(builder))

"""Unknown is not absent: what cannot be read leads to no finding about its absence and to no change."""

from __future__ import annotations

import pytest

from remediator.core.desired import DesiredState, RegistryIntent
from remediator.core.pull_path import Verdict
from remediator.core.resource_id import ResourceId
from tests.core.breaks import ENDPOINT, ENVIRONMENT, NETWORK, REGISTRY, hub_and_spoke, zone_of
from tests.core.diagnosing import diagnosed, kinds
from tests.estate_builder import closed_without_endpoint, healthy, rid

ZONE = zone_of(healthy())
UNREADABLE = {
    "registry": REGISTRY,
    "endpoint": ENDPOINT,
    "interface": rid("Microsoft.Network/networkInterfaces", "pe-shop.nic"),
    "zone": ZONE,
    "link": f"{ZONE}/virtualNetworkLinks/to-vnet-spoke",
    "record": f"{ZONE}/A/shop",
    "network": NETWORK,
    "environment": ENVIRONMENT,
    "app": rid("Microsoft.App/containerApps", "orders"),
}


@pytest.mark.parametrize("what", sorted(UNREADABLE))
def test_an_unreadable_resource_makes_the_path_unknown(what: str) -> None:
    """When a resource of the path cannot be read, the path is unknown, with no finding and no plan."""
    builder = healthy()
    builder.error(UNREADABLE[what])
    diagnosis = diagnosed(builder)
    assert [path.verdict for path in diagnosis.paths] == [Verdict.UNKNOWN]
    assert (diagnosis.findings, diagnosis.plan.changes) == ((), ())


@pytest.mark.parametrize("what", ["endpoint", "interface", "network", "environment"])
def test_a_resource_that_is_referred_to_and_missing_is_unknown(what: str) -> None:
    """An id that something refers to and that the estate does not hold is unknown, not absent."""
    builder = healthy()
    builder.drop(UNREADABLE[what])
    assert [path.verdict for path in diagnosed(builder).paths] == [Verdict.UNKNOWN]


def test_a_hub_that_cannot_be_read_leaves_its_security_groups_unknown() -> None:
    """The spoke's own side says Connected, which needs both sides; whether a group guards the endpoint is not known."""
    builder = hub_and_spoke()
    hub = next(key for key in builder.bodies if key.endswith("/virtualnetworks/vnet-hub"))
    builder.error(builder.bodies[hub]["id"])
    path = diagnosed(builder).paths[0]
    assert path.deciding is not None
    assert (path.verdict, path.deciding.rule) == (Verdict.UNKNOWN, "network-security")


def test_a_mend_that_leads_to_what_cannot_be_read_is_asked_for() -> None:
    """A missing link is planned although the hub cannot be read; whether the app pulls afterwards is left open."""
    builder = hub_and_spoke()
    hub = next(key for key in builder.bodies if key.endswith("/virtualnetworks/vnet-hub"))
    builder.error(builder.bodies[hub]["id"])
    builder.drop(next(key for key in builder.bodies if key.endswith("/virtualnetworklinks/to-vnet-spoke")))
    diagnosis = diagnosed(builder)
    assert kinds(diagnosis) == ["create-vnet-link"]
    assert [path.consumer.name for path in diagnosis.foresight.doubtful] == ["orders"]
    assert diagnosis.ruling is not None
    assert "is not known" in diagnosis.ruling.reasons[-1]


def test_a_name_that_is_no_registry_name_is_left_aside() -> None:
    """An odd data host in a registry's body neither stops the diagnosis nor counts as a name to resolve."""
    builder = healthy()
    builder.get(REGISTRY)["properties"]["dataEndpointHostNames"].append("x")
    assert [path.verdict for path in diagnosed(builder).paths] == [Verdict.OK]


def test_a_zone_whose_records_cannot_be_read_is_not_replaced() -> None:
    """The missing link is found; neither the link nor another zone is planned while the records are unknown."""
    builder = healthy()
    builder.drop(UNREADABLE["link"])
    builder.error(UNREADABLE["record"])
    diagnosis = diagnosed(builder)
    assert ([f.rule for f in diagnosis.findings], diagnosis.plan.changes) == (["vnet-link"], ())


def test_a_declared_zone_that_was_not_read_is_not_created() -> None:
    """A zone that the document names in a subscription that nobody read may exist: unknown, and nothing is planned."""
    elsewhere = "0c0c0c0c-1111-4222-8333-444444444444"
    zone = ResourceId(rid("Microsoft.Network/privateDnsZones", "privatelink.azurecr.io", sub=elsewhere))
    builder = healthy()
    builder.drop(ZONE)
    diagnosis = diagnosed(builder, DesiredState(declared=True, registries=(RegistryIntent(zone=zone),)))
    assert ([path.verdict for path in diagnosis.paths], diagnosis.plan.changes) == ([Verdict.UNKNOWN], ())


def test_an_endpoint_is_not_placed_where_room_is_unknown() -> None:
    """Without the list of replicas nobody knows how many addresses are needed: found, and not planned."""
    builder = closed_without_endpoint()
    builder.registry("shop", replicas=("chinaeast2",))
    builder.error(f"{REGISTRY}/replications/chinaeast2")
    diagnosis = diagnosed(builder)
    assert ([f.rule for f in diagnosis.findings], diagnosis.plan.changes) == (["private-endpoint"], ())


def test_a_network_with_an_address_that_is_none_is_unknown() -> None:
    """A prefix that is no range of addresses makes the network unknown; the diagnosis goes on."""
    builder = healthy()
    builder.get(NETWORK)["properties"]["addressSpace"]["addressPrefixes"] = ["x"]
    assert [path.verdict for path in diagnosed(builder).paths] == [Verdict.UNKNOWN]

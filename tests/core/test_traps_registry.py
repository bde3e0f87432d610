"""Traps around a registry and its endpoints: what is never proposed, where no endpoint goes, how much room it needs."""

from __future__ import annotations

import pytest

from remediator.core.change import ChangeKind
from remediator.core.desired import Decision, DesiredState, Limits, RegistryIntent
from remediator.core.finding import Severity
from tests.core.breaks import ENDPOINT, ENVIRONMENT, NETWORK, REGISTRY, standard_tier, zone_of
from tests.core.diagnosing import diagnosed, kinds, rules
from tests.estate_builder import EstateBuilder, closed_without_endpoint, healthy

OPEN = RegistryIntent(public_network_access="Enabled", default_action="Allow", ip_rules=None)


def subnets(builder: EstateBuilder) -> list[dict[str, object]]:
    """The properties of the network's subnets: the infrastructure's, then the endpoints'."""
    return [subnet["properties"] for subnet in builder.get(NETWORK)["properties"]["subnets"]]


def test_an_upgrade_is_a_change_of_its_own_that_a_person_allows_and_approves() -> None:
    """Without `allowSkuUpgrade` nothing is planned for a Standard registry; with it the upgrade is asked for alone."""
    assert kinds(diagnosed(standard_tier())) == []
    limits = Limits(allow_sku_upgrade=True, auto_kinds=frozenset(kind.value for kind in ChangeKind))
    diagnosis = diagnosed(standard_tier(), DesiredState(declared=True, limits=limits))
    upgrade = [change for change in diagnosis.plan.changes if change.kind is ChangeKind.UPGRADE_SKU]
    assert [(change.before, change.after) for change in upgrade] == [({"sku": "Standard"}, {"sku": "Premium"})]
    assert diagnosis.ruling is not None
    assert diagnosis.ruling.decision is Decision.ASK


def test_an_endpoint_never_goes_into_the_environments_own_subnet() -> None:
    """A Consumption-only environment's subnet is not delegated, and is no place for an endpoint all the same."""
    builder = closed_without_endpoint()
    subnets(builder)[0]["delegations"] = []
    builder.get(NETWORK)["properties"]["subnets"].pop()
    builder.get(ENVIRONMENT)["properties"]["workloadProfiles"] = None
    diagnosis = diagnosed(builder)
    assert (rules(diagnosis)[0], kinds(diagnosis)) == ("endpoint-subnet", [])


@pytest.mark.parametrize(
    ("replicas", "regional", "needed"),
    [((), (), 2), (("northeurope", "eastus"), (), 4), (("northeurope", "eastus"), ("a", "b", "c"), 7)],
)
def test_an_endpoint_needs_an_address_for_each_name(
    replicas: tuple[str, ...], regional: tuple[str, ...], needed: int
) -> None:
    """One for the login name, one for each region's data, one for each regional name: one less is not enough."""
    for free, found in ((needed, "private-endpoint"), (needed - 1, "endpoint-subnet")):
        builder = closed_without_endpoint("AzureCloud", "westeurope")
        hosts = [f"shop.{region}.geo.azurecr.io" for region in regional]
        builder.registry("shop", replicas=replicas, regionalEndpointHostNames=hosts)
        taken = [{"id": f"taken-{number}"} for number in range(11 - free)]  # a /28 has 16, Azure keeps 5
        subnets(builder)[1].update({"addressPrefix": "10.20.4.0/28", "ipConfigurations": taken})
        assert rules(diagnosed(builder))[0] == found, free


def test_the_home_region_is_counted_once() -> None:
    """Once replicated, the list of replications includes the home region: it needs no address of its own twice."""
    builder = closed_without_endpoint("AzureCloud", "westeurope")
    builder.registry("shop", replicas=("westeurope", "northeurope"))
    subnets(builder)[1].update({"addressPrefix": "10.20.4.0/29"})
    assert rules(diagnosed(builder))[0] == "private-endpoint"


@pytest.mark.parametrize("replicated", [True, False])
def test_what_would_hold_up_the_next_replica_is_a_risk(replicated: bool) -> None:
    """A full subnet and fixed addresses, of a registry with replicas: Azure would not name them when it refuses."""
    builder = healthy()
    builder.get(ENDPOINT)["properties"]["ipConfigurations"] = [{"name": "fixed"}]
    subnets(builder)[1].update({"addressPrefix": "10.20.4.0/29", "ipConfigurations": [{"id": n} for n in "abc"]})
    if replicated:
        builder.add({**builder.get(REGISTRY), "id": f"{REGISTRY}/replications/northeurope", "location": "northeurope"})
    found = [f for f in diagnosed(builder).findings if f.rule == "endpoint-subnet"]
    assert [(f.severity, f.target.name, f.remedy) for f in found] == (
        [(Severity.RISK, "pe-shop", ()), (Severity.RISK, "snet-endpoints", ())] if replicated else []
    )


@pytest.mark.parametrize(("held", "planned"), [(199, True), (200, False)])
def test_a_registry_with_200_endpoints_gets_no_other(held: int, planned: bool) -> None:
    """The limit is Azure's; somebody has to remove an endpoint first, and the finding says so."""
    builder = closed_without_endpoint()
    state = {"privateLinkServiceConnectionState": {"status": "Approved"}}
    builder.get(REGISTRY)["properties"]["privateEndpointConnections"] = [
        {"id": f"{REGISTRY}/privateEndpointConnections/c{number}", "properties": state} for number in range(held)
    ]
    diagnosis = diagnosed(builder)
    assert rules(diagnosis)[0] == "private-endpoint"
    assert ("create-private-endpoint" in kinds(diagnosis)) == planned
    assert ("the most that Azure allows" in diagnosis.findings[0].advice) == (not planned)


def test_nothing_writes_to_an_endpoint_that_is_there() -> None:
    """Endpoints are created and deleted, never updated: a connection keeps its array, a dead one is replaced."""
    assert {kind for kind in ChangeKind if kind.value.endswith("private-endpoint")} == {
        ChangeKind.CREATE_ENDPOINT,
        ChangeKind.DELETE_ENDPOINT,
    }


def test_address_rules_are_written_as_a_whole() -> None:
    """A PATCH replaces the array, so that a plan for one missing address names all that are declared."""
    builder = healthy()
    firewall = {"defaultAction": "Deny", "ipRules": [{"action": "Allow", "value": "203.0.113.1"}]}
    builder.get(REGISTRY)["properties"]["networkRuleSet"] = firewall
    wanted = RegistryIntent(ip_rules=("203.0.113.1", "203.0.113.2"))
    (change,) = diagnosed(builder, DesiredState(declared=True, registries=(wanted,))).plan.changes
    assert (change.before, change.after) == (
        {"ipRules": ["203.0.113.1"]},
        {"ipRules": ["203.0.113.1", "203.0.113.2"]},
    )


@pytest.mark.parametrize("builder", [healthy, closed_without_endpoint], ids=["with a private path", "without one"])
def test_a_registry_that_azure_keeps_shut_is_not_opened(builder: type[EstateBuilder]) -> None:
    """Azure refuses to enable public access while the export policy is disabled: told, and never planned."""
    opened = DesiredState(declared=True, registries=(OPEN,))
    for policy, planned in (("enabled", True), ("disabled", False)):
        estate = builder()
        estate.get(REGISTRY)["properties"]["policies"] = {"exportPolicy": {"status": policy}}
        diagnosis = diagnosed(estate, opened)
        assert any((c.after or {}).get("publicNetworkAccess") for c in diagnosis.plan.changes) == planned
        advice = [f.advice for f in diagnosis.findings if f.rule == "public-network-access"]
        assert any("exportPolicy" in one for one in advice) == (not planned)


def test_the_first_endpoint_says_that_it_switches_data_endpoints_on() -> None:
    """Clients whose firewall lets only blob storage through lose their layers: the reason of the change says so."""
    diagnosis = diagnosed(closed_without_endpoint())
    (created,) = (c for c in diagnosis.plan.changes if c.kind is ChangeKind.CREATE_ENDPOINT)
    assert "switches its data endpoints on" in created.reason


def test_a_zone_for_a_regions_data_is_neither_asked_for_nor_in_the_way() -> None:
    """One zone is enough; a `<region>.data.privatelink…` zone that a landing zone made changes nothing."""
    builder = healthy()
    plain = diagnosed(builder)
    zone = zone_of(builder)
    made = builder.add({**builder.get(zone), "id": zone.replace("privatelink", "westeurope.data.privatelink")})
    builder.record(made, "shop", "10.20.4.4")
    diagnosis = diagnosed(builder)
    assert (diagnosis.findings, diagnosis.paths) == ((), plain.paths)

"""Small estates in which the search once found the model and the sandbox apart, or a plan that was wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from remediator.core.pull_path import Verdict
from tests.built_in_roles import ACR_PULL, KEY_VAULT_READER
from tests.core.breaks import APP, ENDPOINT, NETWORK, hub_and_spoke, set_status
from tests.core.breaks_way import assignment
from tests.core.diagnosing import diagnosed, kinds, rules
from tests.estate_builder import HUB_SUB, EstateBuilder, healthy, rid, spoke
from tests.scenarios.sandboxed import Sandboxed
from tests.search.building import build
from tests.search.comparing import disagreements
from tests.search.faults import FAULTS
from tests.search.land import Land
from tests.search.shape import AppShape, EnvironmentShape, IslandShape, NetworkShape, RegistryShape, Shape

ENVIRONMENT = rid("Microsoft.App/managedEnvironments", "cae")
REGISTRY = rid("Microsoft.ContainerRegistry/registries", "shop")
BOTH = NetworkShape(environments=(EnvironmentShape(apps=(AppShape(pulls=(0, 1)),)),))


def signed_by_its_environment() -> EstateBuilder:
    """The environment's identity may pull; the app's own may not, and is not the one that is named."""
    builder = healthy()
    builder.get(ENVIRONMENT)["identity"] = {"type": "SystemAssigned", "principalId": "e"}
    builder.get(APP)["properties"]["configuration"]["registries"][0]["identity"] = "system-environment"
    assignment(builder, ACR_PULL, principal="e")
    assignment(builder, KEY_VAULT_READER)
    return builder


def signed_by_its_environment_alone(role: bool, identity: bool = True) -> EstateBuilder:
    """The app has no identity and names its environment's, which has a role, none, or does not exist."""
    builder = signed_by_its_environment()
    builder.get(APP)["identity"] = {"type": "None"}
    if not role:
        builder.bodies = {k: b for k, b in builder.bodies.items() if b["properties"].get("principalId") != "e"}
    if not identity:
        builder.get(ENVIRONMENT)["identity"] = {"type": "None"}
    return builder


def anonymous_registry_with_an_entry() -> EstateBuilder:
    """Once an entry is there nobody pulls anonymously (azure-facts 2.2): this one names a secret that is not there."""
    builder = healthy()
    builder.get(REGISTRY)["properties"]["anonymousPullEnabled"] = True
    entry = {"server": "shop.azurecr.io", "username": "somebody", "passwordSecretRef": "gone"}
    builder.get(APP)["properties"]["configuration"]["registries"] = [entry]
    return builder


@pytest.mark.parametrize(
    ("make", "verdict"),
    [
        (signed_by_its_environment, Verdict.OK),
        (lambda: signed_by_its_environment_alone(True), Verdict.OK),
        (lambda: signed_by_its_environment_alone(False), Verdict.BROKEN),
        (lambda: signed_by_its_environment_alone(True, identity=False), Verdict.BROKEN),
        (anonymous_registry_with_an_entry, Verdict.BROKEN),
    ],
    ids=["environment", "environment alone", "environment without role", "environment without identity", "anonymous"],
)
def test_who_signs_in_is_who_is_named(make: Callable[[], EstateBuilder], verdict: Verdict) -> None:
    """An entry is judged by the identity or secret that it names, and the pull says the same."""
    builder = make()
    world = Sandboxed.of(builder.document())
    assert [path.verdict for path in diagnosed(builder).paths] == [verdict]
    assert world.pulls(APP) is (verdict is Verdict.OK)


TWO = (RegistryShape(), RegistryShape(access="open"))
FIRST_FINDINGS = {
    "a firewall elsewhere leads to no endpoint": (
        Shape(islands=(IslandShape(), IslandShape(spokes=(NetworkShape(egress="firewall"),), hub=True))),
        "endpoint_deleted",
        1,
        "private-endpoint",
    ),
    "equal ranges: an address is the one in reach": (
        Shape(islands=(IslandShape(hub=True), IslandShape(hub=True)), same_ranges=True),
        "connection_pending_again",
        0,
        "endpoint-connection",
    ),
    "the hub's firewall is behind the lost peering": (
        Shape(islands=(IslandShape(spokes=(NetworkShape(egress="firewall"),), hub=True),)),
        "peering_missing",
        0,
        "peering",
    ),
    "the DNS server is behind the lost peering": (
        Shape(
            registries=TWO,
            islands=(IslandShape(spokes=(replace(BOTH, dns="hub-server"),), hub=True),),
        ),
        "peering_cut_on_one_side",
        3,
        "peering",
    ),
    "a ruleset's server is asked from the hub": (
        Shape(islands=(IslandShape(spokes=(NetworkShape(dns="rule-public"),), hub=True),)),
        "peering_disconnected",
        0,
        "peering",
    ),
    "a route takes the DNS server away": (
        Shape(registries=TWO, islands=(IslandShape(spokes=(replace(BOTH, dns="own-server"),)),)),
        "steered_subnet",
        0,
        "route",
    ),
    "equal ranges: another hub's record is not ours": (
        Shape(islands=(IslandShape(hub=True), IslandShape(hub=True)), same_ranges=True),
        "records_never_written",
        0,
        "dns-record",
    ),
    "layers come from storage": (
        Shape(registries=(RegistryShape(access="open"),)),
        "layers_denied",
        0,
        "network-security",
    ),
}


@pytest.mark.parametrize("name", sorted(FIRST_FINDINGS))
def test_the_first_finding_is_what_was_done(name: str) -> None:
    """Once another rule was named first here, or none; verdicts agree with the pull."""
    shape, fault, number, rule = FIRST_FINDINGS[name]
    land = build(shape)
    assert FAULTS[fault](land, number) is not None
    diagnosis = diagnosed(land.builder, land.desired)
    assert rules(diagnosis)[0] == rule
    assert disagreements(Sandboxed.of(land.builder.document()).azure, diagnosis) == []


def test_an_open_registry_behind_an_unread_network_is_unknown() -> None:
    """Routes, rules and DNS servers of a network that nobody read may stop any pull."""
    builder = healthy()
    held = builder.get(REGISTRY)["properties"]
    held.update(publicNetworkAccess="Enabled", networkRuleSet={"defaultAction": "Allow", "ipRules": []})
    builder.error(NETWORK)
    assert [path.verdict for path in diagnosed(builder).paths] == [Verdict.UNKNOWN]


@pytest.mark.parametrize("status", ["Pending", "Disconnected"])
def test_no_endpoint_is_made_beside_one_that_was_not_read(status: str) -> None:
    """What its connection says is known; where the endpoint stands is not, so nothing is planned."""
    builder = healthy()
    set_status(builder, status)
    builder.error(ENDPOINT)
    diagnosis = diagnosed(builder)
    assert (rules(diagnosis)[:1], kinds(diagnosis)) == (["endpoint-connection"], [])


def test_no_endpoint_is_made_because_peerings_were_not_read() -> None:
    """An endpoint in a hub whose peering nobody could read may be in reach."""
    builder = hub_and_spoke()
    endpoint = rid("Microsoft.Network/privateEndpoints", "pe-shop", sub=HUB_SUB, group="rg-hub")
    for held, key in (
        (builder.get(REGISTRY), "privateEndpointConnections"),
        (builder.get(endpoint), "privateLinkServiceConnections"),
    ):
        held["properties"][key][0]["properties"]["privateLinkServiceConnectionState"]["status"] = "Disconnected"
    builder.error(f"{NETWORK}/virtualNetworkPeerings/to-vnet-hub")
    assert kinds(diagnosed(builder)) == []


def test_a_zone_that_misleads_for_another_registry_is_not_linked() -> None:
    """Another island's zone leads one of the network's registries to an endpoint out of reach: a new zone is made."""
    land = build(
        Shape(registries=(RegistryShape(),) * 2, islands=(IslandShape(spokes=(BOTH,), hub=True), IslandShape()))
    )
    assert FAULTS["zone_deleted"](land, 0) is not None
    world = Sandboxed.of(land.builder.document())
    diagnosis = world.diagnose(land.desired)
    world.apply(diagnosis.plan)
    after = world.diagnose(land.desired)
    assert kinds(diagnosis)[0] == "create-dns-zone"
    assert {path.verdict for path in after.paths} == {Verdict.OK}
    assert not after.plan


def without_its_hub_among_equals() -> Land:
    """Two hubs have the address of the DNS server; the peering to the own one is gone."""
    spokes = (replace(BOTH, dns="hub-server"),)
    land = build(
        Shape(registries=TWO, islands=(IslandShape(hub=True), IslandShape(spokes, hub=True)), same_ranges=True)
    )
    assert FAULTS["peering_missing"](land, 1) is not None
    return land


def server_beside_a_peering_of_subnets() -> Land:
    """The spoke holds the endpoint, its DNS server is in the hub; the peering leaves the apps' subnet out."""
    spokes = (NetworkShape(dns="hub-inbound"),)
    land = build(Shape(islands=(IslandShape(spokes, hub=True, hub_app=True, endpoint_in="spoke"),)))
    assert FAULTS["peering_of_other_subnets"](land, 3) is not None
    return land


@pytest.mark.parametrize("make", [without_its_hub_among_equals, server_beside_a_peering_of_subnets])
def test_a_dns_server_out_of_reach_answers_nobody(make: Callable[[], Land]) -> None:
    """Of an open registry too; whatever subnet or network of equal ranges it stands in."""
    land = make()
    diagnosis = diagnosed(land.builder, land.desired)
    asking = [path for path in diagnosis.paths if "spoke" in path.consumer.name and path.verdict is Verdict.OK]
    assert {"custom-dns", "peering"} & set(rules(diagnosis))
    assert [path.consumer.name for path in asking] == (["cae-spoke0a-0-a"] if len(land.areas) > 1 else [])
    assert disagreements(Sandboxed.of(land.builder.document()).azure, diagnosis) == []


@pytest.mark.parametrize(("alive", "verdict"), [(True, Verdict.OK), (False, Verdict.BROKEN)])
def test_the_next_dns_server_answers_where_the_first_is_out_of_reach(alive: bool, verdict: Verdict) -> None:
    """A network that is known and joined to nothing holds the first one (azure-facts 12, trap 29)."""
    land = build(Shape(islands=(IslandShape(spokes=(NetworkShape(dns="own-server"),)),)))
    spoke(land.builder, "lone", 77, group="rg-lone")
    servers = ["10.77.4.9", land.nets[0].dns_server if alive else "10.77.4.10"]
    land.builder.get(land.nets[0].id)["properties"]["dhcpOptions"] = {"dnsServers": servers}
    diagnosis = diagnosed(land.builder, land.desired)
    assert [path.verdict for path in diagnosis.paths] == [verdict]
    assert disagreements(Sandboxed.of(land.builder.document()).azure, diagnosis) == []

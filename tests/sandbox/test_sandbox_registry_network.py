"""Registries, networks and peerings."""

from __future__ import annotations

import json

import pytest
from azure.core.exceptions import HttpResponseError

from remediator.sandbox.arm_id import same

from .conftest import OTHER, REGISTRY, VNET, Story


def test_a_patch_merges(story: Story) -> None:
    """PATCH answers 200 at once, changes what it names and keeps the rest."""
    answer = story.raw("PATCH", REGISTRY, b'{"properties":{"publicNetworkAccess":"Enabled"}}', "2023-07-01")
    assert answer.status == 200
    assert "Azure-AsyncOperation" not in answer.headers
    properties = json.loads(answer.body)["properties"]
    assert properties["publicNetworkAccess"] == "Enabled"
    assert properties["networkRuleSet"]["defaultAction"] == "Deny"


def test_ip_rules_are_replaced_as_a_whole(story: Story) -> None:
    """A second list of rules replaces the first."""
    for value in ("203.0.113.1", "203.0.113.2"):
        rules = {"ipRules": [{"value": value, "action": "Allow"}], "defaultAction": "Deny"}
        story.acr.registries.begin_update(
            "rg-album", "contosoalbum", {"properties": {"networkRuleSet": rules}}
        ).result()
    body = story.azure.resource(REGISTRY)
    assert body is not None
    assert [rule["value"] for rule in body["properties"]["networkRuleSet"]["ipRules"]] == ["203.0.113.2"]


def test_an_export_policy_holds_public_access_shut(story: Story) -> None:
    """While the export policy is disabled, public access cannot be enabled."""
    closed = {"properties": {"policies": {"exportPolicy": {"status": "disabled"}}}}
    story.acr.registries.begin_update("rg-album", "contosoalbum", closed).result()
    with pytest.raises(HttpResponseError):
        story.acr.registries.begin_update(
            "rg-album", "contosoalbum", {"properties": {"publicNetworkAccess": "Enabled"}}
        )


def test_network_rules_are_absent_below_premium(story: Story) -> None:
    """A Standard registry has no networkRuleSet and takes none; Premium brings one."""
    catalog = REGISTRY.replace("rg-album", "rg-catalog").replace("contosoalbum", "contosocatalog")
    body = story.azure.resource(catalog)
    assert body is not None
    assert "networkRuleSet" not in body["properties"]
    rules = {"properties": {"networkRuleSet": {"defaultAction": "Deny"}}}
    with pytest.raises(HttpResponseError):
        story.acr.registries.begin_update("rg-catalog", "contosocatalog", rules)
    story.acr.registries.begin_update("rg-catalog", "contosocatalog", {"sku": {"name": "Premium"}}).result()
    story.acr.registries.begin_update("rg-catalog", "contosocatalog", rules).result()


def test_usage_counts_connections(story: Story) -> None:
    """listUsages tells how many endpoint connections there are."""
    story.endpoint()
    rows = json.loads(story.raw("GET", f"{REGISTRY}/listUsages").body)["value"]
    assert {row["name"]: row["currentValue"] for row in rows}["PrivateEndpointConnections"] == 1


def test_a_registry_is_created_with_azures_defaults(story: Story) -> None:
    """A new registry is open, has a login server of its cloud and no data endpoints."""
    body = {"location": "chinaeast2", "sku": {"name": "Premium"}}
    made = story.acr.registries.begin_create("rg-album", "fresh", body).result()
    assert (made.login_server, made.public_network_access) == ("fresh.azurecr.cn", "Enabled")
    assert made.network_rule_set is not None
    assert made.network_rule_set.default_action == "Allow"


def test_subnets_know_who_sits_in_them(story: Story) -> None:
    """A subnet lists its ipConfigurations and endpoints; usages count them against 2^n - 5."""
    story.endpoint()
    subnet = story.network.subnets.get("rg-album", "vnet-album", "snet-endpoints")
    assert len(subnet.ip_configurations or []) == 2
    assert len(subnet.private_endpoints or []) == 1
    usage = {str(row.id): row for row in story.network.virtual_networks.list_usage("rg-album", "vnet-album")}
    row = usage[f"{VNET}/subnets/snet-endpoints"]
    assert (row.current_value, row.limit) == (2.0, 27.0)


def test_a_subnet_in_use_cannot_be_deleted(story: Story) -> None:
    """InUseSubnetCannotBeDeleted names what sits there."""
    story.endpoint()
    with pytest.raises(HttpResponseError) as refused:
        story.network.subnets.begin_delete("rg-album", "vnet-album", "snet-endpoints")
    assert "is in use by" in str(refused.value)


def test_subnets_lie_inside_and_apart(story: Story) -> None:
    """A subnet outside the network's space or over another subnet is refused; a free one is made."""
    for prefix in ("10.99.0.0/24", "10.40.4.16/28"):
        with pytest.raises(HttpResponseError):
            story.network.subnets.begin_create_or_update(
                "rg-album", "vnet-album", "new", {"properties": {"addressPrefix": prefix}}
            )
    made = story.network.subnets.begin_create_or_update(
        "rg-album", "vnet-album", "new", {"properties": {"addressPrefix": "10.40.5.0/27"}}
    ).result()
    assert made.private_endpoint_network_policies == "Disabled"


def peer(story: Story, here: str, there: str) -> str:
    group, name = here.split("/")[4], here.rsplit("/", 1)[1]
    body = {"properties": {"remoteVirtualNetwork": {"id": there}, "allowVirtualNetworkAccess": True}}
    peerings = story.network.virtual_network_peerings
    peerings.begin_create_or_update(group, name, "peer", body).result()
    return state_of(story, here)


def state_of(story: Story, network: str) -> str:
    body = story.azure.resource(f"{network}/virtualNetworkPeerings/peer")
    assert body is not None
    return str(body["properties"]["peeringState"])


def test_a_peering_needs_both_sides(story: Story) -> None:
    """One side is Initiated, both are Connected, and the one that is left alone is Disconnected."""
    assert peer(story, VNET, OTHER) == "Initiated"
    assert peer(story, OTHER, VNET) == "Connected"
    assert state_of(story, VNET) == "Connected"
    story.network.virtual_network_peerings.begin_delete("rg-album", "vnet-album", "peer").result()
    assert state_of(story, OTHER) == "Disconnected"


def test_a_disconnected_remote_side_blocks_a_new_one(story: Story) -> None:
    """While the other side is Disconnected a new side is refused; re-created on both sides it connects."""
    peer(story, VNET, OTHER)
    peer(story, OTHER, VNET)
    story.network.virtual_network_peerings.begin_delete("rg-album", "vnet-album", "peer").result()
    with pytest.raises(HttpResponseError) as refused:
        peer(story, VNET, OTHER)
    assert "RemotePeeringIsDisconnected" in str(refused.value)
    story.network.virtual_network_peerings.begin_delete("rg-catalog", "vnet-catalog", "peer").result()
    peer(story, VNET, OTHER)
    assert peer(story, OTHER, VNET) == "Connected"


def test_overlapping_networks_cannot_be_peered(story: Story) -> None:
    """VnetAddressSpacesOverlap."""
    story.change(OTHER, lambda body: body["properties"].update(addressSpace={"addressPrefixes": ["10.40.128.0/17"]}))
    with pytest.raises(HttpResponseError) as refused:
        peer(story, VNET, OTHER)
    assert "VnetAddressSpacesOverlap" in str(refused.value)


def test_a_network_put_replaces_its_subnets(story: Story) -> None:
    """A PUT of a network without one of its subnets deletes that subnet."""
    body = json.loads(story.raw("GET", OTHER).body)
    body["properties"]["subnets"] = body["properties"]["subnets"][:1]
    assert story.raw("PUT", OTHER, json.dumps(body).encode()).status == 200
    shown = story.azure.resource(OTHER)
    assert shown is not None
    assert [one["name"] for one in shown["properties"]["subnets"]] == ["snet-environment"]


def test_deletes_are_polled_at_their_location(story: Story) -> None:
    """DELETE answers 202 with Location; the location answers 202 until the end, then 204."""
    story.endpoint()
    answer = story.raw("DELETE", f"{VNET.rsplit('/', 2)[0]}/privateEndpoints/pe-album")
    assert answer.status == 202
    path = answer.headers["Location"].removeprefix("https://management.azure.com")
    assert [story.raw("GET", path, version="").status for _ in range(3)] == [202, 204, 204]


def test_a_group_exists_once_it_is_put(story: Story) -> None:
    """A resource group is created with PUT and then takes resources."""
    group = VNET.split("/providers")[0].replace("rg-album", "rg-new")
    assert story.raw("PUT", group, b'{"location":"chinaeast2"}').status == 201
    made = story.zone("rg-new")
    assert same(made.id, f"{group}/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.cn")


def test_a_patch_during_creation_does_not_hang(story: Story) -> None:
    """A registry that is patched before its creation ends still ends as Succeeded."""
    story.azure.faults.stall_operations(1)
    path = REGISTRY.replace("contosoalbum", "fresh")
    story.raw("PUT", path, b'{"location":"chinaeast2","sku":{"name":"Premium"}}')
    story.raw("PATCH", path, b'{"tags":{"a":"b"}}')
    states = [json.loads(story.raw("GET", path).body)["properties"]["provisioningState"] for _ in range(2)]
    assert states == ["Updating", "Succeeded"]

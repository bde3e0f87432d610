"""The names of a registry: per region, with a hash, regional endpoints; and which replica a pull gets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from tests.sandbox.conftest import ALBUM, APP, REGISTRY, VNET, ZONE_NAME, Story
from tests.sandbox.valley import LOGIN, Valley

REGIONAL = b'{"properties":{"regionalEndpoints":"Enabled"}}'
PREVIEW = "2026-01-01-preview"


def replicate(story: Story, *places: str) -> None:
    """Add regions."""
    for place in places:
        story.acr.replications.begin_create("rg-album", "contosoalbum", place, {"location": place}).result()


def members(story: Story, name: str = "pe-album") -> list[str]:
    """Member names on an endpoint's interface."""
    parts = story.nic(name)["properties"]["ipConfigurations"]
    return [part["properties"]["privateLinkConnectionProperties"]["requiredMemberName"] for part in parts]


def addresses(story: Story) -> list[str]:
    """Addresses on the endpoint's interface."""
    return [part["properties"]["privateIPAddress"] for part in story.nic()["properties"]["ipConfigurations"]]


def test_regional_endpoints_take_one_more_address_a_region(story: Story) -> None:
    """Three regions with regional endpoints: seven addresses, seven records, and the names in the registry's body."""
    story.mend()
    replicate(story, "chinanorth3", "chinanorth2")
    kept = addresses(story)
    answer = json.loads(story.raw("PATCH", REGISTRY, REGIONAL, PREVIEW).body)
    assert answer["properties"]["regionalEndpointHostNames"] == [
        f"contosoalbum.{place}.geo.azurecr.cn" for place in ("chinaeast2", "chinanorth3", "chinanorth2")
    ]
    assert len(members(story)) == len(set(addresses(story))) == len(story.records()) == 7
    assert members(story)[0].startswith("registry_data_")
    assert members(story)[-1] == "registry"
    assert set(kept) < set(addresses(story))
    assert "contosoalbum.chinanorth2.geo" in story.records()


def test_regional_endpoints_go_again(story: Story) -> None:
    """Switched off, their addresses and records are gone, and the others are untouched."""
    story.mend()
    before = story.records()
    story.raw("PATCH", REGISTRY, REGIONAL, PREVIEW)
    story.raw("PATCH", REGISTRY, REGIONAL.replace(b"Enabled", b"Disabled"), PREVIEW)
    assert (story.records(), len(members(story))) == (before, 2)


def test_other_writes_leave_the_records_alone(story: Story) -> None:
    """A tag on the registry repairs nothing: only new or lost names are written."""
    story.mend()
    story.dns.record_sets.delete("rg-album", ZONE_NAME, "A", "contosoalbum")
    story.acr.registries.begin_update("rg-album", "contosoalbum", {"tags": {"a": "b"}}).result()
    assert "contosoalbum" not in story.records()


def test_a_new_endpoint_of_such_a_registry_has_all_members(story: Story) -> None:
    """An endpoint made later takes regional members at once; a replica brings two more."""
    story.raw("PATCH", REGISTRY, REGIONAL, PREVIEW)
    story.mend()
    assert members(story) == ["registry_data_chinaeast2", "registry_chinaeast2", "registry"]
    replicate(story, "chinanorth3")
    assert len(members(story)) == 5
    assert story.plane.resolve(VNET, "contosoalbum.chinanorth3.geo.azurecr.cn").private


def small(story: Story, free: int) -> str:
    """A subnet of the album's network with so many addresses to give."""
    subnet = f"{VNET}/subnets/snet-small"
    prefix = {3: "10.40.9.0/29", 11: "10.40.9.0/28"}[free]
    story.azure.put({"id": subnet, "properties": {"addressPrefix": prefix}})
    return subnet


def test_two_endpoints_in_one_subnet_need_room_for_both(story: Story) -> None:
    """The whole replication is refused when a subnet has room for one of its two endpoints only."""
    subnet = small(story, 11)
    for name in ("pe-one", "pe-two", "pe-three", "pe-four"):
        story.endpoint(name, subnet=subnet)
    before = story.azure.estate()
    with pytest.raises(HttpResponseError) as refused:
        replicate(story, "chinanorth3")
    assert "not enough IP addresses" in str(refused.value)
    assert "snet-small" not in str(refused.value)
    assert story.azure.estate() == before


def test_regional_endpoints_need_room_too(story: Story) -> None:
    """Without room in an endpoint's subnet they cannot be switched on, and nothing changes."""
    subnet = small(story, 3)
    story.endpoint(subnet=subnet)
    assert story.raw("PATCH", REGISTRY, REGIONAL, PREVIEW).status == 200
    story.raw("PATCH", REGISTRY, REGIONAL.replace(b"Enabled", b"Disabled"), PREVIEW)
    replicate(story, "chinanorth3")
    before = story.azure.estate()
    assert story.raw("PATCH", REGISTRY, REGIONAL, PREVIEW).status == 400
    assert story.azure.estate() == before


def test_fixed_addresses_hold_a_replica_up(story: Story) -> None:
    """An endpoint with static ipConfigurations cannot take a new member: the refusal names it and the member."""
    fixed = [
        {"name": name, "properties": {"groupId": "registry", "memberName": member, "privateIPAddress": address}}
        for name, member, address in (
            ("a", "registry_data_chinaeast2", "10.40.4.20"),
            ("b", "registry", "10.40.4.21"),
        )
    ]
    story.endpoint(ipConfigurations=fixed)
    assert addresses(story) == ["10.40.4.20", "10.40.4.21"]
    with pytest.raises(HttpResponseError) as refused:
        replicate(story, "chinanorth3")
    assert "contains static ipconfigurations which are missing these membernames/groupids" in str(refused.value)
    assert "[GroupId: registry, MemberName: registry_data_chinanorth3, IpVersion: IPv4]" in str(refused.value)


def test_a_manual_connection_waits_again_after_a_replica(story: Story) -> None:
    """A new region puts a manual connection back to Pending: its host names are gone until it is approved again."""
    story.zone()
    story.endpoint(manual=True)
    (connection,) = story.acr.private_endpoint_connections.list("rg-album", "contosoalbum")

    def approve() -> None:
        state = {"properties": {"privateLinkServiceConnectionState": {"status": "Approved", "description": ""}}}
        story.acr.private_endpoint_connections.begin_create_or_update(
            "rg-album", "contosoalbum", str(connection.name), state
        ).result()

    def names() -> list[str]:
        parts = story.nic()["properties"]["ipConfigurations"]
        return [host for part in parts for host in part["properties"]["privateLinkConnectionProperties"]["fqdns"]]

    replicate(story, "chinanorth2")
    assert names() == []
    approve()
    assert len(names()) == 3
    replicate(story, "chinanorth3")
    assert (names(), len(members(story))) == ([], 4)
    approve()
    assert len(names()) == 4


def test_a_label_scope_puts_a_hash_into_the_login_server(story: Story) -> None:
    """The login server is read, never built: every name and record of such a registry carries the hash."""
    body: dict[str, Any] = {
        "location": "chinaeast2",
        "sku": {"name": "Premium"},
        "properties": {"autoGeneratedDomainNameLabelScope": "TenantReuse"},
    }
    path = f"{ALBUM}/Microsoft.ContainerRegistry/registries/hashed"
    made = json.loads(story.raw("PUT", path, json.dumps(body).encode(), "2024-11-01-preview").body)
    login = made["properties"]["loginServer"]
    first = login.partition(".")[0]
    assert first.startswith("hashed-")
    again = json.loads(story.raw("PUT", path, json.dumps(body).encode(), "2024-11-01-preview").body)
    assert again["properties"]["loginServer"] == login
    story.zone()
    connection = {"name": "pe", "properties": {"privateLinkServiceId": path, "groupIds": ["registry"]}}
    story.endpoint(privateLinkServiceConnections=[connection])
    story.zone_group()
    assert set(story.records()) == {first, f"{first}.chinaeast2.data"}


@pytest.mark.parametrize(
    ("replicas", "shut", "host", "layers"),
    [
        ((), (), LOGIN, "westeurope"),
        (("northeurope",), (), LOGIN, "northeurope"),
        (("northeurope",), ("northeurope",), LOGIN, "westeurope"),
        (("northeurope",), (), "shop.westeurope.geo.azurecr.io", "westeurope"),
        (("swedencentral",), (), LOGIN, "westeurope"),
    ],
)
def test_layers_come_from_the_replica_that_served_the_manifest(
    replicas: tuple[str, ...], shut: tuple[str, ...], host: str, layers: str
) -> None:
    """The environment's region when a replica there takes part, else home; a regional name chooses its own."""
    valley = Valley(regionalEndpoints="Enabled", replicas=replicas)
    valley.builder.get(valley.environment)["location"] = "North Europe"
    for place in shut:
        valley.of(f"{valley.registry}/replications/{place}")["regionEndpointEnabled"] = False
    configuration = valley.of(valley.app)["configuration"]
    configuration["registries"][0]["server"] = host
    valley.of(valley.app)["template"]["containers"][0]["image"] = f"{host}/orders:1"
    valley.builder.record(valley.zone, "shop.westeurope.geo", "10.10.4.5")
    valley.builder.drop(f"{valley.zone}/A/shop.{layers}.data")
    attempt = valley.pull()
    assert attempt.stage == "layers"
    assert f"shop.{layers}.data.azurecr.io" in attempt.text


def test_zone_groups_of_policies_are_ordinary(story: Story) -> None:
    """A group named deployedByPolicy writes records like any other, and stands in the way of a second one."""
    story.zone()
    story.endpoint()
    story.zone_group(name="deployedByPolicy")
    assert "contosoalbum" in story.records()
    with pytest.raises(HttpResponseError):
        story.zone_group(name="default")


@pytest.mark.parametrize("gone", ["pe-album", "pe-second"])
def test_the_last_writer_wins_and_either_takes_the_record(story: Story, gone: str) -> None:
    """Two endpoints of one registry in one zone: the second's address counts, and deleting either removes it."""
    story.mend()
    story.endpoint("pe-second")
    story.zone_group("pe-second")
    second = story.nic("pe-second")["properties"]["ipConfigurations"][-1]["properties"]["privateIPAddress"]
    assert story.records()["contosoalbum"] == [second]
    assert story.plane.pull_app(APP).ok
    story.network.private_endpoints.begin_delete("rg-album", gone).result()
    assert "contosoalbum" not in story.records()
    assert story.plane.pull_app(APP).stage == "record"

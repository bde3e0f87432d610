"""Private endpoints, their connections and their zone groups."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from .conftest import ALBUM, APP, ENDPOINT, OTHER, REGISTRY, VNET, ZONE, ZONE_NAME, Story


def members(nic: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    rows = [part["properties"] for part in nic["properties"]["ipConfigurations"]]
    return [
        (
            row["privateLinkConnectionProperties"]["requiredMemberName"],
            row["privateIPAddress"],
            row["privateLinkConnectionProperties"]["fqdns"],
        )
        for row in rows
    ]


def code_of(error: pytest.ExceptionInfo[HttpResponseError]) -> str:
    assert error.value.error is not None
    return str(error.value.error.code)


def test_an_endpoint_takes_data_first_and_login_last(story: Story) -> None:
    """The interface lists the data member first and the login member last, on the lowest free addresses."""
    story.endpoint()
    assert members(story.nic()) == [
        ("registry_data_chinaeast2", "10.40.4.4", ["contosoalbum.chinaeast2.data.azurecr.cn"]),
        ("registry", "10.40.4.5", ["contosoalbum.azurecr.cn"]),
    ]


def test_an_endpoint_switches_data_endpoints_on(story: Story) -> None:
    """The first endpoint fills dataEndpointHostNames and adds an approved connection to the registry."""
    story.endpoint()
    registry = story.acr.registries.get("rg-album", "contosoalbum")
    assert registry.data_endpoint_host_names == ["contosoalbum.chinaeast2.data.azurecr.cn"]
    (connection,) = registry.private_endpoint_connections or []
    assert connection.private_link_service_connection_state.status == "Approved"
    assert connection.private_endpoint.id == ENDPOINT


def test_an_endpoint_reads_updating_until_its_operation_ends(story: Story) -> None:
    """PUT answers 201 with Azure-AsyncOperation and Updating; polls count down to Succeeded."""
    body = (
        b'{"location":"chinaeast2","properties":{"subnet":{"id":"%s"},"privateLinkServiceConnections":[{"name":"c",'
        b'"properties":{"privateLinkServiceId":"%s","groupIds":["registry"]}}]}}'
        % (f"{VNET}/subnets/snet-endpoints".encode(), REGISTRY.encode())
    )
    answer = story.raw("PUT", ENDPOINT, body)
    assert answer.status == 201
    assert b'"provisioningState":"Updating"' in answer.body
    assert answer.headers["Retry-After"] == "1"
    poll = answer.headers["Azure-AsyncOperation"].removeprefix("https://management.azure.com")
    assert b"InProgress" in story.raw("GET", poll, version="").body
    assert b"Succeeded" in story.raw("GET", poll, version="").body
    assert b'"provisioningState":"Succeeded"' in story.raw("GET", ENDPOINT).body


def test_an_operation_url_cannot_be_put_together(story: Story) -> None:
    """Without its seal an operation URL is not honoured."""
    story.raw("PUT", ZONE, b'{"location":"global"}', version="2020-06-01")
    poll = story.raw("DELETE", ZONE, version="2020-06-01").headers["Azure-AsyncOperation"].split("?")[0]
    assert story.raw("GET", poll.removeprefix("https://management.azure.com")).status == 501


def test_reading_the_resource_polls_its_operation(story: Story) -> None:
    """A caller who lost the poll URL sees the end by reading the resource."""
    story.azure.faults.stall_operations(2)
    body = (
        b'{"location":"chinaeast2","properties":{"subnet":{"id":"%s"},"privateLinkServiceConnections":[{"name":"c",'
        b'"properties":{"privateLinkServiceId":"%s","groupIds":["registry"]}}]}}'
        % (f"{VNET}/subnets/snet-endpoints".encode(), REGISTRY.encode())
    )
    story.raw("PUT", ENDPOINT, body)
    states = [b"Updating" in story.raw("GET", ENDPOINT).body for _ in range(3)]
    assert states == [True, True, False]


def test_a_failed_operation_is_200_with_status_failed(story: Story) -> None:
    """An injected failure ends the operation as Failed and leaves no interface behind."""
    story.azure.faults.fail_operation(1, "InternalServerError", "boom")
    with pytest.raises(HttpResponseError) as failed:
        story.endpoint()
    assert "boom" in str(failed.value)
    body = story.azure.resource(ENDPOINT)
    assert body is not None
    assert body["properties"]["provisioningState"] == "Failed"
    assert body["properties"]["networkInterfaces"] == []
    story.endpoint()
    assert len(members(story.nic())) == 2


@pytest.mark.parametrize(
    ("subnet", "expected"),
    [
        (f"{VNET}/subnets/nope", "InvalidResourceReference"),
        (f"{VNET}/subnets/snet-environment", "SubnetMustNotHaveDelegation"),
    ],
)
def test_an_endpoint_needs_a_usable_subnet(story: Story, subnet: str, expected: str) -> None:
    """A subnet that is absent or delegated is refused."""
    with pytest.raises(HttpResponseError) as refused:
        story.endpoint(subnet=subnet)
    assert code_of(refused) == expected


def test_an_endpoint_stands_in_its_networks_region(story: Story) -> None:
    """A subnet in another region counts as not found."""
    story.change(VNET, lambda body: body.update(location="chinanorth3"))
    with pytest.raises(HttpResponseError) as refused:
        story.endpoint()
    assert code_of(refused) == "InvalidResourceReference"


def test_a_full_subnet_is_refused(story: Story) -> None:
    """A /29 has three addresses: one endpoint with two fits, a second does not, in Azure's words."""
    story.change(f"{VNET}/subnets/snet-endpoints", lambda body: body["properties"].update(addressPrefix="10.40.4.0/29"))
    story.endpoint()
    with pytest.raises(HttpResponseError) as refused:
        story.endpoint("pe-second")
    assert code_of(refused) == "SubnetIsFull"
    assert "does not have enough capacity for 2 IP addresses" in str(refused.value)
    assert story.azure.resource(f"{ALBUM}/Microsoft.Network/privateEndpoints/pe-second") is None


def test_only_premium_registries_take_endpoints(story: Story) -> None:
    """A Standard registry refuses."""
    story.change(REGISTRY, lambda body: body.update(sku={"name": "Standard", "tier": "Standard"}))
    with pytest.raises(HttpResponseError) as refused:
        story.endpoint()
    assert "Premium" in str(refused.value)


def test_an_endpoint_needs_its_registry(story: Story) -> None:
    """An endpoint to a registry that is not there is refused."""
    story.azure.remove(REGISTRY)
    with pytest.raises(HttpResponseError) as refused:
        story.endpoint()
    assert code_of(refused) == "InvalidPrivateLinkServiceId"


def test_a_manual_connection_waits_for_approval(story: Story) -> None:
    """Pending: no host names on the interface, no records; approval brings both."""
    story.zone()
    assert story.endpoint(manual=True).provisioning_state == "Succeeded"
    story.zone_group()
    assert [hosts for _, _, hosts in members(story.nic())] == [[], []]
    assert story.records() == {}
    (connection,) = story.acr.private_endpoint_connections.list("rg-album", "contosoalbum")
    state = {"properties": {"privateLinkServiceConnectionState": {"status": "Approved", "description": "ok"}}}
    story.acr.private_endpoint_connections.begin_create_or_update(
        "rg-album", "contosoalbum", str(connection.name), state
    ).result()
    assert story.records() == {"contosoalbum.chinaeast2.data": ["10.40.4.4"], "contosoalbum": ["10.40.4.5"]}
    (seen,) = story.network.private_endpoints.get("rg-album", "pe-album").manual_private_link_service_connections or []
    assert seen.private_link_service_connection_state.status == "Approved"


def test_a_disconnected_endpoint_can_only_be_replaced(story: Story) -> None:
    """Deleting the registry's side leaves the endpoint Disconnected; a PUT on it is refused."""
    story.endpoint()
    (connection,) = story.acr.private_endpoint_connections.list("rg-album", "contosoalbum")
    story.acr.private_endpoint_connections.begin_delete("rg-album", "contosoalbum", str(connection.name)).result()
    with pytest.raises(HttpResponseError) as refused:
        story.endpoint()
    assert code_of(refused) == "PrivateEndpointCannotBeUpdatedInDisconnectedState"
    story.network.private_endpoints.begin_delete("rg-album", "pe-album").result()
    assert story.endpoint().provisioning_state == "Succeeded"


def test_deleting_a_registry_leaves_its_endpoint_disconnected(story: Story) -> None:
    """The endpoint outlives the registry, Disconnected."""
    story.endpoint()
    story.acr.registries.begin_delete("rg-album", "contosoalbum").result()
    (seen,) = story.network.private_endpoints.get("rg-album", "pe-album").private_link_service_connections or []
    assert seen.private_link_service_connection_state.status == "Disconnected"


def test_deleting_an_endpoint_takes_everything_along(story: Story) -> None:
    """Interface, connection, zone group and the group's records go with the endpoint."""
    story.mend()
    nic = story.nic()["id"]
    story.network.private_endpoints.begin_delete("rg-album", "pe-album").result()
    assert story.azure.resource(nic) is None
    assert story.records() == {}
    assert list(story.acr.private_endpoint_connections.list("rg-album", "contosoalbum")) == []
    with pytest.raises(ResourceNotFoundError):
        story.network.private_endpoints.get("rg-album", "pe-album")


def test_writing_an_endpoint_again_changes_nothing(story: Story) -> None:
    """A repeated PUT keeps interface, addresses and connection."""
    story.endpoint()
    before = story.nic()
    story.endpoint()
    assert story.nic() == before
    assert len(list(story.acr.private_endpoint_connections.list("rg-album", "contosoalbum"))) == 1


def test_a_zone_group_writes_marked_records(story: Story) -> None:
    """Records have ttl 10 and name the endpoint as creator; the group lists them."""
    story.zone()
    guid = story.endpoint()
    group = story.zone_group()
    record = story.dns.record_sets.get("rg-album", ZONE_NAME, "A", "contosoalbum").properties
    assert record.ttl == 10
    assert record.metadata["creator"].startswith("created by private endpoint pe-album with resource guid ")
    assert guid.id == ENDPOINT
    assert [one.record_set_name for one in group.private_dns_zone_configs[0].record_sets] == [
        "contosoalbum.chinaeast2.data",
        "contosoalbum",
    ]


def test_one_zone_group_per_endpoint(story: Story) -> None:
    """A second group under another name is refused."""
    story.zone()
    story.endpoint()
    story.zone_group()
    with pytest.raises(HttpResponseError) as refused:
        story.zone_group(name="second")
    assert code_of(refused) == "MoreThanOnePrivateDnsZoneGroupPerPrivateEndpointNotAllowed"


def test_a_repeated_zone_group_writes_records_again(story: Story) -> None:
    """A record that somebody deleted comes back with a PUT of the same group."""
    story.zone()
    story.endpoint()
    story.zone_group()
    story.dns.record_sets.delete("rg-album", ZONE_NAME, "A", "contosoalbum")
    story.zone_group()
    assert "contosoalbum" in story.records()


def test_a_record_repaired_by_hand_survives_the_group(story: Story) -> None:
    """Deleting the group deletes its own records and leaves one without a creator."""
    story.zone()
    story.endpoint()
    story.zone_group()
    by_hand = {"properties": {"ttl": 3600, "aRecords": [{"ipv4Address": "10.40.4.5"}]}}
    story.dns.record_sets.create_or_update("rg-album", ZONE_NAME, "A", "contosoalbum", by_hand)
    story.network.private_dns_zone_groups.begin_delete("rg-album", "pe-album", "default").result()
    assert story.records() == {"contosoalbum": ["10.40.4.5"]}


def test_two_endpoints_of_one_registry_overwrite_each_other(story: Story) -> None:
    """The second group overwrites the shared record; deleting the first endpoint removes it."""
    story.zone()
    for name in ("pe-album", "pe-second"):
        story.endpoint(name)
        story.zone_group(name)
    assert story.records()["contosoalbum"] == ["10.40.4.7"]
    story.network.private_endpoints.begin_delete("rg-album", "pe-album").result()
    assert story.records() == {}


def test_a_replica_takes_an_address_and_a_record(story: Story) -> None:
    """A new region adds a data member before the login member, a record, a host name and the home region's row."""
    story.mend()
    story.acr.replications.begin_create("rg-album", "contosoalbum", "chinanorth3", {"location": "chinanorth3"}).result()
    assert [member for member, _, _ in members(story.nic())] == [
        "registry_data_chinaeast2",
        "registry_data_chinanorth3",
        "registry",
    ]
    assert story.records()["contosoalbum.chinanorth3.data"] == ["10.40.4.6"]
    names = [one.name for one in story.acr.replications.list("rg-album", "contosoalbum")]
    assert names == ["chinaeast2", "chinanorth3"]
    story.acr.replications.begin_delete("rg-album", "contosoalbum", "chinanorth3").result()
    assert "contosoalbum.chinanorth3.data" not in story.records()
    assert len(members(story.nic())) == 2


def test_a_replica_without_room_is_refused_as_a_whole(story: Story) -> None:
    """One full subnet stops the replication; the message does not name the subnet."""
    story.change(f"{VNET}/subnets/snet-endpoints", lambda body: body["properties"].update(addressPrefix="10.40.4.0/29"))
    story.endpoint()
    replications = story.acr.replications
    replications.begin_create("rg-album", "contosoalbum", "chinanorth3", {"location": "chinanorth3"}).result()
    with pytest.raises(HttpResponseError) as refused:
        replications.begin_create("rg-album", "contosoalbum", "chinaeast", {"location": "chinaeast"}).result()
    assert "snet-endpoints" not in str(refused.value)
    assert len(members(story.nic())) == 3


def test_the_first_incident_is_mended_by_four_writes(story: Story) -> None:
    """Zone, endpoint, zone group, link: before them the pull is refused, after them it succeeds."""
    assert story.plane.pull_app(APP).stage == "firewall"
    story.mend()
    assert story.plane.pull_app(APP).ok
    assert len(story.azure.writes) == 4
    assert OTHER not in {path for _, path in story.azure.writes}

"""What each resource family's body means."""

from __future__ import annotations

from typing import Any

import arm_bodies as arm
import pytest

from remediator.core.cloud import AZURE_CHINA
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import (
    Consumer,
    MemberAddress,
    Network,
    PrivateEndpoint,
    Registry,
    RegistryCredential,
    Route,
    Snapshot,
    Unknown,
)
from remediator.facts import snapshot_from


def observed(*resources: Any) -> Snapshot:
    return snapshot_from(resources, AZURE_CHINA)


def registry_of(snapshot: Snapshot) -> Registry:
    return snapshot.registries[ResourceId(arm.REGISTRY)]


def endpoint_of(snapshot: Snapshot) -> PrivateEndpoint:
    return snapshot.endpoints[ResourceId(arm.ENDPOINT)]


def network_of(snapshot: Snapshot) -> Network:
    return snapshot.networks[ResourceId(arm.NETWORK)]


def changed(body: arm.Body, **properties: Any) -> arm.Body:
    return {**body, "properties": {**body["properties"], **properties}}


def test_a_registry_is_read_in_lower_case() -> None:
    """Login server, data hosts and region come out in one spelling, the firewall as it stands."""
    found = registry_of(observed(arm.registry()))
    assert (found.login_server, found.location, found.sku) == ("shop.azurecr.cn", "chinanorth3", "Premium")
    assert (found.public_network_access, found.default_action, found.bypass) == ("Disabled", "Deny", "None")
    assert (found.ip_rules, found.data_hosts) == (("203.0.113.7",), ("shop.chinanorth3.data.azurecr.cn",))


@pytest.mark.parametrize("absent", [None, ...])
def test_a_basic_registry_without_rules_is_open(absent: Any) -> None:
    """A null or absent `networkRuleSet` and `publicNetworkAccess` mean that the registry is open to all."""
    body = changed(arm.registry(), networkRuleSet=None, publicNetworkAccess=None)
    if absent is ...:
        del body["properties"]["networkRuleSet"], body["properties"]["publicNetworkAccess"]
    assert registry_of(observed(body)).open_to_all


def test_a_login_server_with_a_label_is_kept() -> None:
    """With a domain-name label the login server is what Azure says, not the name and a suffix."""
    body = changed(arm.registry(), loginServer="shop-a1b2.azurecr.cn", dataEndpointHostNames=None)
    found = registry_of(observed(body))
    assert found.login_server == "shop-a1b2.azurecr.cn"
    assert found.data_hosts == ("shop-a1b2.chinanorth3.data.azurecr.cn",)


def test_a_registry_without_data_endpoints_has_no_data_hosts() -> None:
    """Data names are derived only where data endpoints are on."""
    body = changed(arm.registry(), dataEndpointEnabled=False, dataEndpointHostNames=None)
    assert registry_of(observed(body)).data_hosts == ()


def test_the_home_region_counts_once() -> None:
    """Replications that list the home region, in another spelling, add only the other regions."""
    home = arm.body(f"{arm.REGISTRY}/replications/chinanorth3", {"x": 1}, location="China North 3")
    other = arm.body(arm.REPLICATION, {"x": 1}, location="China East 3")
    assert registry_of(observed(arm.registry(), home, other)).regions == ("chinanorth3", "chinaeast3")


def test_an_endpoints_addresses_go_by_name() -> None:
    """The data address stands first on the interface and is still the data host's; `customDnsConfigs` are not asked."""
    found = endpoint_of(observed(arm.registry(), arm.endpoint(), arm.interface()))
    assert found.addresses == (
        MemberAddress("registry", "10.1.2.5", ("shop.azurecr.cn",)),
        MemberAddress("registry_data_chinanorth3", "10.1.2.4", ("shop.chinanorth3.data.azurecr.cn",)),
    )


def test_names_that_the_interface_lacks_come_from_the_registry() -> None:
    """Without `fqdns` the member name and the registry's own names say which host an address is for."""
    interface = changed(
        arm.interface(),
        ipConfigurations=[
            arm.address("registry_data_chinanorth3", "10.1.2.4", None),
            arm.address("registry_chinanorth3", "10.1.2.6", None),
            arm.address("registry", "10.1.2.5", None),
        ],
    )
    found = endpoint_of(observed(arm.registry(), arm.endpoint(), interface))
    assert found.address_of("shop.azurecr.cn") == "10.1.2.5"
    assert found.address_of("shop.chinanorth3.data.azurecr.cn") == "10.1.2.4"
    assert found.address_of("shop.chinanorth3.geo.azurecr.cn") == "10.1.2.6"
    unknown_registry = endpoint_of(observed(arm.endpoint(), interface))
    assert [a.hosts for a in unknown_registry.addresses] == [(), (), ()]  # type: ignore[union-attr]


def test_a_pending_connection_has_no_usable_names() -> None:
    """Until the owner approves, the interface's addresses are for no name."""
    found = endpoint_of(observed(arm.registry(), arm.endpoint("Pending", manual=True), arm.interface()))
    assert [a.hosts for a in found.addresses] == [(), ()]  # type: ignore[union-attr]
    assert (found.targets[0].manual, found.targets[0].status) == (True, "Pending")


@pytest.mark.parametrize(
    "entry",
    [
        {"properties": {"privateLinkConnectionProperties": {"requiredMemberName": "registry"}}},
        {"properties": {"privateIPAddress": "10.1.2.5"}},
        {"properties": None},
    ],
)
def test_an_address_that_cannot_be_read_makes_them_all_unknown(entry: arm.Body) -> None:
    """An interface without an address, or an address without a name, leaves the endpoint's addresses Unknown."""
    interface = changed(arm.interface(), ipConfigurations=[entry])
    assert isinstance(endpoint_of(observed(arm.registry(), arm.endpoint(), interface)).addresses, Unknown)


def test_an_endpoint_without_its_interface_has_unknown_addresses() -> None:
    """An interface that is not there leaves the addresses Unknown, whatever `customDnsConfigs` say."""
    assert isinstance(endpoint_of(observed(arm.registry(), arm.endpoint())).addresses, Unknown)


def test_an_interface_that_names_its_endpoint_is_found() -> None:
    """An endpoint whose body lists no interface has the one that names it, whatever else lies around."""
    broken = {**arm.interface(), "id": f"{arm.INTERFACE}.2", "properties": {"privateEndpoint": 7}}
    endpoint = changed(arm.endpoint(), networkInterfaces=[])
    found = endpoint_of(observed(arm.registry(), endpoint, broken, arm.interface()))
    assert found.interfaces == (ResourceId(arm.INTERFACE),)
    assert found.address_of("shop.azurecr.cn") == "10.1.2.5"


def test_an_endpoint_of_something_else_is_left_out() -> None:
    """An endpoint of a storage account, or of an alias, is not in the snapshot and not unknown either."""
    for target in (arm.REGISTRY.replace("ContainerRegistry/registries", "Storage/storageAccounts"), "x.guid.plink"):
        body = arm.endpoint()
        body["properties"]["privateLinkServiceConnections"][0]["properties"]["privateLinkServiceId"] = target
        snapshot = observed(body)
        assert (dict(snapshot.endpoints), dict(snapshot.unreadable)) == ({}, {})


def test_a_zone_group_made_by_policy_is_known_by_its_name() -> None:
    """The built-in policy names its group `deployedByPolicy`."""
    group = next(b for b in arm.zone() if b["id"] == arm.ZONE_GROUP)
    group = {**group, "id": arm.ZONE_GROUP.replace("default", "deployedByPolicy"), "name": "deployedByPolicy"}
    (found,) = endpoint_of(observed(arm.registry(), arm.endpoint(), group)).zone_groups  # type: ignore[misc]
    assert found.deployed_by_policy
    assert found.zones == (("azurecr", ResourceId(arm.ZONE)),)


def test_links_and_records_have_azures_defaults() -> None:
    """A link without `resolutionPolicy` is Default; a record's addresses are sorted and `TTL` counts like `ttl`."""
    zone, link, *_ = arm.zone()
    record = arm.body(arm.RECORD, {"TTL": 3600, "aRecords": [{"ipv4Address": "10.0.0.9"}, {"ipv4Address": "10.0.0.1"}]})
    record["name"] = "privatelink.azurecr.cn/Shop"
    (found,) = observed(zone, link, record).zones.values()
    assert [(one.resolution_policy, one.state) for one in found.links] == [("Default", "Completed")]  # type: ignore[union-attr]
    (read,) = found.records  # type: ignore[misc]
    assert (read.name, read.addresses, read.ttl, read.kept_by_group) == ("Shop", ("10.0.0.1", "10.0.0.9"), 3600, False)


def test_a_network_is_read_with_its_subnets_and_peerings() -> None:
    """Prefixes in either spelling, delegations, DNS servers, policies, and addresses taken by interfaces."""
    found = network_of(observed(arm.network(), arm.interface()))
    apps, endpoints = found.subnets
    assert (found.dns_servers, found.prefixes) == (("10.0.0.4",), ("10.1.0.0/16",))
    assert (apps.prefixes, apps.delegations) == (("10.1.0.0/23",), ("Microsoft.App/environments",))
    assert apps.route_table == ResourceId(arm.ROUTES)
    assert (endpoints.prefixes, endpoints.endpoint_policies) == (("10.1.2.0/27",), "Enabled")
    assert (endpoints.used, endpoints.taken) == (2, frozenset({"10.1.2.4", "10.1.2.5"}))
    (peering,) = found.peerings  # type: ignore[misc]
    assert (peering.remote, peering.sync, peering.allow_forwarded) == (ResourceId(arm.HUB), "FullyInSync", True)
    assert (peering.allow_access, peering.complete) == (True, True)


def test_a_subnets_own_list_of_addresses_counts_when_it_is_longer() -> None:
    """Interfaces that are not in the file are still counted by the subnet that lists them."""
    network = arm.network()
    network["properties"]["subnets"][1]["properties"]["ipConfigurations"] = [{"id": f"/x/{n}"} for n in range(20)]
    assert network_of(observed(network, arm.interface())).subnets[1].used == 20


def test_a_peering_of_some_subnets_is_not_complete() -> None:
    """`peerCompleteVnets: false` peers only some subnets."""
    network = arm.network()
    network["properties"]["virtualNetworkPeerings"][0]["properties"]["peerCompleteVnets"] = False
    (peering,) = network_of(observed(network)).peerings  # type: ignore[misc]
    assert not peering.complete


def test_a_peering_names_its_subnets_and_what_it_was_synced_with() -> None:
    """Subnets by name, and the remote ranges of the last sync rather than those that the remote has now."""
    network = arm.network()
    network["properties"]["virtualNetworkPeerings"][0]["properties"] |= {
        "localSubnetNames": ["snet-aca"],
        "remoteSubnetNames": ["snet-pe", "snet-dns"],
        "remoteAddressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        "remoteVirtualNetworkAddressSpace": {"addressPrefixes": ["10.0.0.0/16", "10.5.0.0/16"]},
    }
    (peering,) = network_of(observed(network)).peerings  # type: ignore[misc]
    assert (peering.local_subnets, peering.remote_subnets) == (("snet-aca",), ("snet-pe", "snet-dns"))
    assert peering.synced == ("10.0.0.0/16",)


def test_routes_are_read() -> None:
    """A route table's routes with their next hop."""
    (table,) = observed(arm.routes()).route_tables.values()
    assert table.routes == (Route("out", "0.0.0.0/0", "VirtualAppliance", "10.0.0.9"),)


@pytest.mark.parametrize("absent", [{"vnetConfiguration": None}, {"vnetConfiguration": {}}, {"infra": 1}])
def test_an_environment_without_a_subnet_has_no_network(absent: arm.Body) -> None:
    """Null, empty or absent `vnetConfiguration` all mean: no network of its own."""
    (found,) = observed(arm.body(arm.ENVIRONMENT, {**absent, "x": 1}, location="eastus")).environments.values()
    assert (found.subnet, found.network, found.workload_profiles) == (None, None, False)


@pytest.mark.parametrize(
    ("logs", "read"),
    [
        (None, ("", "")),
        ({"destination": None, "logAnalyticsConfiguration": None}, ("", "")),
        ({"destination": "azure-monitor", "logAnalyticsConfiguration": None}, ("azure-monitor", "")),
        (
            {"destination": "Log-Analytics", "logAnalyticsConfiguration": {"customerId": "6F0A", "sharedKey": None}},
            ("log-analytics", "6f0a"),
        ),
    ],
)
def test_an_environment_says_where_its_log_goes(logs: Any, read: tuple[str, str]) -> None:
    """The destination and the workspace's customer id are kept; null, as Azure answers it, is nowhere."""
    body = arm.body(arm.ENVIRONMENT, {"appLogsConfiguration": logs, "defaultDomain": "calm-a1.x.y"}, location="eastus")
    (found,) = observed(body).environments.values()
    assert (found.log_destination, found.log_workspace, found.domain) == (*read, "calm-a1.x.y")


@pytest.mark.parametrize(
    ("named", "group"), [("ME_cae-shop_rg-Shop_chinanorth3", "ME_cae-shop_rg-Shop_chinanorth3"), (None, "")]
)
def test_an_environment_names_the_group_of_its_load_balancer(named: Any, group: str) -> None:
    """`infrastructureResourceGroup` as it stands, "" where it is null."""
    body = arm.body(arm.ENVIRONMENT, {"infrastructureResourceGroup": named}, location="x")
    assert [one.infrastructure_group for one in observed(body).environments.values()] == [group]


@pytest.mark.parametrize("odd", ["odd", 7, "/subscriptions//x/providers/Microsoft.Network/virtualNetworks/v/subnets/s"])
def test_a_reference_that_is_no_id_makes_its_owner_unknown(odd: Any) -> None:
    """An environment whose subnet is not an id is Unknown, rather than without a network."""
    snapshot = observed(arm.body(arm.ENVIRONMENT, {"vnetConfiguration": {"infrastructureSubnetId": odd}}, location="x"))
    assert list(snapshot.unreadable) == [ResourceId(arm.ENVIRONMENT)]


def test_apps_and_jobs_are_consumers() -> None:
    """All images, the credential by identity or by password, and the identities that the app has."""
    app, job = observed(*arm.apps()).consumers.values()
    assert app == Consumer(
        id=ResourceId(arm.APP),
        kind="app",
        environment=ResourceId(arm.ENVIRONMENT),
        images=("shop.azurecr.cn/orders:1", "shop.azurecr.cn/migrate:1"),
        init_images=frozenset({"shop.azurecr.cn/migrate:1"}),
        credentials=(RegistryCredential("shop.azurecr.cn", "system"),),
        identities=("system", f"{arm.GROUP}/uami"),
        location="chinanorth3",
    )
    assert (job.kind, job.environment, job.secrets) == ("job", ResourceId(arm.ENVIRONMENT), ("acr-pw",))
    assert job.credentials == (RegistryCredential("shop.azurecr.cn", "", "shop", "acr-pw"),)

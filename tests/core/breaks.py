"""Every way in which the healthy estate breaks here: what was done to it, and what the diagnosis must say.

One function for one break; `BREAKS` maps its name to (builder, rule, end of the target's id, change kinds).
"""

from __future__ import annotations

from collections.abc import Callable

from tests.core.breaks_dns import DNS_BREAKS
from tests.core.breaks_way import WAY_BREAKS
from tests.estate_builder import HUB_SUB, EstateBuilder, closed_without_endpoint, healthy, rid, spoke

REGISTRY = rid("Microsoft.ContainerRegistry/registries", "shop")
ENDPOINT = rid("Microsoft.Network/privateEndpoints", "pe-shop")
NETWORK = rid("Microsoft.Network/virtualNetworks", "vnet-spoke")
ENVIRONMENT = rid("Microsoft.App/managedEnvironments", "cae")
APP = rid("Microsoft.App/containerApps", "orders")


def zone_of(builder: EstateBuilder) -> str:
    return rid("Microsoft.Network/privateDnsZones", builder.zone_name)


def hub_and_spoke() -> EstateBuilder:
    """The endpoint stands in a hub in another subscription, peered with the app's spoke."""
    builder = EstateBuilder()
    network, infrastructure, _ = spoke(builder)
    hub, _, endpoints = spoke(builder, "hub", 10, sub=HUB_SUB, group="rg-hub")
    builder.peer(network, hub)
    registry = builder.registry("shop")
    endpoint = builder.endpoint("pe-shop", registry, endpoints, 4, sub=HUB_SUB, group="rg-hub")
    zone = builder.zone(sub=HUB_SUB, group="rg-hub")
    builder.group(endpoint, zone)
    builder.link(zone, network)
    builder.link(zone, hub)
    builder.app("orders", builder.environment("cae", infrastructure), "shop.azurecr.io/orders:1")
    return builder


def set_status(builder: EstateBuilder, status: str) -> None:
    for body, key in (
        (builder.get(REGISTRY), "privateEndpointConnections"),
        (builder.get(ENDPOINT), "privateLinkServiceConnections"),
    ):
        body["properties"][key][0]["properties"]["privateLinkServiceConnectionState"]["status"] = status


def no_endpoint() -> EstateBuilder:
    return closed_without_endpoint()


def link_removed() -> EstateBuilder:
    builder = healthy()
    builder.drop(f"{zone_of(builder)}/virtualNetworkLinks/to-vnet-spoke")
    return builder


def data_record_missing() -> EstateBuilder:
    builder = healthy()
    builder.drop(f"{zone_of(builder)}/A/shop.westeurope.data")
    return builder


def login_record_stale() -> EstateBuilder:
    builder = healthy()
    builder.get(f"{zone_of(builder)}/A/shop")["properties"]["aRecords"] = [{"ipv4Address": "10.20.4.99"}]
    return builder


def records_never_written() -> EstateBuilder:
    builder = healthy()
    builder.drop(f"{ENDPOINT}/privateDnsZoneGroups/default")
    builder.drop(f"{zone_of(builder)}/A/shop")
    builder.drop(f"{zone_of(builder)}/A/shop.westeurope.data")
    return builder


def zone_deleted() -> EstateBuilder:
    builder = healthy()
    builder.drop(zone_of(builder))
    builder.drop(f"{ENDPOINT}/privateDnsZoneGroups/default")
    return builder


def connection_pending() -> EstateBuilder:
    builder = healthy()
    set_status(builder, "Pending")
    return builder


def connection_rejected() -> EstateBuilder:
    builder = healthy()
    set_status(builder, "Rejected")
    return builder


def connection_disconnected() -> EstateBuilder:
    builder = healthy()
    set_status(builder, "Disconnected")
    return builder


def no_own_network() -> EstateBuilder:
    builder = closed_without_endpoint()
    builder.get(ENVIRONMENT)["properties"]["vnetConfiguration"] = None
    return builder


def standard_tier() -> EstateBuilder:
    builder = closed_without_endpoint()
    builder.get(REGISTRY)["sku"] = {"name": "Standard", "tier": "Standard"}
    return builder


def subnet_full() -> EstateBuilder:
    builder = closed_without_endpoint()
    subnet = builder.get(NETWORK)["properties"]["subnets"][1]["properties"]
    subnet.update({"addressPrefix": "10.20.4.0/29", "ipConfigurations": [{"id": "a"}, {"id": "b"}]})
    return builder


def subnet_delegated() -> EstateBuilder:
    builder = closed_without_endpoint()
    delegation = {"name": "d", "properties": {"serviceName": "Microsoft.Web/serverFarms"}}
    builder.get(NETWORK)["properties"]["subnets"][1]["properties"]["delegations"] = [delegation]
    return builder


def peering_one_sided() -> EstateBuilder:
    builder = hub_and_spoke()
    hub = rid("Microsoft.Network/virtualNetworks", "vnet-hub", sub=HUB_SUB, group="rg-hub")
    builder.drop(f"{hub}/virtualNetworkPeerings/to-vnet-spoke")
    builder.get(f"{NETWORK}/virtualNetworkPeerings/to-vnet-hub")["properties"]["peeringState"] = "Initiated"
    return builder


def peering_disconnected() -> EstateBuilder:
    builder = hub_and_spoke()
    for key, body in builder.bodies.items():
        if "/virtualnetworkpeerings/" in key:
            body["properties"]["peeringState"] = "Disconnected"
    return builder


def peering_out_of_sync() -> EstateBuilder:
    builder = hub_and_spoke()
    peering = builder.get(f"{NETWORK}/virtualNetworkPeerings/to-vnet-hub")
    peering["properties"]["peeringSyncLevel"] = "RemoteNotInSync"
    return builder


def peering_missing() -> EstateBuilder:
    builder = hub_and_spoke()
    for key in [key for key in builder.bodies if "/virtualnetworkpeerings/" in key]:
        builder.drop(key)
    return builder


def credential_missing() -> EstateBuilder:
    builder = healthy()
    builder.get(APP)["properties"]["configuration"]["registries"] = None
    return builder


def identity_not_assigned() -> EstateBuilder:
    builder = healthy()
    identity = rid("Microsoft.ManagedIdentity/userAssignedIdentities", "puller")
    builder.get(APP)["properties"]["configuration"]["registries"][0]["identity"] = identity
    return builder


def admin_user_off() -> EstateBuilder:
    builder = healthy()
    configuration = builder.get(APP)["properties"]["configuration"]
    configuration["registries"] = [{"server": "shop.azurecr.io", "username": "shop", "passwordSecretRef": "pw"}]
    configuration["secrets"] = [{"name": "pw"}]
    return builder


def hidden_by_a_linked_zone() -> EstateBuilder:
    """An open registry has its endpoint elsewhere; the app's network links a zone that has no record of it."""
    builder = EstateBuilder()
    network, infrastructure, _ = spoke(builder)
    _, _, far = spoke(builder, "far", 40, group="rg-far")
    registry = builder.registry("shop", closed=False)
    builder.endpoint("pe-far", registry, far, 4, group="rg-far")
    builder.link(builder.zone(), network)
    builder.app("orders", builder.environment("cae", infrastructure), "shop.azurecr.io/orders:1")
    return builder


Break = tuple[Callable[[], EstateBuilder], str, str, list[str]]

BREAKS: dict[str, Break] = {
    "no endpoint": (
        no_endpoint,
        "private-endpoint",
        "/registries/shop",
        ["create-dns-zone", "create-private-endpoint", "create-dns-zone-group", "create-vnet-link"],
    ),
    "link removed": (link_removed, "vnet-link", "/privateDnsZones/privatelink.azurecr.io", ["create-vnet-link"]),
    "data record missing": (data_record_missing, "dns-record", "/A/shop.westeurope.data", ["update-dns-zone-group"]),
    "login record stale": (login_record_stale, "dns-record", "/A/shop", ["update-dns-zone-group"]),
    "records never written": (records_never_written, "dns-record", "/A/shop", ["create-dns-zone-group"]),
    "zone deleted": (
        zone_deleted,
        "dns-zone",
        "/virtualNetworks/vnet-spoke",
        ["create-dns-zone", "create-dns-zone-group", "create-vnet-link"],
    ),
    "connection pending": (connection_pending, "endpoint-connection", "/privateEndpointConnections/pe-shop.0", []),
    "connection rejected": (connection_rejected, "endpoint-connection", "/privateEndpointConnections/pe-shop.0", []),
    "connection disconnected": (
        connection_disconnected,
        "endpoint-connection",
        "/privateEndpointConnections/pe-shop.0",
        ["delete-private-endpoint", "create-private-endpoint", "create-dns-zone-group"],
    ),
    "no own network": (no_own_network, "environment-network", "/managedEnvironments/cae", []),
    "standard tier": (standard_tier, "registry-sku", "/registries/shop", []),
    "subnet full": (subnet_full, "endpoint-subnet", "/subnets/snet-endpoints", []),
    "subnet delegated": (subnet_delegated, "endpoint-subnet", "/subnets/snet-endpoints", []),
    "peering one-sided": (peering_one_sided, "peering", "/virtualNetworkPeerings/to-vnet-hub", ["create-peering"]),
    "peering disconnected": (
        peering_disconnected,
        "peering",
        "/virtualNetworkPeerings/to-vnet-hub",
        ["delete-peering", "delete-peering", "create-peering", "create-peering"],
    ),
    "peering out of sync": (peering_out_of_sync, "peering", "/virtualNetworkPeerings/to-vnet-hub", ["update-peering"]),
    "peering missing": (peering_missing, "peering", "/virtualNetworks/vnet-spoke", ["create-peering"] * 2),
    "credential missing": (credential_missing, "pull-credential", "/containerApps/orders", []),
    "identity not assigned": (identity_not_assigned, "pull-credential", "/containerApps/orders", []),
    "admin user off": (admin_user_off, "pull-credential", "/containerApps/orders", []),
    "hidden by a linked zone": (
        hidden_by_a_linked_zone,
        "shadowed-registry",
        "/virtualNetworkLinks/to-vnet-spoke",
        ["update-vnet-link"],
    ),
    **DNS_BREAKS,
    **WAY_BREAKS,
}

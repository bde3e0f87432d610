"""Raw ARM bodies of one small healthy estate: a registry, its endpoint, zone, network, environment, app and job."""

from __future__ import annotations

import copy
from typing import Any

Body = dict[str, Any]

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-Shop"
NETWORK_PROVIDER = f"{GROUP}/providers/Microsoft.Network"
REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/Shop"
CONNECTION = f"{REGISTRY}/privateEndpointConnections/pe-shop.1"
ENDPOINT = f"{NETWORK_PROVIDER}/privateEndpoints/pe-shop"
INTERFACE = f"{NETWORK_PROVIDER}/networkInterfaces/pe-shop.nic"
ZONE_GROUP = f"{ENDPOINT}/privateDnsZoneGroups/default"
ZONE = f"{NETWORK_PROVIDER}/privateDnsZones/privatelink.azurecr.cn"
LINK = f"{ZONE}/virtualNetworkLinks/to-shop"
RECORD = f"{ZONE}/A/shop"
DATA_RECORD = f"{ZONE}/A/shop.chinanorth3.data"
NETWORK = f"{NETWORK_PROVIDER}/virtualNetworks/vnet-shop"
APP_SUBNET = f"{NETWORK}/subnets/snet-aca"
ENDPOINT_SUBNET = f"{NETWORK}/subnets/snet-pe"
PEERING = f"{NETWORK}/virtualNetworkPeerings/to-hub"
HUB = f"{NETWORK_PROVIDER}/virtualNetworks/vnet-hub"
ROUTES = f"{NETWORK_PROVIDER}/routeTables/rt-shop"
ENVIRONMENT = f"{GROUP}/providers/Microsoft.App/managedEnvironments/cae-shop"
APP = f"{GROUP}/providers/Microsoft.App/containerApps/orders"
JOB = f"{GROUP}/providers/Microsoft.App/jobs/nightly"
REPLICATION = f"{REGISTRY}/replications/chinaeast3"


def body(rid: str, properties: Body, **more: Any) -> Body:
    """A body as GET returns it, its type and name taken from the id."""
    parts = rid.split("/providers/")[-1].split("/")
    kind = "/".join([parts[0], *parts[1::2]])
    return {"id": rid, "name": parts[-1], "type": kind, "properties": properties, **more}


def stub(rid: str, code: str = "AuthorizationFailed") -> Body:
    """What stands for a resource that could not be read."""
    return {"id": rid, "type": body(rid, {})["type"], "error": {"code": code, "message": "The client may not read it."}}


def connection(status: str = "Approved") -> Body:
    """The registry's side of the endpoint's connection."""
    state = {"status": status, "description": "Auto-Approved"}
    return body(CONNECTION, {"privateEndpoint": {"id": ENDPOINT}, "privateLinkServiceConnectionState": state})


def registry() -> Body:
    """A closed Premium registry in one region, its connection inline."""
    return body(
        REGISTRY,
        {
            "loginServer": "Shop.azurecr.cn",
            "publicNetworkAccess": "Disabled",
            "networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"action": "Allow", "value": "203.0.113.7"}]},
            "networkRuleBypassOptions": "None",
            "dataEndpointEnabled": True,
            "dataEndpointHostNames": ["shop.chinanorth3.data.azurecr.cn"],
            "privateEndpointConnections": [connection()],
            "provisioningState": "Succeeded",
        },
        location="China North 3",
        sku={"name": "Premium", "tier": "Premium"},
    )


def endpoint(status: str = "Approved", manual: bool = False) -> Body:
    """The endpoint of the registry, in the automatic or the manual array."""
    target = {
        "name": "pe-shop",
        "properties": {
            "privateLinkServiceId": REGISTRY,
            "groupIds": ["registry"],
            "privateLinkServiceConnectionState": {"status": status},
        },
    }
    return body(
        ENDPOINT,
        {
            "subnet": {"id": ENDPOINT_SUBNET},
            "networkInterfaces": [{"id": INTERFACE}],
            "customDnsConfigs": [{"fqdn": "shop.azurecr.cn", "ipAddresses": ["10.9.9.9"]}],
            "privateLinkServiceConnections": [] if manual else [target],
            "manualPrivateLinkServiceConnections": [target] if manual else [],
        },
        location="chinanorth3",
    )


def address(member: str, ip: str, host: str | None) -> Body:
    """One ipConfiguration of the endpoint's interface."""
    link: Body = {"groupId": "registry", "requiredMemberName": member}
    if host is not None:
        link["fqdns"] = [host]
    return {
        "name": member,
        "properties": {
            "privateIPAddress": ip,
            "subnet": {"id": ENDPOINT_SUBNET},
            "privateLinkConnectionProperties": link,
        },
    }


def interface() -> Body:
    """The endpoint's interface: data address first, as Azure has it."""
    addresses = [
        address("registry_data_chinanorth3", "10.1.2.4", "shop.chinanorth3.data.azurecr.cn"),
        address("registry", "10.1.2.5", "Shop.azurecr.cn"),
    ]
    return body(INTERFACE, {"ipConfigurations": addresses, "privateEndpoint": {"id": ENDPOINT}})


def zone() -> list[Body]:
    """The private zone with a link and two records that a zone group keeps."""
    made_by = {"creator": "created by private endpoint pe-shop with resource guid 1"}
    return [
        body(ZONE, {"numberOfRecordSets": 3}, location="global"),
        body(LINK, {"virtualNetwork": {"id": NETWORK}, "virtualNetworkLinkState": "Completed"}),
        body(RECORD, {"ttl": 10, "aRecords": [{"ipv4Address": "10.1.2.5"}], "metadata": made_by}),
        body(DATA_RECORD, {"ttl": 10, "aRecords": [{"ipv4Address": "10.1.2.4"}], "metadata": made_by}),
        body(ZONE_GROUP, {"privateDnsZoneConfigs": [{"name": "azurecr", "properties": {"privateDnsZoneId": ZONE}}]}),
    ]


def network() -> Body:
    """The network with a delegated and a free subnet and one side of a peering, all inline."""
    subnets = [
        body(
            APP_SUBNET,
            {
                "addressPrefix": "10.1.0.0/23",
                "delegations": [{"name": "d", "properties": {"serviceName": "Microsoft.App/environments"}}],
                "routeTable": {"id": ROUTES},
            },
        ),
        body(ENDPOINT_SUBNET, {"addressPrefixes": ["10.1.2.0/27"], "privateEndpointNetworkPolicies": "Enabled"}),
    ]
    peering = body(
        PEERING, {"remoteVirtualNetwork": {"id": HUB}, "peeringState": "Connected", "allowForwardedTraffic": True}
    )
    return body(
        NETWORK,
        {
            "addressSpace": {"addressPrefixes": ["10.1.0.0/16"]},
            "dhcpOptions": {"dnsServers": ["10.0.0.4"]},
            "subnets": subnets,
            "virtualNetworkPeerings": [peering],
        },
        location="chinanorth3",
    )


def routes() -> Body:
    """A route table with one route to an appliance."""
    route = body(
        f"{ROUTES}/routes/out",
        {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.0.9"},
    )
    return body(ROUTES, {"routes": [route]}, location="chinanorth3")


def apps() -> list[Body]:
    """An environment in the network, an app with an identity and a job with a password."""
    credential = {"server": "Shop.azurecr.cn", "identity": "system", "username": None, "passwordSecretRef": None}
    password = {"server": "shop.azurecr.cn", "identity": "", "username": "shop", "passwordSecretRef": "acr-pw"}
    return [
        body(
            ENVIRONMENT,
            {"vnetConfiguration": {"infrastructureSubnetId": APP_SUBNET}, "workloadProfiles": [{"name": "c"}]},
            location="China North 3",
        ),
        body(
            APP,
            {
                "managedEnvironmentId": ENVIRONMENT,
                "configuration": {"registries": [credential], "secrets": None, "dapr": None},
                "template": {
                    "containers": [{"image": "shop.azurecr.cn/orders:1"}],
                    "initContainers": [{"image": "shop.azurecr.cn/migrate:1"}],
                },
            },
            location="chinanorth3",
            identity={"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {f"{GROUP}/uami": {}}},
        ),
        body(
            JOB,
            {
                "environmentId": ENVIRONMENT,
                "configuration": {"registries": [password], "secrets": [{"name": "acr-pw"}]},
                "template": {"containers": [{"image": "shop.azurecr.cn/nightly:1"}], "initContainers": None},
            },
            location="chinanorth3",
        ),
    ]


def healthy() -> list[Body]:
    """The whole estate."""
    return copy.deepcopy([registry(), endpoint(), interface(), *zone(), network(), routes(), *apps()])

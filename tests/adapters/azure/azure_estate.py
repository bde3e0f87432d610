"""An estate for the adapter's tests: a closed registry in China, its app network and a hub, in one subscription."""

from __future__ import annotations

from typing import Any

from remediator.adapters.azure.applier import AzureApplier
from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.core.approval import ApprovedPlan, gate
from remediator.core.change import Change
from remediator.core.cloud import AZURE_CHINA
from remediator.core.desired import Decision, Way
from remediator.core.plan import Plan
from remediator.core.policy import Ruling
from remediator.sandbox.azure import Azure
from remediator.sandbox.transport import SandboxCredential, SandboxTransport

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-Shop"
NET = f"{GROUP}/providers/Microsoft.Network"
REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/shop"
BASIC = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/plain"
CONNECTION = f"{REGISTRY}/privateEndpointConnections/pe-shop.1"
ENDPOINT = f"{NET}/privateEndpoints/pe-shop"
NIC = f"{NET}/networkInterfaces/pe-shop.nic"
ZONE_GROUP = f"{ENDPOINT}/privateDnsZoneGroups/default"
ZONE = f"{NET}/privateDnsZones/privatelink.azurecr.cn"
LINK = f"{ZONE}/virtualNetworkLinks/to-shop"
RECORD = f"{ZONE}/A/shop"
VNET = f"{NET}/virtualNetworks/vnet-shop"
HUB = f"{NET}/virtualNetworks/vnet-hub"
SUBNET = f"{VNET}/subnets/snet-pe"
PEERING = f"{VNET}/virtualNetworkPeerings/to-hub"
HUB_PEERING = f"{HUB}/virtualNetworkPeerings/to-shop"
ENVIRONMENT = f"{GROUP}/providers/Microsoft.App/managedEnvironments/cae-shop"
APP = f"{GROUP}/providers/Microsoft.App/containerApps/orders"

Body = dict[str, Any]


def body(rid: str, properties: Body, **more: Any) -> Body:
    """A body as GET returns it."""
    parts = rid.split("/providers/")[-1].split("/")
    kind = "/".join([parts[0], *parts[1::2]])
    properties = {"provisioningState": "Succeeded", **properties}
    return {"id": rid, "name": parts[-1], "type": kind, "properties": properties, **more}


def network(rid: str, prefix: str, *subnets: Body) -> Body:
    """A network with subnets inline."""
    space = {"addressPrefixes": [prefix]}
    held = {"addressSpace": space, "subnets": list(subnets), "virtualNetworkPeerings": []}
    return body(rid, held, location="chinanorth3", etag='W/"1"')


def registry(rid: str = REGISTRY, sku: str = "Premium", **properties: Any) -> Body:
    """A registry; Premium ones are closed."""
    name = rid.rpartition("/")[2]
    held: Body = {"loginServer": f"{name}.azurecr.cn", "publicNetworkAccess": "Enabled", "adminUserEnabled": False}
    if sku == "Premium":
        held |= {"networkRuleSet": {"defaultAction": "Allow", "ipRules": []}, "dataEndpointEnabled": True}
        held |= {"dataEndpointHostNames": [f"{name}.chinanorth3.data.azurecr.cn"], "publicNetworkAccess": "Disabled"}
    held["networkRuleBypassOptions"] = "AzureServices"
    return body(rid, {**held, **properties}, location="chinanorth3", sku={"name": sku, "tier": sku})


def endpoint(status: str = "Approved", manual: bool = False) -> list[Body]:
    """An endpoint with its interface and the registry's side of its connection."""
    state = {"status": status, "description": "", "actionsRequired": "None"}
    target = {
        "name": "pe-shop",
        "id": f"{ENDPOINT}/privateLinkServiceConnections/pe-shop",
        "properties": {
            "privateLinkServiceId": REGISTRY,
            "groupIds": ["registry"],
            "privateLinkServiceConnectionState": state,
        },
    }
    members = (("registry_data_chinanorth3", "10.1.2.4", "shop.chinanorth3.data"), ("registry", "10.1.2.5", "shop"))
    configurations = [
        {
            "id": f"{NIC}/ipConfigurations/{member}",
            "name": member,
            "properties": {
                "privateIPAddress": address,
                "subnet": {"id": SUBNET},
                "privateLinkConnectionProperties": {
                    "groupId": "registry",
                    "requiredMemberName": member,
                    "fqdns": [f"{host}.azurecr.cn"] if status == "Approved" else [],
                },
            },
        }
        for member, address, host in members
    ]
    held: Body = {"subnet": {"id": SUBNET}, "networkInterfaces": [{"id": NIC}], "ipConfigurations": []}
    held["privateLinkServiceConnections"] = [] if manual else [target]
    held["manualPrivateLinkServiceConnections"] = [target] if manual else []
    return [
        body(ENDPOINT, held, location="chinanorth3", etag='W/"1"'),
        body(NIC, {"ipConfigurations": configurations, "privateEndpoint": {"id": ENDPOINT}}, location="chinanorth3"),
        body(CONNECTION, {"privateEndpoint": {"id": ENDPOINT}, "privateLinkServiceConnectionState": state}),
    ]


def zone() -> Body:
    """The private zone, empty."""
    return body(ZONE, {"numberOfRecordSets": 1}, location="global", etag="z1")


def link(policy: str = "Default") -> Body:
    """The zone's link to the app network."""
    held = {"virtualNetwork": {"id": VNET}, "registrationEnabled": False, "virtualNetworkLinkState": "Completed"}
    return body(LINK, {**held, "resolutionPolicy": policy}, location="global", etag="l1")


def record(*addresses: str, ttl: int = 10, rid: str = RECORD) -> Body:
    """An A record set."""
    return body(rid, {"ttl": ttl, "aRecords": [{"ipv4Address": a} for a in addresses]}, etag="r1")


def zone_group(*zones: str) -> Body:
    """The endpoint's zone group."""
    configs = [{"name": "acr", "properties": {"privateDnsZoneId": rid, "recordSets": []}} for rid in zones]
    return body(ZONE_GROUP, {"privateDnsZoneConfigs": configs}, etag='W/"1"')


def peering(rid: str, remote: str, **properties: Any) -> Body:
    """One side of the peering."""
    held = {"remoteVirtualNetwork": {"id": remote}, "peeringState": "Connected", "peeringSyncLevel": "FullyInSync"}
    flags = {"allowVirtualNetworkAccess": True, "allowForwardedTraffic": False}
    more = {"allowGatewayTransit": False, "useRemoteGateways": False}
    return body(rid, {**held, **flags, **more, **properties}, etag='W/"1"')


def networks() -> list[Body]:
    """The app network and the hub."""
    delegation = {"name": "d", "properties": {"serviceName": "Microsoft.App/environments"}}
    apps = body(f"{VNET}/subnets/snet-aca", {"addressPrefix": "10.1.0.0/23", "delegations": [delegation]})
    endpoints = body(SUBNET, {"addressPrefix": "10.1.2.0/27", "delegations": []})
    hub = body(f"{HUB}/subnets/snet-dns", {"addressPrefix": "10.0.0.0/24", "delegations": []})
    return [network(VNET, "10.1.0.0/16", apps, endpoints), network(HUB, "10.0.0.0/16", hub)]


def apps() -> list[Body]:
    """An environment in the app network and an app in it."""
    return [
        body(
            ENVIRONMENT,
            {"vnetConfiguration": {"infrastructureSubnetId": f"{VNET}/subnets/snet-aca"}, "workloadProfiles": []},
            location="chinanorth3",
        ),
        body(
            APP,
            {
                "managedEnvironmentId": ENVIRONMENT,
                "configuration": {"registries": [{"server": "shop.azurecr.cn", "identity": "system"}]},
                "template": {"containers": [{"name": "a", "image": "shop.azurecr.cn/orders:1"}]},
            },
            location="chinanorth3",
        ),
    ]


def healthy() -> list[Body]:
    """The whole estate."""
    peerings = [peering(PEERING, HUB), peering(HUB_PEERING, VNET)]
    names = [record("10.1.2.5"), record("10.1.2.4", rid=f"{ZONE}/A/shop.chinanorth3.data")]
    return [
        registry(), *networks(), *endpoint(), zone(), link(), *names, zone_group(ZONE), *peerings, *apps(),
    ]  # fmt: skip


def small_azure(resources: list[Body], **options: Any) -> Azure:
    """A sandbox that holds these."""
    return Azure(resources, cloud="AzureChinaCloud", **options)


def arm_of(azure: Azure) -> Arm:
    """A connection to the sandbox in process."""
    return Arm(ArmAccess(SandboxCredential(), AZURE_CHINA, transport=SandboxTransport(azure)))


def applier_of(azure: Azure) -> AzureApplier:
    """An applier that reads and writes as one identity."""
    arm = arm_of(azure)
    return AzureApplier(arm, lambda _: arm)


def approved(*changes: Change) -> ApprovedPlan:
    """These changes, approved by policy."""
    from datetime import UTC, datetime

    ruling = Ruling(decision=Decision.AUTO, way=Way.DIRECT, reasons=())
    found = gate(Plan(changes), ruling, None, (), requester=None, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert isinstance(found, ApprovedPlan)
    return found

"""The healthy hub with one break in the way from a name to an address: resolver, zone, link, record."""

from __future__ import annotations

from collections.abc import Callable

from remediator.sandbox.estates.workshop import (
    APP,
    APPS_SUB,
    BILLING,
    BILLING_NETWORK,
    ENDPOINT,
    ENVIRONMENT,
    HUB_NETWORK,
    LOCATION,
    NETWORK,
    ORDERS,
    REGISTRY,
    ZONE,
    ZONE_NAME,
    Workshop,
)
from remediator.sandbox.roles import ACR_PULL
from remediator.sandbox.wire import Body

RECORDS = ("fabrikamorders", "fabrikamorders.westeurope.data")


def dns_zone(shop: Workshop) -> None:
    """The zone was deleted with its links and zone groups: names resolve publicly."""
    for name in ("pe-fabrikamorders", "pe-fabrikambilling"):
        shop.delete(f"{ENDPOINT.rsplit('/', 1)[0]}/{name}/privateDnsZoneGroups/default")
    for network in (HUB_NETWORK, NETWORK, BILLING_NETWORK):
        shop.delete(f"{ZONE}/virtualNetworkLinks/to-{network.rsplit('/', 1)[-1]}")
    shop.delete(ZONE)


def vnet_link(shop: Workshop) -> None:
    """The zone's link to the app's network was deleted: the name resolves publicly."""
    shop.delete(f"{ZONE}/virtualNetworkLinks/to-vnet-orders")


def dns_record(shop: Workshop) -> None:
    """The record of the data name was deleted: the manifest comes, the layers do not."""
    shop.delete(f"{ZONE}/A/{RECORDS[1]}")


def dns_zone_group(shop: Workshop) -> None:
    """The zone group is gone and somebody wrote the records by hand: they work, and will rot."""
    records = [shop.azure.resource(f"{ZONE}/A/{name}") or {} for name in RECORDS]
    shop.delete(f"{ENDPOINT}/privateDnsZoneGroups/default")
    for record in records:
        shop.put(f"{ZONE}/A/{record['name']}", {"ttl": 3600, "aRecords": record["properties"]["aRecords"]})


def competing_zone(shop: Workshop) -> None:
    """The app's network links an empty zone of the same name, which its team made, instead of the hub's."""
    shop.delete(f"{ZONE}/virtualNetworkLinks/to-vnet-orders")
    own = f"{ORDERS}/Microsoft.Network/privateDnsZones/{ZONE_NAME}"
    shop.put(own, {}, location="global")
    shop.link(own, NETWORK)


def shared_record(shop: Workshop) -> None:
    """Billing has an endpoint to the same registry in the same zone: it wrote its own address over the record."""
    subnet = f"{BILLING_NETWORK}/subnets/snet-endpoints"
    shop.zone_group(shop.endpoint("pe-fabrikamorders-billing", subnet, REGISTRY, group=BILLING), ZONE)


def shadowed_registry(shop: Workshop) -> None:
    """App `tools` pulls from another team's open registry, which got an endpoint elsewhere: the hub's zone hides it."""
    group = f"/subscriptions/{APPS_SUB}/resourceGroups/rg-tools/providers"
    registry = f"{group}/Microsoft.ContainerRegistry/registries/fabrikamtools"
    network, zone = (
        f"{group}/Microsoft.Network/virtualNetworks/vnet-tools",
        f"{group}/Microsoft.Network/privateDnsZones",
    )
    shop.ask("PUT", group.removesuffix("/providers"), {"location": LOCATION})
    shop.put(registry, {}, sku={"name": "Premium"})
    subnet = {"name": "snet-endpoints", "properties": {"addressPrefix": "10.60.4.0/27"}}
    shop.put(network, {"addressSpace": {"addressPrefixes": ["10.60.0.0/16"]}, "subnets": [subnet]})
    shop.put(f"{zone}/{ZONE_NAME}", {}, location="global")
    endpoint = shop.endpoint("pe-fabrikamtools", f"{network}/subnets/snet-endpoints", registry, group=group)
    shop.zone_group(endpoint, f"{zone}/{ZONE_NAME}")
    shop.link(f"{zone}/{ZONE_NAME}", network)
    _tools(shop, registry)


def _tools(shop: Workshop, registry: str) -> None:
    """An app in the orders environment that pulls from a registry with a role of its own."""
    host, principal = "fabrikamtools.azurecr.io", "b5f0a4de-3a10-5f5e-9f0e-0a4a6f3a7c11"
    shop.add(
        {
            "id": f"{ORDERS}/Microsoft.App/containerApps/tools",
            "name": "tools",
            "type": "Microsoft.App/containerApps",
            "location": LOCATION,
            "identity": {"type": "SystemAssigned", "principalId": principal},
            "properties": {
                "provisioningState": "Succeeded",
                "managedEnvironmentId": ENVIRONMENT,
                "environmentId": ENVIRONMENT,
                "configuration": {"secrets": None, "registries": [{"server": host, "identity": "system"}]},
                "template": {"containers": [{"name": "tools", "image": f"{host}/tools/report:2.0"}]},
            },
        }
    )
    name = "0d5b9e3c-7f3e-5d0b-8a55-2f6c2b1d9e77"
    definition = f"/subscriptions/{APPS_SUB}/providers/Microsoft.Authorization/roleDefinitions/{ACR_PULL}"
    shop.add(
        {
            "id": f"{registry}/providers/Microsoft.Authorization/roleAssignments/{name}",
            "name": name,
            "type": "Microsoft.Authorization/roleAssignments",
            "properties": {
                "scope": registry,
                "roleDefinitionId": definition,
                "principalId": principal,
                "principalType": "ServicePrincipal",
            },
        }
    )


def custom_dns(shop: Workshop) -> None:
    """The app's network asks a DNS server on premises, which forwards to the internet: the link is cosmetic."""

    def change(properties: Body) -> None:
        properties["dhcpOptions"] = {"dnsServers": ["192.168.10.4"]}

    shop.change(NETWORK, change)


def image_reference(shop: Workshop) -> None:
    """The tag that the app names was never pushed. No ARM body tells that: it stands under `sandbox`."""
    body = shop.azure.resource(APP) or {}
    image = str(body["properties"]["template"]["containers"][0]["image"])
    shop.azure.missing_images.add(image.partition("/")[2])


BREAKS: dict[str, Callable[[Workshop], None]] = {
    "dns-zone": dns_zone,
    "vnet-link": vnet_link,
    "dns-record": dns_record,
    "dns-zone-group": dns_zone_group,
    "competing-zone": competing_zone,
    "shared-record": shared_record,
    "shadowed-registry": shadowed_registry,
    "custom-dns": custom_dns,
    "image-reference": image_reference,
}

"""The healthy hub with one break at the endpoint, or on the way to it."""

from __future__ import annotations

from collections.abc import Callable

from remediator.sandbox.estates.workshop import (
    ENDPOINT,
    ENVIRONMENT,
    HUB,
    HUB_NETWORK,
    INFRASTRUCTURE,
    NETWORK,
    ORDERS,
    REGISTRY,
    ZONE,
    Workshop,
)
from remediator.sandbox.wire import Body

HUB_SUBNET = f"{HUB_NETWORK}/subnets/snet-endpoints"


def private_endpoint(shop: Workshop) -> None:
    """The endpoint was deleted, and its records with it: the name is public, and the registry is closed."""
    shop.delete(ENDPOINT)


def endpoint_connection(shop: Workshop) -> None:
    """The endpoint was made again by hand and waits for the registry's owner: Pending, no host names, no records."""
    shop.delete(ENDPOINT)
    shop.zone_group(shop.endpoint("pe-fabrikamorders", HUB_SUBNET, REGISTRY, group=HUB, manual=True), ZONE)


def endpoint_subnet(shop: Workshop) -> None:
    """The endpoint is gone, and every subnet that is left is delegated to something else."""
    shop.delete(ENDPOINT)
    for subnet, owner in (
        (HUB_SUBNET, "Microsoft.Web/serverFarms"),
        (f"{HUB_NETWORK}/subnets/snet-dns", "Microsoft.Network/dnsResolvers"),
        (f"{NETWORK}/subnets/snet-endpoints", "Microsoft.DBforPostgreSQL/flexibleServers"),
    ):
        _delegate(shop, subnet, owner)


def _delegate(shop: Workshop, subnet: str, owner: str) -> None:
    def change(properties: Body) -> None:
        name = owner.replace("/", ".")
        properties["delegations"] = [
            {
                "name": name,
                "id": f"{subnet}/delegations/{name}",
                "type": "Microsoft.Network/virtualNetworks/subnets/delegations",
                "properties": {"provisioningState": "Succeeded", "serviceName": owner},
            }
        ]

    shop.change(subnet, change)


def peering(shop: Workshop) -> None:
    """The hub's side of the peering was deleted: the spoke's side is Disconnected."""
    shop.delete(f"{HUB_NETWORK}/virtualNetworkPeerings/to-vnet-orders")


def route(shop: Workshop) -> None:
    """A route of the environment's subnet drops what goes to the hub, and the hub lets routes outrank its endpoints."""
    table = f"{ORDERS}/Microsoft.Network/routeTables/rt-orders"
    row = {"name": "hub", "properties": {"addressPrefix": "10.10.0.0/16", "nextHopType": "None"}}
    shop.put(table, {"disableBgpRoutePropagation": False, "routes": [row]})

    def obey(properties: Body) -> None:
        properties["privateEndpointNetworkPolicies"] = "RouteTableEnabled"

    shop.change(HUB_SUBNET, obey)
    shop.change(INFRASTRUCTURE, lambda properties: properties.update(routeTable={"id": table}))


def network_security(shop: Workshop) -> None:
    """A security rule of the environment's subnet denies HTTPS to the subnet of the endpoints."""
    group = f"{ORDERS}/Microsoft.Network/networkSecurityGroups/nsg-orders"
    rule = {
        "priority": 200,
        "direction": "Outbound",
        "access": "Deny",
        "protocol": "Tcp",
        "sourceAddressPrefix": "*",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "10.10.4.0/24",
        "destinationPortRange": "443",
    }
    shop.put(group, {"securityRules": [{"name": "deny-hub", "properties": rule}]})
    shop.change(INFRASTRUCTURE, lambda properties: properties.update(networkSecurityGroup={"id": group}))


def environment_network(shop: Workshop) -> None:
    """The environment was made without a network of its own: no endpoint can help it."""
    shop.change(ENVIRONMENT, lambda properties: properties.update(vnetConfiguration=None))


BREAKS: dict[str, Callable[[Workshop], None]] = {
    "private-endpoint": private_endpoint,
    "endpoint-connection": endpoint_connection,
    "endpoint-subnet": endpoint_subnet,
    "peering": peering,
    "route": route,
    "network-security": network_security,
    "environment-network": environment_network,
}

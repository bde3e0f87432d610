"""The healthy hub with one break at the registry itself: its SKU, its firewall, who may pull."""

from __future__ import annotations

from collections.abc import Callable

from remediator.sandbox.estates.workshop import ENDPOINT, INFRASTRUCTURE, ORDERS, REGISTRY, Workshop
from remediator.sandbox.wire import Body


def registry_sku(shop: Workshop) -> None:
    """The registry was made again as Standard: it cannot have an endpoint, and is open to everybody."""
    shop.delete(ENDPOINT)
    before = shop.azure.resource(REGISTRY) or {}

    def change(body: Body) -> None:
        body["sku"] = {"name": "Standard", "tier": "Standard"}
        body["properties"].update(publicNetworkAccess="Enabled", dataEndpointEnabled=False, dataEndpointHostNames=[])
        del body["properties"]["networkRuleSet"]

    change(before)
    shop.add(before)


def _set(shop: Workshop, **properties: object) -> None:
    shop.ask("PATCH", REGISTRY, {"properties": properties})


def public_network_access(shop: Workshop) -> None:
    """Public access is on again; the app pulls privately all the same."""
    _set(shop, publicNetworkAccess="Enabled")


def default_action(shop: Workshop) -> None:
    """The firewall's default action is Allow: whoever switches public access on opens the registry to everybody."""
    _set(shop, networkRuleSet={"defaultAction": "Allow", "ipRules": []})


def ip_rules(shop: Workshop) -> None:
    """An address was let in in an emergency and never taken out."""
    rules = [{"action": "Allow", "value": "203.0.113.200"}]
    _set(shop, networkRuleSet={"defaultAction": "Deny", "ipRules": rules})


def trusted_services(shop: Workshop) -> None:
    """Trusted services may no longer pass the firewall: a drift only where a desired state says so."""
    _set(shop, networkRuleBypassOptions="None")


def pull_credential(shop: Workshop) -> None:
    """The role assignment of the app's identity was deleted; that of billing's is still there."""
    for body in shop.azure.estate()["resources"]:
        if body["id"].startswith(f"{REGISTRY}/providers/Microsoft.Authorization/roleAssignments/"):
            shop.drop(body["id"])


def stale_allow_list(shop: Workshop) -> None:
    """Chosen instead of Private Link: a list with the NAT gateway's address of last year."""
    shop.delete(ENDPOINT)
    address, gateway = (
        f"{ORDERS}/Microsoft.Network/{kind}" for kind in ("publicIPAddresses/pip-orders", "natGateways/nat-orders")
    )
    sku = {"name": "Standard"}
    shop.put(address, {"ipAddress": "203.0.113.61", "publicIPAllocationMethod": "Static"}, sku=sku)
    shop.put(gateway, {"publicIpAddresses": [{"id": address}]}, sku=sku)
    shop.change(INFRASTRUCTURE, lambda properties: properties.update(natGateway={"id": gateway}))
    rules = [{"action": "Allow", "value": "203.0.113.60"}]
    _set(shop, publicNetworkAccess="Enabled", networkRuleSet={"defaultAction": "Deny", "ipRules": rules})


BREAKS: dict[str, Callable[[Workshop], None]] = {
    "registry-sku": registry_sku,
    "public-network-access": public_network_access,
    "default-action": default_action,
    "ip-rules": ip_rules,
    "trusted-services": trusted_services,
    "pull-credential": pull_credential,
}

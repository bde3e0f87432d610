"""The healthy hub with its tools: what the broken estates are made with.

Writes go through ARM, so that Azure's own side effects come along; `change` and `drop` go behind its back. Called by
`broken_names`, `broken_ways` and `broken_registries`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from remediator.sandbox.azure import Azure
from remediator.sandbox.wire import Body

HUB_SUB, APPS_SUB = "4f1e2d3c-0002-4a00-8b00-00000000c001", "4f1e2d3c-0002-4a00-8b00-00000000c002"
HUB = f"/subscriptions/{HUB_SUB}/resourceGroups/rg-hub/providers"
ORDERS = f"/subscriptions/{APPS_SUB}/resourceGroups/rg-orders/providers"
BILLING = f"/subscriptions/{APPS_SUB}/resourceGroups/rg-billing/providers"
HUB_NETWORK = f"{HUB}/Microsoft.Network/virtualNetworks/vnet-hub"
NETWORK = f"{ORDERS}/Microsoft.Network/virtualNetworks/vnet-orders"
BILLING_NETWORK = f"{BILLING}/Microsoft.Network/virtualNetworks/vnet-billing"
INFRASTRUCTURE = f"{NETWORK}/subnets/snet-environment"
ZONE_NAME, LOCATION = "privatelink.azurecr.io", "westeurope"
ZONE = f"{HUB}/Microsoft.Network/privateDnsZones/{ZONE_NAME}"
ENDPOINT = f"{HUB}/Microsoft.Network/privateEndpoints/pe-fabrikamorders"
REGISTRY = f"{ORDERS}/Microsoft.ContainerRegistry/registries/fabrikamorders"
ENVIRONMENT = f"{ORDERS}/Microsoft.App/managedEnvironments/cae-orders"
APP = f"{ORDERS}/Microsoft.App/containerApps/orders"
VERSIONS = {"Microsoft.ContainerRegistry": "2023-07-01", "Microsoft.Network": "2024-06-01"}
# Nothing in an estate depends on the day on which it is built.
DAY = 1_741_651_200.0


class Workshop:
    """A sandbox that holds the healthy hub; `document` is what it has become."""

    def __init__(self, healthy: Body) -> None:
        self.azure = Azure.from_estate(healthy, clock=lambda: DAY, operation_polls=0)

    def ask(self, method: str, path: str, body: Body | None = None) -> None:
        """One write over ARM, which must be accepted."""
        version = VERSIONS.get(path.rpartition("/providers/")[2].partition("/")[0], "2021-04-01")
        url = f"https://management.azure.com{path}?api-version={version}"
        sent = json.dumps(body).encode() if body is not None else b""
        answer = self.azure.handle(method, url, {"Authorization": "Bearer workshop"}, sent)
        if answer.status >= 400:
            raise ValueError(f"{method} {path}: {answer.body.decode()}")

    def put(self, path: str, properties: Body, **more: Any) -> None:
        """Create or replace a resource."""
        self.ask("PUT", path, {"location": LOCATION, **more, "properties": properties})

    def delete(self, path: str) -> None:
        """Delete a resource, with everything that Azure deletes along."""
        self.ask("DELETE", path)

    def change(self, path: str, change: Callable[[Body], None]) -> None:
        """Change a resource's properties behind Azure's back."""
        body = copy.deepcopy(self.azure.resource(path)) or {}
        change(body["properties"])
        self.azure.put(body)

    def add(self, body: Body) -> None:
        """A resource that the sandbox cannot be asked for."""
        self.azure.put(body)

    def drop(self, path: str) -> None:
        """Take a resource away behind Azure's back."""
        self.azure.remove(path)

    def endpoint(self, name: str, subnet: str, registry: str, *, group: str, manual: bool = False) -> str:
        """A private endpoint; `group` is the scope of its resource group, up to `/providers`."""
        array = "manualPrivateLinkServiceConnections" if manual else "privateLinkServiceConnections"
        connection = {"name": name, "properties": {"privateLinkServiceId": registry, "groupIds": ["registry"]}}
        path = f"{group}/Microsoft.Network/privateEndpoints/{name}"
        self.put(path, {"subnet": {"id": subnet}, array: [connection]})
        return path

    def zone_group(self, endpoint: str, zone: str) -> None:
        """Let an endpoint keep its records in a zone."""
        config = {"name": "privatelink-azurecr-io", "properties": {"privateDnsZoneId": zone}}
        self.put(f"{endpoint}/privateDnsZoneGroups/default", {"privateDnsZoneConfigs": [config]})

    def link(self, zone: str, network: str) -> None:
        """Link a zone to a network."""
        name = f"to-{network.rsplit('/', 1)[-1]}"
        properties = {"virtualNetwork": {"id": network}, "registrationEnabled": False}
        self.put(f"{zone}/virtualNetworkLinks/{name}", properties, location="global")

    def document(self) -> Body:
        """The estate as it is now."""
        return self.azure.estate()

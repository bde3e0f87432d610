"""One estate and the real clients on top of it, without a socket."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from azure.mgmt.containerregistry import ContainerRegistryManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.privatedns import PrivateDnsManagementClient

from remediator.sandbox.azure import Azure
from remediator.sandbox.estates import load
from remediator.sandbox.network import Network
from remediator.sandbox.transport import SandboxCredential, SandboxTransport
from remediator.sandbox.wire import Response

SUB = "4f1e2d3c-0001-4a00-8b00-00000000c001"
ALBUM = f"/subscriptions/{SUB}/resourceGroups/rg-album/providers"
CATALOG = f"/subscriptions/{SUB}/resourceGroups/rg-catalog/providers"
VNET = f"{ALBUM}/Microsoft.Network/virtualNetworks/vnet-album"
OTHER = f"{CATALOG}/Microsoft.Network/virtualNetworks/vnet-catalog"
REGISTRY = f"{ALBUM}/Microsoft.ContainerRegistry/registries/contosoalbum"
ZONE = f"{ALBUM}/Microsoft.Network/privateDnsZones/privatelink.azurecr.cn"
ENDPOINT = f"{ALBUM}/Microsoft.Network/privateEndpoints/pe-album"
APP = f"{ALBUM}/Microsoft.App/containerApps/album"
ENVIRONMENT = f"{ALBUM}/Microsoft.App/managedEnvironments/cae-album"
OPEN_APP = f"{CATALOG}/Microsoft.App/containerApps/catalog"
ZONE_NAME = "privatelink.azurecr.cn"


@dataclass
class Story:
    """The first incident's estate, and what a test does to it."""

    azure: Azure
    network: NetworkManagementClient
    dns: PrivateDnsManagementClient
    acr: ContainerRegistryManagementClient
    plane: Network

    def raw(self, method: str, path: str, body: bytes = b"", version: str = "2024-01-01", **headers: str) -> Response:
        """One raw request with a token."""
        url = f"https://management.azure.com{path}"
        url += f"{'&' if '?' in path else '?'}api-version={version}" if version else ""
        sent = {"Authorization": "Bearer t", **{k.replace("_", "-"): v for k, v in headers.items()}}
        return self.azure.handle(method, url, sent, body)

    def zone(self, group: str = "rg-album", name: str = ZONE_NAME) -> Any:
        """Create a zone."""
        return self.dns.private_zones.begin_create_or_update(group, name, {"location": "global"}).result()

    def link(self, vnet: str = VNET, name: str = "to-vnet", group: str = "rg-album", **more: Any) -> Any:
        """Link a zone to a network."""
        properties = {"virtualNetwork": {"id": vnet}, "registrationEnabled": False, **more}
        body = {"location": "global", "properties": properties}
        return self.dns.virtual_network_links.begin_create_or_update(group, ZONE_NAME, name, body).result()

    def endpoint(self, name: str = "pe-album", *, subnet: str | None = None, manual: bool = False, **more: Any) -> Any:
        """Create a private endpoint for the closed registry."""
        connection = {"name": name, "properties": {"privateLinkServiceId": REGISTRY, "groupIds": ["registry"]}}
        array = "manualPrivateLinkServiceConnections" if manual else "privateLinkServiceConnections"
        properties = {"subnet": {"id": subnet or f"{VNET}/subnets/snet-endpoints"}, array: [connection], **more}
        body = {"location": "chinaeast2", "properties": properties}
        return self.network.private_endpoints.begin_create_or_update("rg-album", name, body).result()

    def zone_group(self, endpoint: str = "pe-album", name: str = "default", zone: str = ZONE) -> Any:
        """Put a zone group on an endpoint."""
        config = {"name": "acr", "properties": {"privateDnsZoneId": zone}}
        groups = self.network.private_dns_zone_groups
        body = {"properties": {"privateDnsZoneConfigs": [config]}}
        return groups.begin_create_or_update("rg-album", endpoint, name, body).result()

    def mend(self) -> None:
        """Zone, endpoint, zone group, link: what closes the first incident."""
        self.zone()
        self.endpoint()
        self.zone_group()
        self.link()

    def records(self) -> dict[str, list[str]]:
        """A records by name."""
        found = self.dns.record_sets.list_by_type("rg-album", ZONE_NAME, "A")
        return {str(one.name): [str(a.ipv4_address) for a in one.properties.a_records or []] for one in found}

    def nic(self, name: str = "pe-album") -> dict[str, Any]:
        """An endpoint's network interface, raw."""
        body = self.azure.resource(f"{ALBUM}/Microsoft.Network/privateEndpoints/{name}")
        assert body is not None
        found = self.azure.resource(body["properties"]["networkInterfaces"][0]["id"])
        assert found is not None
        return found

    def change(self, resource_id: str, change: Callable[[dict[str, Any]], None]) -> None:
        """Change a resource behind everyone's back."""
        body = copy.deepcopy(self.azure.resource(resource_id))
        assert body is not None
        change(body)
        self.azure.put(body)


def story_of(azure: Azure) -> Story:
    """The real clients over one sandbox."""
    kw: dict[str, Any] = {"transport": SandboxTransport(azure), "polling_interval": 0}
    credential = SandboxCredential()
    return Story(
        azure,
        NetworkManagementClient(credential, SUB, **kw),
        PrivateDnsManagementClient(credential, SUB, **kw),
        ContainerRegistryManagementClient(credential, SUB, **kw),
        Network(azure),
    )


@pytest.fixture
def story() -> Story:
    """A fresh first incident."""
    return story_of(Azure.from_estate(load("first-incident")))

"""The three clouds, as far as names and endpoints differ between them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cloud:
    """Endpoints and suffixes of one cloud."""

    name: str
    registry_suffix: str
    login: str
    management: str
    portal: str
    graph: str
    storage_suffix: str
    vault_suffix: str

    @property
    def zone(self) -> str:
        """The private zone in which registries' names end."""
        return f"privatelink.{self.registry_suffix}"


CLOUDS = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            "AzureCloud",
            "azurecr.io",
            "https://login.microsoftonline.com",
            "https://management.core.windows.net/",
            "https://portal.azure.com",
            "https://graph.windows.net/",
            "core.windows.net",
            "vault.azure.net",
        ),
        Cloud(
            "AzureChinaCloud",
            "azurecr.cn",
            "https://login.chinacloudapi.cn",
            "https://management.core.chinacloudapi.cn/",
            "https://portal.azure.cn",
            "https://graph.chinacloudapi.cn/",
            "core.chinacloudapi.cn",
            "vault.azure.cn",
        ),
        Cloud(
            "AzureUSGovernment",
            "azurecr.us",
            "https://login.microsoftonline.us",
            "https://management.core.usgovcloudapi.net/",
            "https://portal.azure.us",
            "https://graph.windows.net/",
            "core.usgovcloudapi.net",
            "vault.usgovcloudapi.net",
        ),
    )
}

TENANT = "00000000-0000-0000-0000-00000000000b"
PRINCIPAL = "00000000-0000-0000-0000-0000000000c1"

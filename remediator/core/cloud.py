"""Which names and endpoints each Azure cloud has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from remediator.core.errors import Rejected


@dataclass(frozen=True, slots=True)
class Cloud:
    """One Azure cloud; names as `az cloud list` prints them (azure-cli `azure.cli.core.cloud`).

    `log_analytics` is where logs are asked about (learn azure-monitor/logs/api; samples of azure-monitor-query).
    """

    name: str
    resource_manager: str
    authority: str
    registry_suffix: str
    storage_suffix: str
    log_analytics: str
    vault_suffix: str

    @property
    def private_zone(self) -> str:
        """The private DNS zone of registries, e.g. `privatelink.azurecr.cn` (learn private-endpoint-dns)."""
        return f"privatelink.{self.registry_suffix}"

    @property
    def scope(self) -> str:
        """The token scope of Azure Resource Manager."""
        return f"{self.resource_manager}/.default"


AZURE_PUBLIC = Cloud(
    "AzureCloud",
    "https://management.azure.com",
    "https://login.microsoftonline.com",
    "azurecr.io",
    "core.windows.net",
    "https://api.loganalytics.io",
    "vault.azure.net",
)
AZURE_CHINA = Cloud(
    "AzureChinaCloud",
    "https://management.chinacloudapi.cn",
    "https://login.chinacloudapi.cn",
    "azurecr.cn",
    "core.chinacloudapi.cn",
    "https://api.loganalytics.azure.cn",
    "vault.azure.cn",
)
AZURE_US_GOVERNMENT = Cloud(
    "AzureUSGovernment",
    "https://management.usgovcloudapi.net",
    "https://login.microsoftonline.us",
    "azurecr.us",
    "core.usgovcloudapi.net",
    "https://api.loganalytics.us",
    "vault.usgovcloudapi.net",
)
# A fleet asks the same few questions of each of its hosts many times.
_HOSTS = 1 << 16
CLOUDS: tuple[Cloud, ...] = (AZURE_PUBLIC, AZURE_CHINA, AZURE_US_GOVERNMENT)


def cloud_named(name: str) -> Cloud:
    """The cloud of that name, compared without case; `Rejected` lists the names that exist."""
    for cloud in CLOUDS:
        if cloud.name.lower() == name.strip().lower():
            return cloud
    names = ", ".join(cloud.name for cloud in CLOUDS)
    raise Rejected("unknown-cloud", f"there is no Azure cloud {name!r}", hint=f"one of: {names}")


@lru_cache(maxsize=_HOSTS)
def registry_suffix_of(host: str) -> str | None:
    """`azurecr.io`, `azurecr.cn` or `azurecr.us` when the host is a registry's login or data name, else None."""
    lowered = host.lower().rstrip(".")
    for cloud in CLOUDS:
        if lowered.endswith("." + cloud.registry_suffix):
            return cloud.registry_suffix
    return None


def private_zone_of(host: str) -> str | None:
    """The private zone that answers for a registry host: `privatelink.azurecr.cn` for `x.azurecr.cn`."""
    suffix = registry_suffix_of(host)
    return f"privatelink.{suffix}" if suffix else None


@lru_cache(maxsize=_HOSTS)
def record_name_of(host: str) -> str:
    """The record in the private zone for a registry host: `x.westeurope.data` for `x.westeurope.data.azurecr.io`."""
    suffix = registry_suffix_of(host)
    if suffix is None:
        raise Rejected("not-a-registry-host", f"{host!r} is not a name of Azure Container Registry")
    return host.lower().rstrip(".")[: -len(suffix) - 1]


@lru_cache(maxsize=4096)
def zones_of(host: str) -> tuple[str, ...]:
    """The names of the private zones that could answer for a registry host, the longest first, `privatelink.…` last.

    A network asks the linked zone with the longest name (learn private-dns-privatednszone); landing zones create
    `westeurope.data.privatelink.azurecr.io` (azure-facts 1.5).
    """
    zone = private_zone_of(host)
    if zone is None:
        return ()
    labels = record_name_of(host).split(".")
    return (*(f"{'.'.join(labels[start:])}.{zone}" for start in range(len(labels))), zone)


def record_in(host: str, zone: str) -> str:
    """The record for a registry host in one of `zones_of` it; `@` where the zone has the name of the host itself."""
    private = f"{record_name_of(host)}.{private_zone_of(host)}"
    return private.removesuffix(zone.lower()).rstrip(".") or "@"


def host_of_record(record: str, zone: str) -> str:
    """The registry host that a record of such a zone is for: the opposite of `record_in`."""
    private = zone.lower() if record == "@" else f"{record}.{zone}".lower()
    return private.replace("privatelink.", "", 1)


def login_server_of(host: str) -> str | None:
    """The login server of a registry host, also of a data or regional one; None for a host that is not of ACR."""
    lowered = host.strip().lower().rstrip(".")
    suffix = registry_suffix_of(lowered)
    return f"{record_name_of(lowered).split('.')[0]}.{suffix}" if suffix else None

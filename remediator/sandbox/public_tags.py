"""Which service tags a public address belongs to, as far as pulls meet them (MicrosoftDocs service-tags-overview).

All in lower case. Called by `pulling`; rules with these tags are judged by `security_groups` and `next_hops`.
"""

from __future__ import annotations


def of_registry(region: str) -> frozenset[str]:
    """Login and data names of a registry in one region."""
    return _regional("azurecontainerregistry", region)


def of_storage(region: str) -> frozenset[str]:
    """The storage account from which layers come while data endpoints are off."""
    return _regional("storage", region)


def of_host(host: str) -> frozenset[str]:
    """Registries that are not ours: Microsoft's own has tags, all others have none."""
    if host.lower() in ("mcr.microsoft.com", "mcr.azure.cn"):
        return frozenset({"microsoftcontainerregistry", "azurefrontdoor.firstparty", "azurecloud"})
    return frozenset()


def _regional(service: str, region: str) -> frozenset[str]:
    return frozenset({service, f"{service}.{region}", "azurecloud", f"azurecloud.{region}"})

"""Which Azure Verified Modules are known here, and which of their inputs says what?

Their inputs are documented and kept stable by their owners. Only what their documentation says in one way is used.
Sources: the modules' own pages in Azure/bicep-registry-modules (avm/res/…) and in the Terraform registry.
"""

from __future__ import annotations

import re

REGISTRY = "Microsoft.ContainerRegistry/registries"
ENDPOINT = "Microsoft.Network/privateEndpoints"
ZONE = "Microsoft.Network/privateDnsZones"
NETWORK = "Microsoft.Network/virtualNetworks"
LINK = f"{ZONE}/virtualNetworkLinks"
RECORD = f"{ZONE}/A"
GROUP = f"{ENDPOINT}/privateDnsZoneGroups"
PEERING = f"{NETWORK}/virtualNetworkPeerings"
SUBNET = f"{NETWORK}/subnets"

_BICEP = {
    "container-registry/registry": REGISTRY,
    "network/private-endpoint": ENDPOINT,
    "network/private-dns-zone": ZONE,
    "network/virtual-network": NETWORK,
}
_TERRAFORM = {
    "avm-res-containerregistry-registry": REGISTRY,
    "avm-res-network-privatednszone": ZONE,
}


def bicep_type(what: str) -> str | None:
    """The ARM type that a module of the public Bicep registry makes; None for one that is not known here."""
    found = re.fullmatch(r"br(?:/public:|:mcr\.microsoft\.com/bicep/)avm/res/([\w/-]+):[\w.-]+", what.strip())
    return _BICEP.get(found.group(1)) if found else None


def terraform_type(source: str) -> str | None:
    """The ARM type that a module of the Terraform registry makes; None for one that is not known here."""
    found = re.fullmatch(r"(?:registry\.terraform\.io/)?Azure/([\w-]+)/azurerm", source.strip(), re.IGNORECASE)
    return _TERRAFORM.get(found.group(1).lower()) if found else None

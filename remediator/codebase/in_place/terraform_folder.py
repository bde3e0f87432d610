"""What is a folder of Terraform as it is read: its blocks, the module calls between folders, and azurerm's types.

Called by `worlds` and `terraform_scope`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from remediator.codebase.in_place.read_hcl import HclBlock
from remediator.codebase.in_place.verified import ENDPOINT, LINK, NETWORK, PEERING, RECORD, REGISTRY, SUBNET, ZONE

# The ARM type of each resource that is read, and the attributes that hold its names.
TYPES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "azurerm_container_registry": (REGISTRY, ("name",)),
    "azurerm_private_endpoint": (ENDPOINT, ("name",)),
    "azurerm_private_dns_zone": (ZONE, ("name",)),
    "azurerm_private_dns_zone_virtual_network_link": (LINK, ("private_dns_zone_name", "name")),
    "azurerm_private_dns_a_record": (RECORD, ("zone_name", "name")),
    "azurerm_virtual_network": (NETWORK, ("name",)),
    "azurerm_subnet": (SUBNET, ("virtual_network_name", "name")),
    "azurerm_virtual_network_peering": (PEERING, ("virtual_network_name", "name")),
}


@dataclass(slots=True)
class Folder:
    """The blocks of one folder's files."""

    path: str
    parsed: bool = True
    variables: dict[str, HclBlock] = field(default_factory=dict)
    local_values: dict[str, Any] = field(default_factory=dict)
    resources: dict[tuple[str, str], HclBlock] = field(default_factory=dict)
    data: dict[tuple[str, str], HclBlock] = field(default_factory=dict)
    modules: dict[str, HclBlock] = field(default_factory=dict)
    outputs: dict[str, HclBlock] = field(default_factory=dict)
    files: tuple[str, ...] = ()


def module_path(here: str, block: HclBlock) -> str | None:
    """The folder in the tree that a local module's source means."""
    source = block.body.entry("source")
    text = getattr(source.value, "value", None) if source is not None else None
    if not isinstance(text, str) or not text.startswith(("./", "../")):
        return None
    path = posixpath.normpath(posixpath.join(here, text))
    return "" if path == "." else path

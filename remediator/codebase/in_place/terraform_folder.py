"""What is a folder of Terraform as it is read: its blocks, the module calls between folders, and azurerm's types.

Called by `worlds` and `terraform_scope`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from remediator.codebase.in_place.evaluate import Env, evaluate
from remediator.codebase.in_place.expr import Blocks, Call, Expr, Fields, Items
from remediator.codebase.in_place.read_hcl import HclBlock
from remediator.codebase.in_place.value import Id, Typed, Value, unread
from remediator.codebase.in_place.verified import (
    ENDPOINT,
    LINK,
    NETWORK,
    PEERING,
    RECORD,
    REGISTRY,
    SUBNET,
    ZONE,
    terraform_type,
)

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


@dataclass(frozen=True, slots=True)
class Turn:
    """One round of `count` or `for_each`: its key, the names in it, whether it exists, and what decides that."""

    key: Any
    env: Env
    exists: bool | None = True
    guards: Value | None = None
    loop: Value | None = None


def type_of(block: HclBlock) -> tuple[str, tuple[str, ...]] | None:
    """The ARM type of a block's resource and the attributes that name it; of azapi's only registries are read."""
    kind = block.labels[0]
    entry = block.body.entry("type") if kind in ("azapi_resource", "azapi_update_resource") else None
    told = getattr(entry.value, "value", None) if entry is not None else None
    if isinstance(told, str) and told.partition("@")[0].lower() == REGISTRY.lower():
        by_id = kind == "azapi_update_resource" and block.body.entry("name") is None
        return REGISTRY, (("resource_id",) if by_id else ("name",))
    return TYPES.get(kind)


def module_path(here: str, block: HclBlock) -> str | None:
    """The folder in the tree that a local module's source means."""
    source = block.body.entry("source")
    text = getattr(source.value, "value", None) if source is not None else None
    if not isinstance(text, str) or not text.startswith(("./", "../")):
        return None
    path = posixpath.normpath(posixpath.join(here, text))
    return "" if path == "." else path


def validations(block: HclBlock) -> Iterator[Expr]:
    """The conditions that a variable's values have to meet."""
    for entry in block.body.all("validation"):
        for one in entry.value.items if isinstance(entry.value, Blocks) else ():
            rule = one.entry("condition") if isinstance(one, Fields) else None
            if rule is not None:
                yield rule.value


def has_defaults(block: HclBlock) -> bool:
    """Whether a variable's type gives defaults to fields that are left out."""
    entry = block.body.entry("type")
    return entry is not None and _has_optional(entry.value)


def _has_optional(expr: Expr) -> bool:
    match expr:
        case Call():
            return expr.name == "optional" or any(_has_optional(arg) for arg in expr.args)
        case Fields():
            return any(_has_optional(entry.value) for entry in expr.entries)
        case Items():
            return any(_has_optional(item) for item in expr.items)
        case _:
            return False


def typed(value: Value) -> Value:
    """The same value with every object marked as one whose type has defaults."""
    if isinstance(value.data, dict):
        return replace(value, data=Typed({key: typed(item) for key, item in value.data.items()}))
    if isinstance(value.data, tuple):
        return replace(value, data=tuple(typed(item) for item in value.data))
    return value


def group_of(block: HclBlock, env: Env) -> str | None:
    """The resource group that a block names."""
    entry = block.body.entry("resource_group_name")
    return evaluate(entry.value, env).text() if entry is not None else None


def nullable(folder: Folder, key: str) -> bool:
    """Whether a variable takes null."""
    block = folder.variables.get(key)
    entry = block.body.entry("nullable") if block is not None else None
    return entry is None or getattr(entry.value, "value", True) is not False


def verified_output(block: HclBlock, env: Env, key: str) -> Value:
    """The id and name of what an Azure Verified Module makes; all else is known after it was applied."""
    source = block.body.entry("source")
    made = terraform_type(evaluate(source.value, env).text() or "") if source is not None else None
    named = block.body.entry("domain_name" if made == ZONE else "name")
    if made is None or named is None or key not in ("resource_id", "name"):
        return unread(f"module.{block.labels[0]}.{key} is known only after it was applied")
    name = evaluate(named.value, env)
    if key == "name" or name.text() is None:
        return name
    return Value(Id(made, (name.text() or "",), group_of(block, env)), None, name.deps)

"""One file of a folder in Bicep: its symbols, what it refers to, what it declares.

Called by `bicep`. A file is deployed into one resource group; what lies elsewhere, or belongs to others, is `existing`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from remediator.codebase.generated.bicep_text import Code, literal, symbol, value
from remediator.codebase.generated.held import ENDPOINT, LINK, NETWORK, PEERING, RECORD, REGISTRY, SUBNET, ZONE, proper
from remediator.core.resource_id import ResourceId

_NETWORK_API = "2025-07-01"
_DNS_API = "2024-06-01"
APIS = {
    ZONE: _DNS_API,
    LINK: _DNS_API,
    RECORD: _DNS_API,
    ENDPOINT: _NETWORK_API,
    f"{ENDPOINT}/privateDnsZoneGroups": _NETWORK_API,
    NETWORK: _NETWORK_API,
    SUBNET: _NETWORK_API,
    PEERING: _NETWORK_API,
    REGISTRY: "2025-11-01",
    "Microsoft.Authorization/policyExemptions": "2022-07-01-preview",
}
_ROLES = {ZONE: "zone", NETWORK: "network", SUBNET: "subnet", REGISTRY: "registry", ENDPOINT: "endpoint"}


@dataclass(slots=True)
class Page:
    """A file in the making for the resource group in which `group` lies."""

    group: ResourceId
    taken: set[str] = field(default_factory=set)
    symbols: dict[ResourceId, str] = field(default_factory=dict)
    existing: list[str] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)

    def own(self, rid: ResourceId, role: str) -> str:
        """The symbol of a resource that this file declares."""
        self.symbols[rid] = symbol(role, rid.name, self.taken)
        return self.symbols[rid]

    def refer(self, rid: ResourceId) -> str:
        """The symbol of a resource, which is made known to the file as an existing one where it does not declare it."""
        rid = proper(rid)
        if rid in self.symbols:
            return self.symbols[rid]
        body: dict[str, Any] = {}
        if rid.parent is not None:
            body["parent"] = Code(self.refer(rid.parent))
        elif not same_group(rid, self.group):
            body["scope"] = scope_of(rid)
        body["name"] = rid.name
        found = self.own(rid, _ROLES[rid.type])
        self.existing.append(f"resource {found} {typed(rid.type)} existing = {value(body)}\n")
        return found

    def id_of(self, rid: ResourceId) -> Code:
        """The id of a resource, as an expression."""
        return Code(f"{self.refer(rid)}.id")


def typed(kind: str) -> str:
    """A type with its version, as a literal."""
    return literal(f"{kind}@{APIS[kind]}")


def scope_of(rid: ResourceId) -> Code:
    """The resource group in which something lies, as a scope."""
    return Code(f"resourceGroup({literal(rid.subscription)}, {literal(rid.resource_group)})")


def same_group(one: ResourceId, other: ResourceId) -> bool:
    """Whether both lie in one resource group."""
    return group_key(one) == group_key(other)


def group_key(rid: ResourceId) -> tuple[str, str]:
    """What tells resource groups apart."""
    return rid.subscription.lower(), rid.resource_group.lower()

"""How are a registry's switches and its endpoint connections written?

Called by `applier`. A registry is only ever PATCHed: a PUT of a body that was read with another version would drop
newer fields (azure-facts 1.7). PATCH replaces `ipRules` as a whole.
"""

from __future__ import annotations

from typing import Any

from remediator.adapters.azure.clients import Clients, names_of
from remediator.core.change import Document
from remediator.core.resource_id import ResourceId
from remediator.ports import Started


def patch_registry(clients: Clients, rid: ResourceId, wanted: Document) -> Started:
    """Set the switches that `wanted` names, and no other."""
    group, _, name = names_of(rid)
    properties: dict[str, Any] = {}
    if "publicNetworkAccess" in wanted:
        properties["publicNetworkAccess"] = wanted["publicNetworkAccess"]
    if "bypass" in wanted:
        properties["networkRuleBypassOptions"] = wanted["bypass"]
    rules: dict[str, Any] = {}
    if "defaultAction" in wanted:
        rules["defaultAction"] = wanted["defaultAction"]
    if "ipRules" in wanted:
        rules["ipRules"] = [{"action": "Allow", "value": value} for value in wanted["ipRules"]]
    if rules:
        properties["networkRuleSet"] = rules
    body: dict[str, Any] = {"properties": properties} if properties else {}
    if "sku" in wanted:
        body["sku"] = {"name": wanted["sku"]}
    registries = clients.registries(rid).registries
    return clients.begin("changing registry", rid, registries.begin_update, group, name, body)


def put_connection(clients: Clients, rid: ResourceId, status: str) -> Started:
    """Approve or reject an endpoint's connection."""
    group, registry, name = names_of(rid)
    state = {"status": status, "description": f"{status} through remediator"}
    connections = clients.registries(rid).private_endpoint_connections
    body = {"properties": {"privateLinkServiceConnectionState": state}}
    return clients.begin("answering connection", rid, connections.begin_create_or_update, group, registry, name, body)

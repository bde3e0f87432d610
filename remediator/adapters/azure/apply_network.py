"""How are private endpoints, zone groups and peerings written?

Called by `applier`. Always the sub-resource, never a whole network, whose PUT would replace what changed meanwhile;
Microsoft.Network honours no etag (azure-facts 4), so that the lease and the comparison just before are the lock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from remediator.adapters.azure.clients import TAGS, Clients, names_of
from remediator.core.change import Document
from remediator.core.resource_id import ResourceId
from remediator.ports import Started

Body = Mapping[str, Any]
REQUEST = "Private access for Container Apps, asked for by remediator."  # at most 140 characters (azure-facts 4)
FLAGS = ("allowVirtualNetworkAccess", "allowForwardedTraffic", "allowGatewayTransit", "useRemoteGateways")
# What a peering keeps besides its flags when it is written again.
KEPT = ("doNotVerifyRemoteGateways", "peerCompleteVnets", "localSubnetNames", "remoteSubnetNames")


def endpoint_body(name: str, wanted: Document) -> dict[str, Any]:
    """A new endpoint with dynamic addresses: fixed ones would keep the registry from being replicated."""
    connection: dict[str, Any] = {"privateLinkServiceId": wanted["registry"], "groupIds": ["registry"]}
    array = "privateLinkServiceConnections"
    if wanted.get("manual"):
        array = "manualPrivateLinkServiceConnections"
        connection["requestMessage"] = REQUEST
    return {
        "location": wanted["location"],
        "tags": TAGS,
        "properties": {"subnet": {"id": wanted["subnet"]}, array: [{"name": name, "properties": connection}]},
    }


def create_endpoint(clients: Clients, rid: ResourceId, wanted: Document) -> Started:
    """Create an endpoint."""
    group, _, name = names_of(rid)
    body = endpoint_body(name, wanted)
    endpoints = clients.network(rid).private_endpoints
    return clients.begin("creating private endpoint", rid, endpoints.begin_create_or_update, group, name, body)


def delete_endpoint(clients: Clients, rid: ResourceId) -> Started:
    """Delete an endpoint; its zone group's records go with it."""
    group, _, name = names_of(rid)
    endpoints = clients.network(rid).private_endpoints
    return clients.begin("deleting private endpoint", rid, endpoints.begin_delete, group, name)


def put_zone_group(clients: Clients, rid: ResourceId, zones: Sequence[str], live: Body | None) -> Started:
    """Write a zone group; zones that it has already keep the name of their configuration."""
    group, endpoint, name = names_of(rid)
    configs = ((live or {}).get("properties") or {}).get("privateDnsZoneConfigs") or []
    kept = {ResourceId(config["properties"]["privateDnsZoneId"]): config.get("name") for config in configs}
    wanted = [ResourceId(zone) for zone in zones]
    entries = [
        {"name": kept.get(zone) or zone.name.replace(".", "-"), "properties": {"privateDnsZoneId": zone.text}}
        for zone in wanted
    ]
    body = {"name": name, "properties": {"privateDnsZoneConfigs": entries}}
    groups = clients.network(rid).private_dns_zone_groups
    return clients.begin("writing zone group", rid, groups.begin_create_or_update, group, endpoint, name, body)


def delete_zone_group(clients: Clients, rid: ResourceId) -> Started:
    """Delete a zone group; the records that it wrote go with it."""
    group, endpoint, name = names_of(rid)
    groups = clients.network(rid).private_dns_zone_groups
    return clients.begin("deleting zone group", rid, groups.begin_delete, group, endpoint, name)


def put_peering(clients: Clients, rid: ResourceId, wanted: Document, live: Body | None) -> Started:
    """Write this side of a peering; the other side is a change of its own."""
    group, network, name = names_of(rid)
    now = (live or {}).get("properties") or {}
    properties = {key: now[key] for key in (*FLAGS, *KEPT) if now.get(key) is not None}
    properties |= {key: wanted[key] for key in FLAGS if key in wanted}
    properties["remoteVirtualNetwork"] = {"id": wanted.get("remote") or now["remoteVirtualNetwork"]["id"]}
    sync = {"sync_remote_address_space": "true"} if "sync" in wanted else {}
    peerings = clients.network(rid).virtual_network_peerings
    body = {"properties": properties}
    return clients.begin("writing peering", rid, peerings.begin_create_or_update, group, network, name, body, **sync)


def delete_peering(clients: Clients, rid: ResourceId) -> Started:
    """Delete this side of a peering."""
    group, network, name = names_of(rid)
    peerings = clients.network(rid).virtual_network_peerings
    return clients.begin("deleting peering", rid, peerings.begin_delete, group, network, name)

"""How are private zones, links and records written?

Called by `applier`. Private DNS is the one provider here with real optimistic locks: creates carry `If-None-Match: *`,
everything else the etag of the body that was compared (azure-facts 7). A link always says its `resolutionPolicy`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azure.core import MatchConditions

from remediator.adapters.azure.clients import TAGS, Clients, names_of
from remediator.core.change import Document
from remediator.core.errors import Misconfigured
from remediator.core.resource_id import ResourceId
from remediator.ports import Started

Body = Mapping[str, Any]
FIRST_WITH_POLICY = "2024-06-01"


def zone_body() -> dict[str, Any]:
    """A new private zone."""
    return {"location": "global", "tags": TAGS}


def link_body(wanted: Document, live: Body | None = None) -> dict[str, Any]:
    """A link; one that is there already keeps its tags."""
    return {
        "location": "global",
        "tags": TAGS if live is None else live.get("tags") or {},
        "properties": {
            "virtualNetwork": {"id": wanted["network"]},
            "registrationEnabled": bool(wanted.get("registration", False)),
            "resolutionPolicy": str(wanted.get("resolutionPolicy") or "Default"),
        },
    }


def create_zone(clients: Clients, rid: ResourceId, live: Body | None) -> Started:
    """A new private zone, or one whose creation ended badly once more."""
    group, _, name = names_of(rid)
    zones = clients.private_dns(rid).private_zones
    body = zone_body()
    lock = _unless_there() if live is None else _if_unchanged(live)
    return clients.begin("creating zone", rid, zones.begin_create_or_update, group, name, body, **lock)


def delete_zone(clients: Clients, rid: ResourceId, live: Body) -> Started:
    """Delete a zone that we made and nobody uses."""
    group, _, name = names_of(rid)
    zones = clients.private_dns(rid).private_zones
    return clients.begin("deleting zone", rid, zones.begin_delete, group, name, **_if_unchanged(live))


def zone_in_use(live: Body) -> bool:
    """Whether a zone has links, or records besides its SOA."""
    held = live.get("properties") or {}
    records, links = held.get("numberOfRecordSets", 1), held.get("numberOfVirtualNetworkLinks", 0)
    return bool(records != 1 or links != 0)  # what cannot be read counts as used


def put_link(clients: Clients, rid: ResourceId, wanted: Document, live: Body | None) -> Started:
    """Create a link, or write an existing one again with another policy."""
    policy = str(wanted.get("resolutionPolicy") or "Default")
    version = clients.version(rid.type)
    if policy != "Default" and version < FIRST_WITH_POLICY:
        raise Misconfigured(
            "azure-version",
            f"writing link {rid}: this cloud's newest version is {version}, and resolutionPolicy needs "
            f"{FIRST_WITH_POLICY}",
        )
    group, zone, name = names_of(rid)
    body = link_body(wanted, live)
    lock = _unless_there() if live is None else _if_unchanged(live)
    links = clients.private_dns(rid).virtual_network_links
    return clients.begin("writing link", rid, links.begin_create_or_update, group, zone, name, body, **lock)


def delete_link(clients: Clients, rid: ResourceId, live: Body) -> Started:
    """Delete a link."""
    group, zone, name = names_of(rid)
    links = clients.private_dns(rid).virtual_network_links
    return clients.begin("deleting link", rid, links.begin_delete, group, zone, name, **_if_unchanged(live))


def put_record(clients: Clients, rid: ResourceId, wanted: Document, live: Body | None) -> Started:
    """Create an A record set, or replace the addresses of an existing one."""
    group, zone, name = names_of(rid)
    properties: dict[str, Any] = {
        "ttl": wanted["ttl"],
        "aRecords": [{"ipv4Address": address} for address in wanted["addresses"]],
    }
    metadata = ((live or {}).get("properties") or {}).get("metadata")
    if metadata:
        properties["metadata"] = metadata
    lock = _unless_there() if live is None else _if_unchanged(live)
    records = clients.private_dns(rid).record_sets
    body = {"properties": properties}
    return clients.at_once("writing record", rid, records.create_or_update, group, zone, "A", name, body, **lock)


def delete_record(clients: Clients, rid: ResourceId, live: Body) -> Started:
    """Delete an A record set."""
    group, zone, name = names_of(rid)
    records = clients.private_dns(rid).record_sets
    return clients.at_once("deleting record", rid, records.delete, group, zone, "A", name, **_if_unchanged(live))


def _unless_there() -> dict[str, Any]:
    return {"match_condition": MatchConditions.IfMissing}


def _if_unchanged(live: Body) -> dict[str, Any]:
    etag = live.get("etag")
    return {"etag": etag, "match_condition": MatchConditions.IfNotModified} if isinstance(etag, str) and etag else {}

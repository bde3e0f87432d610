"""What does each kind of resource look like in Bicep?

Called by `bicep`. Endpoints get dynamic addresses, a link always says its `resolutionPolicy` (azure-facts 1.6, 3.5).
Tags of what was there before come from Azure by a parameter, since a deployment would drop them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from remediator.codebase.generated.bicep_page import Page, typed
from remediator.codebase.generated.bicep_text import Code, value
from remediator.codebase.generated.held import (
    ENDPOINT,
    GROUP,
    LINK,
    PEERING,
    RECORD,
    REQUEST,
    TAGS,
    ZONE,
    Folder,
    Held,
)
from remediator.codebase.generated.marks import comment, mark
from remediator.core.code_home import Language
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Peering, PrivateEndpoint, PrivateZone, Record, ZoneGroup, ZoneLink

EXEMPTION = "Microsoft.Authorization/policyExemptions"
_ROLES = {ZONE: "zone", LINK: "link", RECORD: "record", ENDPOINT: "endpoint", GROUP: "group", PEERING: "peering"}
_SAYS = {
    ENDPOINT: ("Its addresses are dynamic: fixed ones would keep the registry from being replicated.",),
    GROUP: ("It writes the records of the registry's names and follows new regions.",),
}


def declare(page: Page, folder: Folder, held: Held, before: str | None) -> str:
    """Write one resource into the page; `before` is the symbol of one that must be done first. Returns its symbol."""
    own = page.own(held.id, _ROLES[held.id.type])
    body = dict(_properties(page, held, before))
    page.declared.append(
        comment(Language.BICEP, *_SAYS.get(held.id.type, ()))
        + mark(Language.BICEP, held.id, adopted=held.adopted)
        + f"resource {own} {typed(held.id.type)} = {value(body)}\n"
    )
    if held.id in folder.disputed:
        page.declared.append(_exemption(held.id, own))
    return own


def tags_parameter(page_symbol: str) -> str:
    """The parameter through which a file gets the tags of a resource that was there before."""
    return f"tagsOf{page_symbol[:1].upper()}{page_symbol[1:]}"


def has_tags(held: Held) -> bool:
    """Whether Azure keeps tags on it."""
    return held.id.type in (ZONE, LINK, ENDPOINT)


def _properties(page: Page, held: Held, before: str | None) -> Iterator[tuple[str, Any]]:
    rid, fact = held.id, held.fact
    if rid.parent is not None:
        yield "parent", Code(page.refer(rid.parent))
    yield "name", rid.name
    if isinstance(fact, (PrivateZone, ZoneLink)):
        yield "location", "global"
    elif isinstance(fact, PrivateEndpoint):
        yield "location", fact.location
    if before is not None:
        yield "dependsOn", [Code(before)]
    if has_tags(held):
        yield "tags", Code(tags_parameter(page.symbols[rid])) if held.adopted else TAGS
    match fact:
        case PrivateEndpoint():
            yield "properties", _endpoint(page, fact)
        case ZoneGroup():
            yield "properties", {"privateDnsZoneConfigs": [_config(page, name, zone) for name, zone in fact.zones]}
        case ZoneLink():
            yield "properties", _link(page, fact)
        case Record():
            yield "properties", _record(fact)
        case Peering():
            yield "properties", _peering(page, fact)


def _config(page: Page, name: str, zone: ResourceId) -> dict[str, Any]:
    return {"name": name, "properties": {"privateDnsZoneId": page.id_of(zone)}}


def _endpoint(page: Page, endpoint: PrivateEndpoint) -> dict[str, Any]:
    connections: dict[str, list[Any]] = {}
    for target in endpoint.targets:
        properties: dict[str, Any] = {
            "privateLinkServiceId": page.id_of(target.resource),
            "groupIds": list(target.groups) or ["registry"],
        }
        if target.manual:
            properties["requestMessage"] = REQUEST
        array = "manualPrivateLinkServiceConnections" if target.manual else "privateLinkServiceConnections"
        connections.setdefault(array, []).append({"name": target.name or endpoint.id.name, "properties": properties})
    return {"subnet": {"id": page.id_of(endpoint.subnet)}, **connections}


def _link(page: Page, link: ZoneLink) -> dict[str, Any]:
    return {
        "virtualNetwork": {"id": page.id_of(link.network)},
        "registrationEnabled": link.registration_enabled,
        "resolutionPolicy": link.resolution_policy,
    }


def _record(record: Record) -> dict[str, Any]:
    creator = {"metadata": {"creator": record.creator}} if record.creator else {}
    return {**creator, "ttl": record.ttl, "aRecords": [{"ipv4Address": address} for address in record.addresses]}


def _peering(page: Page, peering: Peering) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    if not peering.complete:
        parts = {
            "peerCompleteVnets": False,
            "localSubnetNames": list(peering.local_subnets),
            "remoteSubnetNames": list(peering.remote_subnets),
        }
    return {
        "remoteVirtualNetwork": {"id": page.id_of(peering.remote)},
        "allowVirtualNetworkAccess": peering.allow_access,
        "allowForwardedTraffic": peering.allow_forwarded,
        "allowGatewayTransit": peering.allow_gateway_transit,
        "useRemoteGateways": peering.use_remote_gateways,
        **parts,
    }


def _exemption(endpoint: ResourceId, own: str) -> str:
    body = {
        "scope": Code(own),
        "name": f"remediator-{endpoint.name}"[:64],
        "properties": {
            "policyAssignmentId": Code("policyAssignmentId"),
            "exemptionCategory": "Mitigated",
            "displayName": "This folder declares the DNS zone group of this endpoint",
        },
    }
    why = "Two owners would overwrite each other: with the id of its assignment, the policy leaves this endpoint alone."
    return (
        comment(Language.BICEP, why)
        + f"resource {own}Exemption {typed(EXEMPTION)} = if (!empty(policyAssignmentId)) {value(body)}\n"
    )

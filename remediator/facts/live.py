"""What does a body look like as the document of a change?

Called by the appliers, before and after a write, so that live state can be compared with a change's `before` and
`after` (core/change.py lists the keys of each kind). `agrees` compares only the keys that the change names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from remediator.core.change import ChangeKind, Document
from remediator.core.cloud import AZURE_PUBLIC
from remediator.core.plan import same_document
from remediator.core.resource_id import ResourceId
from remediator.facts.bodies import Bodies
from remediator.facts.network import read_peering
from remediator.facts.private_dns import read_link, read_record
from remediator.facts.private_endpoint import read_targets, read_zone_group
from remediator.facts.reading import Body, Malformed, properties, reference, region, required, section, text
from remediator.facts.registry import TYPE as REGISTRY
from remediator.facts.registry import read_connection, read_registry

ENDED = frozenset(("", "succeeded", "failed", "canceled"))


def document_of(kind: ChangeKind, rid: ResourceId, body: Body) -> dict[str, Any]:
    """The whole normalised document of a live body; `Malformed` when the body cannot be understood."""
    return _READERS[kind](rid, body)


def agrees(live: Mapping[str, Any], wanted: Document) -> bool:
    """Whether live state has what `wanted` names; case, order of lists and spelling of regions do not matter."""
    return same_document(_canonical({key: live.get(key) for key in wanted}), _canonical(wanted))


def is_running(body: Body) -> bool:
    """Whether Azure is still at work on the resource: a state that is not an end, or a link that is InProgress."""
    held = section(body, "properties")
    return text(held, "provisioningState", "").lower() not in ENDED or (
        text(held, "virtualNetworkLinkState", "").lower() == "inprogress"
    )


def has_failed(body: Body) -> bool:
    """Whether the last operation on the resource ended badly."""
    return text(section(body, "properties"), "provisioningState", "").lower() in ("failed", "canceled")


def _zone(rid: ResourceId, body: Body) -> dict[str, Any]:
    properties(body)
    return {"zone": rid.name}


def _endpoint(rid: ResourceId, body: Body) -> dict[str, Any]:
    held = properties(body)
    target = next((t for t in read_targets(held) if t.resource.is_a(REGISTRY)), None)
    if target is None:
        raise Malformed("it does not point at a registry")
    return {
        "location": region(text(body, "location")),
        "subnet": required(reference(held, "subnet"), "subnet").text,
        "registry": target.resource.text,
        "manual": target.manual,
        "status": target.status,
    }


def _connection(rid: ResourceId, body: Body) -> dict[str, Any]:
    return {"status": read_connection(rid, body).status}


def _zone_group(rid: ResourceId, body: Body) -> dict[str, Any]:
    return {"zones": [zone.text for _, zone in read_zone_group(rid, body).zones]}


def _record(rid: ResourceId, body: Body) -> dict[str, Any]:
    record = read_record(rid, body)
    return {"addresses": list(record.addresses), "ttl": record.ttl}


def _link(rid: ResourceId, body: Body) -> dict[str, Any]:
    link = read_link(rid, body)
    return {
        "network": link.network.text,
        "resolutionPolicy": link.resolution_policy,
        "registration": link.registration_enabled,
    }


def _peering(rid: ResourceId, body: Body) -> dict[str, Any]:
    peering = read_peering(rid, body)
    return {
        "remote": peering.remote.text,
        "state": peering.state,
        "sync": peering.sync,
        "allowVirtualNetworkAccess": peering.allow_access,
        "allowForwardedTraffic": peering.allow_forwarded,
        "allowGatewayTransit": peering.allow_gateway_transit,
        "useRemoteGateways": peering.use_remote_gateways,
    }


def _registry(rid: ResourceId, body: Body) -> dict[str, Any]:
    registry = read_registry(Bodies(), rid, body, AZURE_PUBLIC)  # the cloud matters to its names only
    return {
        "publicNetworkAccess": registry.public_network_access,
        "defaultAction": registry.default_action,
        "ipRules": list(registry.ip_rules),
        "bypass": registry.bypass,
        "sku": registry.sku,
    }


_READERS: dict[ChangeKind, Callable[[ResourceId, Body], dict[str, Any]]] = {
    ChangeKind.CREATE_ZONE: _zone,
    ChangeKind.CREATE_ENDPOINT: _endpoint,
    ChangeKind.DELETE_ENDPOINT: _endpoint,
    ChangeKind.APPROVE_CONNECTION: _connection,
    ChangeKind.CREATE_ZONE_GROUP: _zone_group,
    ChangeKind.UPDATE_ZONE_GROUP: _zone_group,
    ChangeKind.CREATE_RECORD: _record,
    ChangeKind.UPDATE_RECORD: _record,
    ChangeKind.CREATE_LINK: _link,
    ChangeKind.UPDATE_LINK: _link,
    ChangeKind.CREATE_PEERING: _peering,
    ChangeKind.UPDATE_PEERING: _peering,
    ChangeKind.DELETE_PEERING: _peering,
    ChangeKind.UPDATE_REGISTRY: _registry,
    ChangeKind.UPGRADE_SKU: _registry,
}


def _canonical(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: region(value) if key == "location" else _plain(value) for key, value in document.items()}


def _plain(value: Any) -> Any:
    """Names, ids and enums without case (real bodies break the documented case), lists in one order."""
    if isinstance(value, str):
        return value.lower()
    if isinstance(value, Mapping):
        return {str(key).lower(): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return sorted((_plain(item) for item in value), key=repr)
    return value

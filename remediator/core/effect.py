"""A change applied to a snapshot in memory: what the world will look like afterwards.

Foresight stands on this; where it is wrong, verification finds out. Sources: azure-facts 1.5, 3.2, 3.4, 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from remediator.core.change import Change, ChangeKind
from remediator.core.effect_endpoint import with_connection_approved, with_endpoint, without_endpoint
from remediator.core.effect_zone import with_group, with_link, with_record
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Network, Peering, PrivateZone, Snapshot, Unknown


def effect(snapshot: Snapshot, change: Change) -> Snapshot:
    """The snapshot after the change; the same snapshot where the change concerns something that it does not hold."""
    return _EFFECTS[change.kind](snapshot, change)


def _after(change: Change) -> Mapping[str, Any]:
    return change.after or {}


def _zone(snapshot: Snapshot, change: Change) -> Snapshot:
    zone = PrivateZone(change.target, str(_after(change)["zone"]))
    return replace(snapshot, zones={**snapshot.zones, zone.id: zone})


def _registry(snapshot: Snapshot, change: Change) -> Snapshot:
    registry = snapshot.registries.get(change.target)
    if registry is None:
        return snapshot
    after = _after(change)
    changed = replace(
        registry,
        sku=after.get("sku", registry.sku),
        public_network_access=after.get("publicNetworkAccess", registry.public_network_access),
        default_action=after.get("defaultAction", registry.default_action),
        ip_rules=tuple(after.get("ipRules", registry.ip_rules)),
        bypass=after.get("bypass", registry.bypass),
    )
    return replace(snapshot, registries={**snapshot.registries, registry.id: changed})


def _peerings(snapshot: Snapshot, owner: ResourceId | None) -> tuple[Network, tuple[Peering, ...]] | None:
    network = snapshot.networks.get(owner) if owner else None
    if network is None or isinstance(network.peerings, Unknown):
        return None
    return network, network.peerings


def _set_peerings(snapshot: Snapshot, network: Network, peerings: tuple[Peering, ...]) -> Snapshot:
    return replace(snapshot, networks={**snapshot.networks, network.id: replace(network, peerings=peerings)})


def _create_peering(snapshot: Snapshot, change: Change) -> Snapshot:
    held = _peerings(snapshot, change.target.parent)
    if held is None:
        return snapshot
    network, peerings = held
    after = _after(change)
    remote = ResourceId(str(after["remote"]))
    other = _peerings(snapshot, remote)
    theirs = next((p for p in other[1] if p.remote == network.id), None) if other else None
    state = "Connected" if theirs is not None and theirs.state != "Disconnected" else "Initiated"
    made = Peering(
        change.target,
        remote,
        state=state,
        allow_access=bool(after["allowVirtualNetworkAccess"]),
        allow_forwarded=bool(after["allowForwardedTraffic"]),
        allow_gateway_transit=bool(after["allowGatewayTransit"]),
        use_remote_gateways=bool(after["useRemoteGateways"]),
    )
    snapshot = _set_peerings(snapshot, network, (*peerings, made))
    if state == "Connected" and other is not None and theirs is not None:
        joined = tuple(replace(p, state="Connected") if p is theirs else p for p in other[1])
        snapshot = _set_peerings(snapshot, other[0], joined)
    return snapshot


def _delete_peering(snapshot: Snapshot, change: Change) -> Snapshot:
    held = _peerings(snapshot, change.target.parent)
    if held is None:
        return snapshot
    network, peerings = held
    gone = next((p for p in peerings if p.id == change.target), None)
    snapshot = _set_peerings(snapshot, network, tuple(p for p in peerings if p.id != change.target))
    other = _peerings(snapshot, gone.remote) if gone else None
    if other is None:
        return snapshot
    left = tuple(replace(p, state="Disconnected") if p.remote == network.id else p for p in other[1])
    return _set_peerings(snapshot, other[0], left)


def _update_peering(snapshot: Snapshot, change: Change) -> Snapshot:
    held = _peerings(snapshot, change.target.parent)
    if held is None:
        return snapshot
    after = _after(change)
    updated = tuple(
        replace(
            p,
            sync=after.get("sync", p.sync),
            allow_access=after.get("allowVirtualNetworkAccess", p.allow_access),
            allow_forwarded=after.get("allowForwardedTraffic", p.allow_forwarded),
        )
        if p.id == change.target
        else p
        for p in held[1]
    )
    return _set_peerings(snapshot, held[0], updated)


_EFFECTS: dict[ChangeKind, Callable[[Snapshot, Change], Snapshot]] = {
    ChangeKind.CREATE_ZONE: _zone,
    ChangeKind.CREATE_ENDPOINT: with_endpoint,
    ChangeKind.DELETE_ENDPOINT: without_endpoint,
    ChangeKind.APPROVE_CONNECTION: with_connection_approved,
    ChangeKind.CREATE_ZONE_GROUP: with_group,
    ChangeKind.UPDATE_ZONE_GROUP: with_group,
    ChangeKind.CREATE_RECORD: with_record,
    ChangeKind.UPDATE_RECORD: with_record,
    ChangeKind.CREATE_LINK: with_link,
    ChangeKind.UPDATE_LINK: with_link,
    ChangeKind.CREATE_PEERING: _create_peering,
    ChangeKind.DELETE_PEERING: _delete_peering,
    ChangeKind.UPDATE_PEERING: _update_peering,
    ChangeKind.UPDATE_REGISTRY: _registry,
    ChangeKind.UPGRADE_SKU: _registry,
}

"""How is a change that we made taken back?

Called by `applier`. What we created is deleted and what we changed gets its old value, each only while live still
equals the change's `after`. Three changes have no way back: a SKU upgrade (the downgrade would drop the endpoints), the
removal of an endpoint that was cut off for good, and a peering's synchronisation.
"""

from __future__ import annotations

from remediator.adapters.azure import apply_dns, apply_network, apply_registry
from remediator.adapters.azure.clients import Clients
from remediator.adapters.azure.live import Live
from remediator.core.change import Change, ChangeKind, LiveState
from remediator.core.errors import Forbidden, Stale
from remediator.facts.live import agrees
from remediator.ports import Started

USUAL_TTL = 3600  # seconds; what people and tools write by hand (azure-facts 1.5)
NO_WAY_BACK = frozenset((ChangeKind.DELETE_ENDPOINT,))


def compare_undo(live: Live, change: Change) -> LiveState:
    """PENDING when there is something of ours to take back, DONE when not, CONFLICT when somebody changed it since."""
    if live.running:
        return LiveState.RUNNING
    if change.kind in NO_WAY_BACK or change.only_synchronises:
        return LiveState.DONE
    if change.kind is ChangeKind.APPROVE_CONNECTION:
        return LiveState.PENDING if live.equals(change.after) else LiveState.DONE
    if change.kind is ChangeKind.CREATE_ZONE and live.body is not None and apply_dns.zone_in_use(live.body):
        return LiveState.CONFLICT
    if live.equals(_before(change), in_every_zone=False):
        return LiveState.DONE
    if live.equals(change.after) or _half_restored(live, change):
        return LiveState.PENDING
    return LiveState.CONFLICT


def _half_restored(live: Live, change: Change) -> bool:
    """Whether each record that a repeated zone group wrote is as we left it, or is restored already: records are put
    back one after the other, and a process may have ended in between."""
    before, after = change.before or {}, change.after or {}
    old, new = before.get("records") or {}, after.get("records") or {}
    if change.kind is not ChangeKind.UPDATE_ZONE_GROUP or not old or len(live.addresses) != 1:
        return False
    if not (live.document and agrees(live.document, {"zones": after["zones"]})):
        return False
    (held,) = live.addresses
    names = {name.lower() for name in (*old, *new)}
    told = [{name.lower(): list(addresses) for name, addresses in one.items()} for one in (old, new)]
    return all(any(agrees(held, {name: one.get(name, [])}) for one in told) for name in names)


def check_undo(change: Change, live: Live) -> None:
    """Raises `Forbidden` where there is no way back, `Stale` when live no longer equals `after`."""
    if change.kind is ChangeKind.UPGRADE_SKU:
        raise Forbidden(
            "undo-impossible", f"taking back {change.summary}: a smaller SKU would drop the registry's endpoints"
        )
    if change.kind in NO_WAY_BACK or change.only_synchronises:
        raise Forbidden("undo-impossible", f"taking back {change.summary}: there is nothing to put back")
    if compare_undo(live, change) is not LiveState.PENDING:
        raise Stale("change-moved", f"taking back {change.summary}: {change.target} no longer is as we left it")


def start_undo(clients: Clients, change: Change, live: Live) -> Started:
    """Make the inverse write of a change that `check_undo` let pass; `Forbidden` where it is not known."""
    if change.creates and live.body is not None:
        return _delete(clients, change, live)
    return _restore(clients, change, live)


def _before(change: Change) -> dict[str, object] | None:
    """What undoing leads to; a peering that is made again is not Disconnected as its predecessor was."""
    if change.before is None:
        return None
    return {key: value for key, value in change.before.items() if key not in ("state", "sync")}


def _delete(clients: Clients, change: Change, live: Live) -> Started:
    rid, body = change.target, live.body or {}
    match change.kind:
        case ChangeKind.CREATE_ZONE:
            return apply_dns.delete_zone(clients, rid, body)
        case ChangeKind.CREATE_LINK:
            return apply_dns.delete_link(clients, rid, body)
        case ChangeKind.CREATE_RECORD:
            return apply_dns.delete_record(clients, rid, body)
        case ChangeKind.CREATE_ENDPOINT:
            return apply_network.delete_endpoint(clients, rid)
        case ChangeKind.CREATE_ZONE_GROUP:
            return apply_network.delete_zone_group(clients, rid)
        case ChangeKind.CREATE_PEERING:
            return apply_network.delete_peering(clients, rid)
        case _:
            raise Forbidden("undo-impossible", f"taking back {change.summary}: there is no inverse")


def _restore(clients: Clients, change: Change, live: Live) -> Started:
    rid, before, body = change.target, change.before or {}, live.body
    match change.kind:
        case ChangeKind.APPROVE_CONNECTION:
            return apply_registry.put_connection(clients, rid, "Rejected")
        case ChangeKind.UPDATE_REGISTRY:
            return apply_registry.patch_registry(clients, rid, before)
        case ChangeKind.UPDATE_RECORD:
            return apply_dns.put_record(clients, rid, before, body)
        case ChangeKind.UPDATE_LINK:
            return apply_dns.put_link(clients, rid, before, body)
        case ChangeKind.UPDATE_PEERING | ChangeKind.DELETE_PEERING:
            return apply_network.put_peering(clients, rid, _before(change) or {}, body)
        case ChangeKind.UPDATE_ZONE_GROUP:
            return _restore_zone_group(clients, change, live)
        case _:
            raise Forbidden("undo-impossible", f"taking back {change.summary}: there is no inverse")


def _restore_zone_group(clients: Clients, change: Change, live: Live) -> Started:
    """The old zones where they differ, else the old values of the records."""
    before, after = change.before or {}, change.after or {}
    if {z.lower() for z in before["zones"]} != {z.lower() for z in after["zones"]}:
        return apply_network.put_zone_group(clients, change.target, before["zones"], live.body)
    if len(live.records) != 1:
        raise Forbidden(
            "undo-impossible",
            f"taking back {change.summary}: the group writes to {len(live.records)} zones, and which of them was "
            "different before is not known",
        )
    (held,) = live.records.items()
    zone, bodies = held
    for name, addresses in (before.get("records") or {}).items():
        rid, body = zone.child("A", name), bodies.get(name.lower())
        if agrees(live.addresses[0], {name.lower(): list(addresses)}):
            continue
        if addresses:
            ttl = ((body or {}).get("properties") or {}).get("ttl") or USUAL_TTL
            apply_dns.put_record(clients, rid, {"addresses": addresses, "ttl": ttl}, body)
        elif body is not None:
            apply_dns.delete_record(clients, rid, body)
    return Started()

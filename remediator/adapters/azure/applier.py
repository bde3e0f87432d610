"""How are approved changes made in Azure, compared with what is there, and taken back?

Implements `ports.Applier` with two identities: what is compared is read as the reader, and only what is written is
written, and followed, as the applier. The applier's connection, and with it its credential, is made when an approved
plan is in hand, for that plan; with the next plan it is made again.

Each write is preceded by a fresh read of its target, and is not made when that no longer equals the change's `before`.
`apply_network`, `apply_dns` and `apply_registry` know how each kind is written, `undo` how it is taken back.
"""

from __future__ import annotations

from collections.abc import Callable

from remediator.adapters.azure import apply_dns, apply_network, apply_registry, undo
from remediator.adapters.azure.arm import Arm
from remediator.adapters.azure.clients import Clients
from remediator.adapters.azure.live import Live, compare, read_live
from remediator.adapters.azure.polling import wait_before_next
from remediator.core.approval import ApprovedPlan
from remediator.core.change import Change, ChangeKind, LiveState
from remediator.core.errors import Stale, Transient
from remediator.core.plan import same_document
from remediator.ports import Started


class AzureApplier:
    """Writes to Azure through the typed clients. `reading` is the reader's connection; `writing` makes the applier's,
    and is asked for it with an approved plan only."""

    def __init__(self, reading: Arm, writing: Callable[[ApprovedPlan], Arm]) -> None:
        self._reading = reading
        self._writing = writing
        self._held: tuple[str, Clients] | None = None

    def compare(self, change: Change) -> LiveState:
        """How live state compares with the change; reads only."""
        return compare(read_live(self._reading, change), change)

    def start(self, approved: ApprovedPlan, change: Change) -> Started:
        """Make the write; `Stale` when the change is not in the approved plan or live is not its `before`."""
        _require_approved(approved, change)
        live = read_live(self._reading, change)
        state = compare(live, change)
        if state is LiveState.RUNNING:
            raise Transient("azure-busy", f"doing {change.summary}: Azure is at work on {change.target}")
        if state is not LiveState.PENDING:
            raise Stale("change-moved", f"doing {change.summary}: {change.target} is not as it was when approved")
        return _write(self._clients(approved), change, live)

    def poll(self, approved: ApprovedPlan, operation: str) -> float | None:
        """Seconds to wait before asking again, None when the operation has ended well; raises when it failed."""
        return wait_before_next(self._clients(approved).arm, operation)

    def compare_undo(self, change: Change) -> LiveState:
        """How live state compares with undoing the change; reads only."""
        return undo.compare_undo(read_live(self._reading, change), change)

    def start_undo(self, approved: ApprovedPlan, change: Change) -> Started:
        """Make the inverse write; `Forbidden` where there is none, `Stale` when somebody changed it since."""
        _require_approved(approved, change)
        live = read_live(self._reading, change)
        undo.check_undo(change, live)
        return undo.start_undo(self._clients(approved), change, live)

    def _clients(self, approved: ApprovedPlan) -> Clients:
        """The applier's clients for this plan; those of the plan before are let go."""
        held = self._held
        if held is None or held[0] != approved.digest:
            held = self._held = (approved.digest, Clients(self._writing(approved), self._reading.version))
        return held[1]


def _require_approved(approved: ApprovedPlan, change: Change) -> None:
    for one in approved.plan.changes:
        same = same_document(one.before, change.before) and same_document(one.after, change.after)
        if one.key == change.key and same:
            return
    raise Stale("change-not-approved", f"doing {change.summary}: the approved plan {approved.digest} has it not")


def _write(clients: Clients, change: Change, live: Live) -> Started:
    rid, after = change.target, change.after or {}
    match change.kind:
        case ChangeKind.CREATE_ZONE:
            return apply_dns.create_zone(clients, rid, live.body)
        case ChangeKind.CREATE_LINK | ChangeKind.UPDATE_LINK:
            return apply_dns.put_link(clients, rid, after, live.body)
        case ChangeKind.CREATE_RECORD | ChangeKind.UPDATE_RECORD:
            return apply_dns.put_record(clients, rid, after, live.body)
        case ChangeKind.CREATE_ENDPOINT:
            return apply_network.create_endpoint(clients, rid, after)
        case ChangeKind.DELETE_ENDPOINT:
            return apply_network.delete_endpoint(clients, rid)
        case ChangeKind.CREATE_ZONE_GROUP | ChangeKind.UPDATE_ZONE_GROUP:
            return apply_network.put_zone_group(clients, rid, after["zones"], live.body)
        case ChangeKind.CREATE_PEERING | ChangeKind.UPDATE_PEERING:
            return apply_network.put_peering(clients, rid, after, live.body)
        case ChangeKind.DELETE_PEERING:
            return apply_network.delete_peering(clients, rid)
        case ChangeKind.UPDATE_REGISTRY | ChangeKind.UPGRADE_SKU:
            return apply_registry.patch_registry(clients, rid, after)
        case ChangeKind.APPROVE_CONNECTION:
            return apply_registry.put_connection(clients, rid, "Approved")

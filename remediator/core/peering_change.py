"""The changes that peer two networks, or make an existing peering whole again, for every rule that has a reason.

A disconnected side must be deleted and made again (azure-facts 4).
"""

from __future__ import annotations

from remediator.core.change import Change, ChangeKind
from remediator.core.free_name import free_name
from remediator.core.reach import overlap
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Network, Peering, Snapshot, Unknown

_FLAGS = {
    "allowVirtualNetworkAccess": True,
    "allowForwardedTraffic": False,
    "allowGatewayTransit": False,
    "useRemoteGateways": False,
}


def peer(snapshot: Snapshot, network: Network, remote: ResourceId, rule: str) -> tuple[Change, ...]:
    """What is missing on either side; () where the remote side is not known or the address spaces overlap."""
    other = snapshot.look_up(snapshot.networks, remote)
    if not isinstance(other, Network) or isinstance(other.peerings, Unknown) or overlap(network, other):
        return ()
    if isinstance(network.peerings, Unknown):
        return ()
    ours, theirs = network.peering_to(remote), other.peering_to(network.id)
    return (*_mend(network, other, ours, rule), *_mend(other, network, theirs, rule))


def _mend(here: Network, there: Network, side: Peering | None, rule: str) -> tuple[Change, ...]:
    if side is None:
        return (_create(here, there, here.id.child("virtualNetworkPeerings", _name(here, there)), _FLAGS, rule),)
    if side.state.lower() == "disconnected":
        flags = _flags(side)
        return (_delete(here, there, side, flags, rule), _create(here, there, side.id, flags, rule))
    if side.sync.lower() != "fullyinsync":
        return (_sync(here, there, side, rule),)
    return ()


def _flags(side: Peering) -> dict[str, bool]:
    return {
        "allowVirtualNetworkAccess": side.allow_access,
        "allowForwardedTraffic": side.allow_forwarded,
        "allowGatewayTransit": side.allow_gateway_transit,
        "useRemoteGateways": side.use_remote_gateways,
    }


def _name(here: Network, there: Network) -> str:
    peerings = here.peerings if not isinstance(here.peerings, Unknown) else ()
    return free_name(there.id, f"to-{there.id.name}", (peering.id.name for peering in peerings))


def _create(here: Network, there: Network, target: ResourceId, flags: dict[str, bool], rule: str) -> Change:
    return Change(
        kind=ChangeKind.CREATE_PEERING,
        target=target,
        summary=f"Peer {here.id.name} with {there.id.name} ({target.name})",
        before=None,
        after={"remote": there.id.text, **flags},
        rule=rule,
        reason="the endpoint is in the other network",
    )


def _delete(here: Network, there: Network, side: Peering, flags: dict[str, bool], rule: str) -> Change:
    return Change(
        kind=ChangeKind.DELETE_PEERING,
        target=side.id,
        summary=f"Delete the disconnected peering {side.id.name} of {here.id.name}",
        before={"remote": there.id.text, "state": side.state, **flags},
        after=None,
        rule=rule,
        reason="a disconnected peering carries nothing and cannot be connected again",
    )


def _sync(here: Network, there: Network, side: Peering, rule: str) -> Change:
    return Change(
        kind=ChangeKind.UPDATE_PEERING,
        target=side.id,
        summary=f"Sync the peering {side.id.name} of {here.id.name} with the addresses of {there.id.name}",
        before={"remote": there.id.text, "sync": side.sync},
        after={"remote": there.id.text, "sync": "FullyInSync"},
        rule=rule,
        reason="the address space changed after the peering was made",
    )

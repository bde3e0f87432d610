"""Peerings: one side is Initiated, both sides are Connected, a side left alone is Disconnected."""

from __future__ import annotations

from remediator.sandbox import addresses, errors
from remediator.sandbox.acceptance import accept_delete, accept_put, stamp, written
from remediator.sandbox.arm_id import Target, key, parent_of, region, same
from remediator.sandbox.providers.reading import Handler, listing, read, require_parent
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

PEERINGS = "microsoft.network/virtualnetworks/virtualnetworkpeerings"


def remote_of(body: Body) -> str:
    """The network on the other side."""
    return str((body["properties"].get("remoteVirtualNetwork") or {}).get("id", ""))


def counterpart(world: World, body: Body) -> Body | None:
    """The peering that leads back, if there is one."""
    for other in world.state.children(remote_of(body), "virtualNetworkPeerings"):
        if same(remote_of(other), parent_of(body["id"])):
            return other
    return None


def _check(world: World, place: Target, network: Body, remote: Body) -> None:
    ours, theirs = addresses.prefixes(network), addresses.prefixes(remote)
    for one in ours:
        for other in theirs:
            if one.overlaps(other):
                raise errors.bad_request(
                    "VnetAddressSpacesOverlap",
                    f"Cannot create or update peering {place.path}. Virtual networks {network['id']} and "
                    f"{remote['id']} cannot be peered because their address spaces overlap. "
                    f"Overlapping address prefixes: {one}, {other}",
                )
    for found in world.state.children(place.parent, "virtualNetworkPeerings"):
        if key(found["id"]) != key(place.path) and same(remote_of(found), remote["id"]):
            raise errors.bad_request(
                "AnotherPeeringAlreadyReferencesRemoteVnet",
                f"Peering {place.path} cannot reference remote virtual network {remote['id']} because it is already "
                f"referenced by another peering {found['id']}.",
            )


def put(world: World, request: Request, place: Target) -> Response:
    """Create or change one side."""
    network, old = require_parent(world, place), world.state.get(place.path)
    body = written(place, request, old, "Microsoft.Network/virtualNetworks/virtualNetworkPeerings")
    remote = world.state.get(remote_of(body))
    if remote is None:
        raise errors.invalid_reference(place.path, remote_of(body))
    _check(world, place, network, remote)
    other = counterpart(world, body)
    if other is not None and other["properties"].get("peeringState") == "Disconnected":
        raise errors.bad_request(
            "RemotePeeringIsDisconnected",
            f"Cannot create or update peering {place.path} because remote peering {other['id']} referencing parent "
            f"virtual network {network['id']} is in Disconnected state. Update or re-create the remote peering to get "
            "it back to Initiated state. Peering gets Disconnected when remote vnet or remote peering is deleted and "
            "re-created.",
        )
    failure = world.faults.next_failure()
    stamp(world, body, old)
    properties = body["properties"]
    for name, usual in (
        ("allowVirtualNetworkAccess", True),
        ("allowForwardedTraffic", False),
        ("allowGatewayTransit", False),
        ("useRemoteGateways", False),
        ("doNotVerifyRemoteGateways", False),
        ("peerCompleteVnets", True),
    ):
        properties.setdefault(name, usual)
    for side in ("remoteAddressSpace", "remoteVirtualNetworkAddressSpace"):
        properties[side] = {
            "addressPrefixes": list((remote["properties"].get("addressSpace") or {}).get("addressPrefixes") or [])
        }
    if failure is None:
        _join(body, other)
    else:
        properties.update(peeringState="Initiated", peeringSyncLevel="RemoteNotInSync")
    world.state.put(body)
    where = region(network.get("location"))
    return accept_put(world, request, place, body, created=old is None, failure=failure, location=where)


def _join(body: Body, other: Body | None) -> None:
    alone = {"peeringState": "Initiated", "peeringSyncLevel": "RemoteNotInSync"}
    joined = {"peeringState": "Connected", "peeringSyncLevel": "FullyInSync"}
    body["properties"].update(alone if other is None else joined)
    if other is not None:
        other["properties"].update(joined)


def part(world: World, body: Body) -> None:
    """Take one side away: the other side is Disconnected."""
    other = counterpart(world, body)
    world.state.remove(body["id"])
    if other is not None:
        other["properties"].update(peeringState="Disconnected", peeringSyncLevel="RemoteNotInSync")


def orphan(world: World, network_id: str) -> None:
    """A network goes: every peering that leads to it is Disconnected."""
    for found in world.state.of_type(PEERINGS):
        if same(remote_of(found), network_id):
            found["properties"].update(peeringState="Disconnected", peeringSyncLevel="RemoteNotInSync")


def delete(world: World, request: Request, place: Target) -> Response:
    """Delete one side; 204 when it is not there."""
    body, network = world.state.get(place.path), world.state.get(place.parent)
    if body is None or network is None:
        return reply(204)
    failure = world.faults.next_failure()
    if failure is None:
        part(world, body)
    return accept_delete(world, request, place, region(network.get("location")), failure)


ROUTES: dict[tuple[str, str, str], Handler] = {
    ("GET", PEERINGS, "item"): read,
    ("GET", PEERINGS, "list"): listing,
    ("PUT", PEERINGS, "item"): put,
    ("DELETE", PEERINGS, "item"): delete,
}

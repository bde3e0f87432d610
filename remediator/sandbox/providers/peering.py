"""Peerings: one side is Initiated, both sides are Connected, a side left alone is Disconnected.

Each side keeps the address space of the other as it was when it was last written or synced (`remoteAddressSpace`); a
network that grows leaves both sides out of sync until the other side is put with `syncRemoteAddressSpace=true`
(learn update-virtual-network-peering-address-space).
"""

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
    synced = request.query.get("syncremoteaddressspace", "").lower() == "true"
    kept = (old or {}).get("properties", {}).get("remoteAddressSpace")
    properties["remoteAddressSpace"] = kept if kept and not synced else _space(remote)
    properties["remoteVirtualNetworkAddressSpace"] = _space(remote)
    properties.update(peeringState="Initiated", peeringSyncLevel="RemoteNotInSync")
    world.state.put(body)
    if failure is None and other is not None:
        for side in (body, other):
            side["properties"]["peeringState"] = "Connected"
            _compare(world, side)
    where = region(network.get("location"))
    return accept_put(world, request, place, body, created=old is None, failure=failure, location=where)


def _space(network: Body) -> Body:
    return {"addressPrefixes": list((network["properties"].get("addressSpace") or {}).get("addressPrefixes") or [])}


def _compare(world: World, body: Body) -> None:
    """Set one side's sync level: what it knows of the other network, and what the other side knows of its own."""
    remote, local = world.state.get(remote_of(body)), world.state.get(parent_of(body["id"]))
    other = counterpart(world, body)
    if remote is None or local is None or other is None:
        return
    body["properties"]["remoteVirtualNetworkAddressSpace"] = _space(remote)
    stale = body["properties"].get("remoteAddressSpace", _space(remote)) != _space(remote)
    unknown = other["properties"].get("remoteAddressSpace", _space(local)) != _space(local)
    levels = {(False, False): "FullyInSync", (True, False): "RemoteNotInSync", (False, True): "LocalNotInSync"}
    body["properties"]["peeringSyncLevel"] = levels.get((stale, unknown), "LocalAndRemoteNotInSync")


def moved(world: World, network: str) -> None:
    """A network's address space has changed: both sides of each of its peerings see it."""
    for body in world.state.children(network, "virtualNetworkPeerings"):
        other = counterpart(world, body)
        if other is not None:
            _compare(world, body)
            _compare(world, other)


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

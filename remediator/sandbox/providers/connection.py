"""The registry's side of endpoint connections: its owner approves, rejects or deletes them."""

from __future__ import annotations

from remediator.sandbox import private_link
from remediator.sandbox.acceptance import accept_delete, accept_put
from remediator.sandbox.arm_id import Target, region
from remediator.sandbox.private_link import REGISTRIES
from remediator.sandbox.providers import zone_group
from remediator.sandbox.providers.reading import Handler, existing, listing, read, require_parent
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

CONNECTIONS = f"{REGISTRIES}/privateendpointconnections"


def _endpoint(world: World, connection: Body) -> Body | None:
    return world.state.get((connection["properties"].get("privateEndpoint") or {}).get("id"))


def put(world: World, request: Request, place: Target) -> Response:
    """Approve or reject: 201, then the endpoint's side, its host names and its records follow."""
    registry, connection = require_parent(world, place), existing(world, place)
    asked = (request.document().get("properties") or {}).get("privateLinkServiceConnectionState") or {}
    failure = world.faults.next_failure()
    if failure is None and asked.get("status"):
        state = {"status": asked["status"], "description": asked.get("description") or ""}
        connection["properties"]["privateLinkServiceConnectionState"] = state
        endpoint = _endpoint(world, connection)
        if endpoint is not None:
            private_link.set_status(world, endpoint, state["status"], state["description"])
            if state["status"] == "Approved":
                zone_group.write_records(world, endpoint)
    where = region(registry.get("location"))
    return accept_put(world, request, place, connection, created=True, failure=failure, location=where)


def delete(world: World, request: Request, place: Target) -> Response:
    """Take the connection away: the endpoint is left Disconnected and can only be replaced."""
    connection = world.state.get(place.path)
    if connection is None:
        return reply(204)
    failure = world.faults.next_failure()
    if failure is None:
        disconnect(world, connection)
    return accept_delete(world, request, place, region((world.state.get(place.parent) or {}).get("location")), failure)


def disconnect(world: World, connection: Body) -> None:
    """Remove the registry's side and leave the endpoint's side Disconnected."""
    endpoint = _endpoint(world, connection)
    if endpoint is not None:
        private_link.set_status(world, endpoint, "Disconnected", "Deleted", "Recreate")
    world.state.remove(connection["id"])


ROUTES: dict[tuple[str, str, str], Handler] = {
    ("GET", CONNECTIONS, "item"): read,
    ("GET", CONNECTIONS, "list"): listing,
    ("PUT", CONNECTIONS, "item"): put,
    ("DELETE", CONNECTIONS, "item"): delete,
}

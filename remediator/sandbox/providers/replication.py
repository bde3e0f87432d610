"""Geo-replication: a new region takes an address in every endpoint's subnet, or nothing changes at all.

What the endpoints make of it is in `membership`. Once replicated, the list names the home region too.
"""

from __future__ import annotations

from remediator.sandbox import errors, private_link
from remediator.sandbox.acceptance import accept_delete, accept_put, written
from remediator.sandbox.arm_id import Target, region
from remediator.sandbox.private_link import REGISTRIES
from remediator.sandbox.providers import membership
from remediator.sandbox.providers.reading import Handler, listing, read, require_parent
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

REPLICATIONS = f"{REGISTRIES}/replications"


def _body(world: World, registry: Body, name: str, location: str) -> Body:
    return {
        "id": f"{registry['id']}/replications/{name}",
        "name": name,
        "type": "Microsoft.ContainerRegistry/registries/replications",
        "location": location,
        "tags": {},
        "properties": {
            "provisioningState": "Succeeded",
            "status": {"displayStatus": "Ready", "timestamp": world.now()},
            "regionEndpointEnabled": True,
            "zoneRedundancy": "Disabled",
        },
    }


def put(world: World, request: Request, place: Target) -> Response:
    """Add a region, or change one."""
    registry = require_parent(world, place)
    if private_link.sku(registry).lower() != "premium":
        raise errors.bad_request("InvalidSku", f"The registry '{registry['name']}' cannot be replicated.")
    old = world.state.get(place.path)
    asked = written(place, request, old, "Microsoft.ContainerRegistry/registries/replications")
    where = region(asked.get("location") or place.name)
    new = where not in private_link.regions(world, registry)
    if new:
        names = [name for name, _ in private_link.members_in(registry, where)]
        membership.require_room(world, registry, names, f"replicate the registry '{registry['name']}' to '{where}'")
    body = _body(world, registry, asked["name"], asked.get("location") or where)
    body["properties"].update({k: v for k, v in asked["properties"].items() if v is not None and k != "status"})
    failure = world.faults.next_failure()
    if failure is None:
        home = region(registry.get("location"))
        if new and home and not world.state.children(registry["id"], "replications"):
            world.state.put(_body(world, registry, home, registry["location"]))
        world.state.put(body)
        membership.follow(world, registry)
    return accept_put(world, request, place, body, created=old is None, failure=failure, location=where)


def delete(world: World, request: Request, place: Target) -> Response:
    """Take a region away with its addresses and records; the home region stays."""
    registry, body = require_parent(world, place), world.state.get(place.path)
    if body is None:
        return reply(204)
    where, home = region(body.get("location")), region(registry.get("location"))
    if where == home:
        raise errors.bad_request(
            "HomeReplicationCannotBeDeleted", f"'{where}' is the home region and cannot be deleted."
        )
    failure = world.faults.next_failure()
    if failure is None:
        world.state.remove(place.path)
        left = world.state.children(registry["id"], "replications")
        if [region(found.get("location")) for found in left] == [home]:
            world.state.remove(left[0]["id"])
        membership.follow(world, registry)
    return accept_delete(world, request, place, where, failure)


ROUTES: dict[tuple[str, str, str], Handler] = {
    ("GET", REPLICATIONS, "item"): read,
    ("GET", REPLICATIONS, "list"): listing,
    ("PUT", REPLICATIONS, "item"): put,
    ("DELETE", REPLICATIONS, "item"): delete,
}

"""GET: one resource, or a list of them by parent, by resource group or by subscription."""

from __future__ import annotations

from collections.abc import Callable

from remediator.sandbox import errors
from remediator.sandbox.arm_id import Target, key, target
from remediator.sandbox.shown import present
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

Handler = Callable[[World, Request, Target], Response]


def kind_text(place: Target) -> str:
    """The type as the caller spelt it, for messages."""
    return "/".join((place.namespace, *place.types))


def not_found(place: Target) -> errors.ArmError:
    """ResourceNotFound for what the path names."""
    pairs = "/".join(f"{kind}/{name}" for kind, name in zip(place.types, place.names, strict=False))
    spelt, _, names = f"{place.namespace}/{pairs}".rpartition("/")
    return errors.resource_not_found(spelt, names, place.group)


def existing(world: World, place: Target) -> Body:
    """The live body that a path names, or ResourceNotFound."""
    body = world.state.get(place.path)
    if body is None:
        raise not_found(place)
    return body


def require_parent(world: World, place: Target) -> Body:
    """The live body of the parent, or ParentResourceNotFound."""
    parent = world.state.get(place.parent)
    if parent is None:
        raise errors.parent_not_found("/".join(place.names[: len(place.types) - 1]))
    return parent


def read(world: World, request: Request, place: Target) -> Response:
    """One resource; the read counts as a poll of its running operation."""
    world.operations.tick_resource(place.path)
    body = existing(world, place)
    headers = {"ETag": str(body["etag"])} if body.get("etag") else {}
    return reply(200, present(world, body, request.api_version), headers)


def visible(world: World, body: Body) -> bool:
    """May a listing show this resource?"""
    return not world.faults.hides(str(body["id"]), target(str(body["id"])).type)


def page(world: World, request: Request, items: list[Body]) -> Response:
    """A list answer, in pages when the sandbox was given a page size or the caller asked for `$top`."""
    top = request.query.get("$top", "")
    size = int(top) if top.isdigit() and int(top) else world.page_size
    start = int(request.query.get("$skiptoken", "0") or 0)
    if not size or len(items) <= start + size:
        return reply(200, {"value": items[start:]})
    query = {**request.query, "$skiptoken": str(start + size)}
    link = request.origin + request.path + "?" + "&".join(f"{name}={value}" for name, value in query.items())
    return reply(200, {"value": items[start : start + size], "nextLink": link})


def listing(world: World, request: Request, place: Target) -> Response:
    """All resources of one type in the scope of the path."""
    if len(place.types) > 1:
        require_parent(world, place)
        found = world.state.children(place.parent, place.types[-1])
    else:
        found = world.state.of_type(place.type, place.scope)
    for body in found:
        world.operations.tick_resource(body["id"])
    shown = [present(world, body, request.api_version) for body in found if visible(world, body)]
    return page(world, request, shown)


def in_scope(world: World, request: Request, place: Target) -> Response:
    """Extension resources (role assignments, locks) at, above and below a scope."""
    scope = key(place.scope)
    found = [body for body in world.state.of_type(place.type) if _touches(scope, key(target(body["id"]).scope))]
    return page(world, request, [present(world, body, request.api_version) for body in found if visible(world, body)])


def _touches(asked: str, owned: str) -> bool:
    return owned == asked or owned.startswith(asked + "/") or asked.startswith(owned.rstrip("/") + "/")

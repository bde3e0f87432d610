"""GET: one resource, or a list of them by parent, by resource group or by subscription."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, urlencode

from remediator.sandbox import errors
from remediator.sandbox.arm_id import Target, key, target
from remediator.sandbox.shown import present
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

PRINCIPAL_FILTER = re.compile(r"(assignedTo\(|principalId\s+eq\s+)'([^']*)'\)?", re.IGNORECASE)
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
    """One resource, an odd one as it was given; the read counts as a poll of its running operation."""
    world.operations.tick_resource(place.path)
    odd = world.state.odd.get(key(place.path))
    if odd is not None:
        return reply(200, odd.body)
    body = existing(world, place)
    etag = body.get("etag")
    headers = {"ETag": etag} if isinstance(etag, str) and etag.isascii() and etag.isprintable() and etag else {}
    return reply(200, present(world, body, request.api_version), headers)


def visible(world: World, body: Body) -> bool:
    """May a listing show this resource?"""
    return not world.faults.hides(str(body["id"]), target(str(body["id"])).type)


def _number(request: Request, name: str) -> int | None:
    """A whole number from the query; 0 when it is not given, None when it is none."""
    text = request.query.get(name) or "0"
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def page(world: World, request: Request, items: list[Body]) -> Response:
    """A list answer, in pages when the sandbox was given a page size or the caller asked for `$top`."""
    size = _number(request, "$top") or world.page_size
    start = _number(request, "$skiptoken")
    if start is None:
        raise errors.bad_request("InvalidSkipToken", "The skip token of the request is invalid.")
    if not size or len(items) <= start + size:
        return reply(200, {"value": items[start:]})
    query = {**request.query, "$skiptoken": str(start + size)}
    link = f"{request.origin}{quote(request.path)}?{urlencode(query, safe='$')}"
    return reply(200, {"value": items[start : start + size], "nextLink": link})


def listing(world: World, request: Request, place: Target) -> Response:
    """All resources of one type in the scope of the path."""
    if len(place.types) > 1:
        require_parent(world, place)
    with world.state.overlooking():
        if len(place.types) > 1:
            found = world.state.children(place.parent, place.types[-1])
        else:
            found = world.state.of_type(place.type, place.scope)
    for body in found:
        world.operations.tick_resource(body["id"])
    shown = [present(world, body, request.api_version) for body in found if visible(world, body)]
    return page(world, request, shown + odd_ones(world, place))


def odd_ones(world: World, place: Target) -> list[Body]:
    """Odd resources that a list has to name, as they were given."""
    under = place.parent if len(place.types) > 1 else place.scope
    return [body for body in world.state.odd_of_type(place.type, under) if visible(world, body)]


def in_scope(world: World, request: Request, place: Target) -> Response:
    """Extension resources (role assignments, locks) at, above and below a scope."""
    scope = key(place.scope)
    with world.state.overlooking():
        known = world.state.of_type(place.type)
    shown = [present(world, body, request.api_version) for body in known if visible(world, body)]
    odd = [body for body in world.state.odd_of_type(place.type) if visible(world, body)]
    touching = [body for body in shown + odd if _touches(scope, key(target(body["id"]).scope))]
    return page(world, request, [body for body in touching if _wanted(body, request.query.get("$filter", ""))])


def _wanted(body: Body, condition: str) -> bool:
    """Whether a role assignment passes `assignedTo('ID')` or `principalId eq 'ID'`; any other filter lets all pass.

    Nobody knows the members of groups here: `assignedTo` takes everybody for a member of each.
    """
    asked = PRINCIPAL_FILTER.fullmatch(condition.strip())
    held = body.get("properties")
    if asked is None or not isinstance(held, dict):
        return True
    same = str(held.get("principalId", "")).lower() == asked[2].lower()
    return same or (asked[1].lower().startswith("assignedto") and held.get("principalType") == "Group")


def _touches(asked: str, owned: str) -> bool:
    return owned == asked or owned.startswith(asked + "/") or asked.startswith(owned.rstrip("/") + "/")

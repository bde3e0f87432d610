"""How a write is answered: which status and which polling headers each resource provider uses.

Network: PUT 201/200 with Azure-AsyncOperation, DELETE 202 with both. Private DNS: 202 with both headers and an empty
object. Registry: PUT 201/200 with Azure-AsyncOperation, DELETE 202 with Location only. (All as recorded.)
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from urllib.parse import quote

from remediator.sandbox.arm_id import Target, key, region
from remediator.sandbox.operations import Operation
from remediator.sandbox.shown import present
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World


def _nothing() -> None:
    """Nothing is left to do at the end."""


def _begin(
    world: World, place: Target, settle: Callable[[], None], failure: tuple[str, str] | None, deletes: bool
) -> Operation:
    error = {"code": failure[0], "message": failure[1]} if failure else None
    polls = world.faults.polls(world.operation_polls)
    token = world.guid("operation")

    def end() -> None:
        settle()
        world.history.end(token, world.moment(), error)

    return world.operations.start(Operation(token, key(place.path), polls, end, error, deletes))


def _urls(world: World, request: Request, place: Target, operation: Operation, location: str) -> tuple[str, str]:
    """The status URL and the result URL of an operation, as each provider spells them."""
    tail = f"?api-version={request.api_version}&t={operation.seal}"
    root = f"{request.origin}/subscriptions/{quote(place.subscription)}"
    if place.type.startswith("microsoft.network/privatednszones"):
        base = f"{root}/resourceGroups/{quote(place.group)}/providers/Microsoft.Network"
        return (
            f"{base}/privateDnsOperationStatuses/{operation.token}{tail}",
            f"{base}/privateDnsOperationResults/{operation.token}{tail}",
        )
    base = f"{root}/providers/{place.namespace}/locations/{quote(location or 'global')}"
    if place.type.startswith("microsoft.containerregistry"):
        # Below the resource itself, as recorded; status URLs of registry connections carry no api-version.
        return (
            f"{request.origin}{quote(place.path)}/operationStatuses/{operation.token}?t={operation.seal}",
            f"{base}/operationResults/{operation.token}{tail}",
        )
    return f"{base}/operations/{operation.token}{tail}", f"{base}/operationResults/{operation.token}{tail}"


def mark(body: Body, provisioning: str) -> None:
    """Set a body's provisioningState."""
    body.setdefault("properties", {})["provisioningState"] = provisioning


def _end(world: World, place: Target, provisioning: str) -> None:
    """Mark whatever body stands there by now: a later write may have replaced it."""
    body = world.state.get(place.path)
    if body is not None:
        mark(body, provisioning)


def accept_put(
    world: World,
    request: Request,
    place: Target,
    body: Body,
    *,
    created: bool,
    failure: tuple[str, str] | None = None,
    location: str = "",
) -> Response:
    """Answer a PUT that goes on in the background; `body` is the live one and reads Updating until the end."""
    mark(body, "Updating")
    operation = _begin(world, place, lambda: _end(world, place, "Failed" if failure else "Succeeded"), failure, False)
    status, _ = _urls(world, request, place, operation, location or region(body.get("location")))
    headers = {"Azure-AsyncOperation": status, **world.operations.waiting()}
    return reply(201 if created else 200, present(world, body, request.api_version), headers)


def accept_dns(
    world: World,
    request: Request,
    place: Target,
    *,
    settle: Callable[[], None] = _nothing,
    failure: tuple[str, str] | None = None,
    deletes: bool = False,
) -> Response:
    """Answer a write to a private zone or link: 202, both headers, an empty object (nothing at all for DELETE)."""
    operation = _begin(world, place, settle, failure, deletes)
    status, result = _urls(world, request, place, operation, "")
    headers = {"Azure-AsyncOperation": status, "Location": result, **world.operations.waiting()}
    return reply(202, None if deletes else {}, headers)


def accept_delete(
    world: World, request: Request, place: Target, location: str, failure: tuple[str, str] | None = None
) -> Response:
    """Answer a DELETE that goes on in the background."""
    operation = _begin(world, place, _nothing, failure, deletes=True)
    status, result = _urls(world, request, place, operation, location)
    headers = {"Location": result, **world.operations.waiting()}
    if not place.type.startswith("microsoft.containerregistry"):
        headers["Azure-AsyncOperation"] = status
    return reply(202, None, headers)


def stamp(world: World, body: Body, old: Body | None) -> Body:
    """Give a network body its etag, and a resourceGuid that a later PUT keeps."""
    properties = body.setdefault("properties", {})
    properties["resourceGuid"] = (old or {}).get("properties", {}).get("resourceGuid") or world.guid("resource")
    body["etag"] = f'W/"{world.guid("etag")}"'
    return body


def written(place: Target, request: Request, old: Body | None, kind: str) -> Body:
    """The body that a PUT asks for, under the id it was sent to (an existing resource keeps its casing)."""
    asked = copy.deepcopy(request.document())
    body: Body = {"id": old["id"] if old else place.path, "name": old["name"] if old else place.name, "type": kind}
    for name in ("location", "tags", "sku", "identity", "zones", "kind"):
        if asked.get(name) is not None:
            body[name] = asked[name]
        elif old and name in old and name != "tags":
            body[name] = old[name]
    body["properties"] = asked.get("properties") or {}
    return body

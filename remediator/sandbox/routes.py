"""From a request to the handler that answers it."""

from __future__ import annotations

import re

from remediator.sandbox import errors, permissions, policies
from remediator.sandbox.admission import admit_request
from remediator.sandbox.arm_id import Target, key, target
from remediator.sandbox.clouds import TENANT
from remediator.sandbox.errors import ArmError
from remediator.sandbox.locks import refuse_when_locked
from remediator.sandbox.private_link import ENDPOINTS
from remediator.sandbox.providers import (
    activity_log,
    alerts,
    connection,
    container_apps,
    directory,
    endpoint,
    job_runs,
    peering,
    plain,
    private_dns,
    records,
    registry,
    replication,
    virtual_network,
    zone_group,
)
from remediator.sandbox.providers.reading import Handler
from remediator.sandbox.providers.zone_group import GROUPS
from remediator.sandbox.wire import Request, Response
from remediator.sandbox.world import World

VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-[a-z0-9.-]+)?", re.IGNORECASE)
ROUTES: dict[tuple[str, str, str], Handler] = {
    route: handler
    for family in (
        activity_log,
        alerts,
        connection,
        container_apps,
        endpoint,
        job_runs,
        peering,
        permissions,
        plain,
        policies,
        private_dns,
        records,
        registry,
        replication,
        virtual_network,
        zone_group,
    )
    for route, handler in family.ROUTES.items()
}


def serve(world: World, request: Request) -> Response:
    """Answer one request, refusals included."""
    try:
        return _serve(world, request)
    except ArmError as refusal:
        refusal.bare = refusal.bare or (_bare(target(request.path)) and refusal.status in (400, 404, 409))
        return refusal.response()


def _bare(place: Target) -> bool:
    """Private endpoints and lists of zone groups describe their errors without the `error` wrapper (network
    2024-01-01, privateEndpoint.json)."""
    return place.type == ENDPOINTS or (place.type == GROUPS and place.kind == "list")


def _serve(world: World, request: Request) -> Response:
    place = target(request.path)
    if request.path.lower() != "/metadata/endpoints":
        _require_token(world, request)
        wait = world.faults.next_throttle()
        if wait is not None:
            raise errors.throttled(place.subscription, wait)
        permissions.require(world, request, place)
    operation = world.operations.find(request)
    if operation is not None and request.method == "GET":
        return world.operations.poll(request, operation)
    _require_version(request)
    _refuse_unreadable(world, request, place)
    request = admit_request(request, place)
    directory.require_scope(world, request, place)
    permissions.require_linked(world, request, place)
    refuse_when_locked(world, request, place)
    policies.refuse_when_denied(world, request, place)
    above = directory.answer(world, request, place)
    if above is not None:
        return above
    method = "GET" if request.method == "HEAD" else request.method
    handler = ROUTES.get((method, place.type, place.kind))
    if handler is None:
        raise errors.not_implemented(request.method, request.path)
    return handler(world, request, place)


def _require_token(world: World, request: Request) -> None:
    if not request.headers.get("authorization", "").lower().startswith("bearer "):
        raise errors.missing_token(world.cloud.login, TENANT)


def _require_version(request: Request) -> None:
    if not request.api_version:
        raise ArmError(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    if not VERSION.fullmatch(request.api_version):
        raise ArmError(400, "InvalidApiVersionParameter", f"The api-version '{request.api_version}' is invalid.")


def _refuse_unreadable(world: World, request: Request, place: Target) -> None:
    """Stubs and injected refusals: a scope that may not be read refuses all below it, its lists too."""
    refusal = world.faults.refusal(request.method, place)
    if refusal is not None:
        raise refusal
    path = key(place.path)
    for at, stub in world.state.unreadable.items():
        if path == at or path.startswith(at + "/"):
            error = stub["error"]
            raise ArmError(_status(error["code"]), error["code"], error.get("message", ""))


STATUS = {
    "AuthorizationFailed": 403,
    "LinkedAuthorizationFailed": 403,
    "AuthenticationFailed": 401,
    "RequestDisallowedByPolicy": 403,
    "SubscriptionNotFound": 404,
    "ResourceGroupNotFound": 404,
    "ResourceNotFound": 404,
    "NotFound": 404,
    "SubscriptionRequestsThrottled": 429,
    "TooManyRequests": 429,
    "ServerTimeout": 503,
    "ServiceUnavailable": 503,
    "GatewayTimeout": 504,
    "InternalServerError": 500,
}


def _status(code: str) -> int:
    return STATUS.get(code, 403)

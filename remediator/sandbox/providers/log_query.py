"""`POST /v1/workspaces/{customer id}/query`: Log Analytics' own API, beside ARM on the same address.

A client needs the right to query the workspace, and one to each table: custom tables have one right for all of them
(MicrosoftDocs azure-monitor manage-access, table-level RBAC). A table without it is none for that client. Called by
`azure` for paths that `is_query` knows. The refusals are those of the service.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from remediator.sandbox import kql, permissions, pulling_again
from remediator.sandbox.arm_id import target
from remediator.sandbox.history import claims_of
from remediator.sandbox.kql import Table
from remediator.sandbox.kql_conditions import moment
from remediator.sandbox.kql_words import KqlError
from remediator.sandbox.logs import TIME, WORKSPACES, workspaces
from remediator.sandbox.roles import covered
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

PATH = re.compile(r"/v1/workspaces/([^/]+)/query", re.IGNORECASE)
QUERY = "Microsoft.OperationalInsights/workspaces/query"
CUSTOM = f"{QUERY}/Tables.Custom/read"


def is_query(request: Request) -> bool:
    """Whether a request is for this API."""
    return PATH.fullmatch(request.path) is not None


def answer(world: World, request: Request) -> Response:
    """The result of a query, or the service's refusal."""
    if not request.headers.get("authorization", "").lower().startswith("bearer "):
        return _refused(401, "AuthorizationRequiredError", "Valid authentication was not provided")
    wait = world.faults.next_throttle()
    if wait is not None:
        message = "Too many requests, try again later"
        return _refused(429, "ThrottledError", message, headers={"Retry-After": str(wait)})
    found = PATH.fullmatch(request.path)
    customer = found[1].lower() if found else ""
    with world.state.overlooking():
        known = dict(sorted(workspaces(world.state), key=lambda pair: pair[1]))
    if request.method != "POST" or customer not in known:
        return _refused(404, "PathNotFoundError", "The requested path does not exist")
    place = target(known[customer] or f"/subscriptions/-/resourceGroups/-/providers/{WORKSPACES}/{customer}")
    if world.faults.refusal("GET", place) is not None or not _may(world, request, f"{QUERY}/read"):
        message = "The provided credentials have insufficient access to perform the requested operation"
        return _refused(403, "InsufficientAccessError", message)
    pulling_again.look(world)
    return _result(world, request, customer)


def _result(world: World, request: Request, customer: str) -> Response:
    asked = request.document()
    window = _window(asked.get("timespan"))

    def table(name: str) -> Table | None:
        if not _may(world, request, CUSTOM if name.endswith("_CL") else f"{QUERY}/{name}/read"):
            return None
        held = world.logs.table(customer, name, world.moment())
        return held and Table(held.columns, tuple(row for row in held.rows if _within(row[TIME], window)))

    try:
        if not isinstance(asked.get("query"), str) or window is None:
            raise KqlError("BadArgument", "The query or its timespan is missing.", "BadArgument", "no query")
        found = kql.run(asked["query"], table)
    except KqlError as error:
        return _bad(error)
    columns = [{"name": name, "type": kind} for name, kind in found.columns.items()]
    rows = [[_plain(row.get(name)) for name in found.columns] for row in found.rows]
    return reply(200, {"tables": [{"name": "PrimaryResult", "columns": columns, "rows": rows}]})


def _may(world: World, request: Request, action: str) -> bool:
    if not world.permissions:
        return True
    client = claims_of(request.headers.get("authorization", "")).get("appid", "")
    return covered(permissions.granted_to(world, client), action)


def _window(timespan: Any) -> tuple[datetime, datetime] | None:
    """Begin and end as ISO 8601, the only form that is understood here; None for any other one."""
    begin, _, end = str(timespan or "").partition("/")
    try:
        return moment(begin), moment(end)
    except ValueError:
        return None


def _within(at: datetime, window: tuple[datetime, datetime] | None) -> bool:
    return window is not None and window[0] <= at <= window[1]


def _plain(value: Any) -> Any:
    return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if isinstance(value, datetime) else value


def _bad(error: KqlError) -> Response:
    inner = {
        "code": error.code,
        "message": error.summary,
        "innererror": {"code": error.inner, "message": error.message},
    }
    return _refused(400, "BadArgumentError", "The request had some invalid properties", innererror=inner)


def _refused(status: int, code: str, message: str, headers: dict[str, str] | None = None, **more: Body) -> Response:
    return reply(status, {"error": {"message": message, "code": code, **more}}, headers)

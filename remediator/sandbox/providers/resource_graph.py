"""`POST /providers/Microsoft.ResourceGraph/resources`: rows of many subscriptions, a thousand a page.

Rows that the caller may not read are left out without a word (azure-facts 8). What a query may be is in `graph_query`,
what there is in `graph_rows`, how often one may ask in `graph_quota`. Called by `azure` for the path that `is_query`
knows. Refusals have the service's own two levels: `BadRequest`, and in `details` what is really meant.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from remediator.sandbox import errors
from remediator.sandbox.arm_id import target
from remediator.sandbox.clouds import TENANT
from remediator.sandbox.errors import ArmError
from remediator.sandbox.graph_query import Query, QueryError, parse
from remediator.sandbox.graph_quota import Allowance
from remediator.sandbox.graph_rows import TABLES, Row, selected
from remediator.sandbox.history import claims_of
from remediator.sandbox.permissions import granted_to
from remediator.sandbox.roles import covered
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

PATH = "/providers/microsoft.resourcegraph/resources"
MOST = 1000  # rows a page
INVALID = "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error "
INVALID += "before retrying."


def is_query(request: Request) -> bool:
    """Whether a request is for this API."""
    return request.method == "POST" and request.path.lower() == PATH


def answer(world: World, request: Request) -> Response:
    """One page of rows, or the service's refusal."""
    headers = request.headers
    try:
        if not headers.get("authorization", "").lower().startswith("bearer "):
            raise errors.missing_token(world.cloud.login, TENANT)
        wait = world.faults.next_throttle()
        if wait is not None:
            return _throttled(world, Allowance(0, wait))
        refusal = world.faults.refusal("GET", target(PATH))
        if refusal is not None:
            raise refusal
        if not request.api_version:
            raise errors.bad_request("MissingApiVersionParameter", "The api-version query parameter is required.")
    except ArmError as error:
        return error.response()
    client = claims_of(headers.get("authorization", "")).get("appid", "")
    allowance = world.graph_quota.ask(client, world.clock())
    if allowance.refused:
        return _throttled(world, allowance)
    asked = request.document()
    try:
        query = parse(str(asked.get("query") or ""))
        if query.table not in TABLES:
            raise QueryError("DisallowedLogicalTableName", -1, query.table)
    except QueryError as error:
        return _refused(world, "InvalidQuery", INVALID, _detail(str(asked.get("query") or ""), error))
    return _page(world, asked, query, allowance, client)


def _page(world: World, asked: Body, query: Query, allowance: Allowance, client: str) -> Response:
    options = asked.get("options")
    options = options if isinstance(options, dict) else {}
    size, start = options.get("$top", MOST), _start(options.get("$skipToken"))
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= MOST or start is None:
        return _refused(world, "InvalidOptions", "One of $top, which is 1 to 1000, and $skipToken is not valid.")
    named, scoped = _wanted(world, asked)
    if not named:
        given = "', '".join(map(str, scoped))
        message = "There must be at least one subscription that is eligible to contain resources. Given: "
        return _refused(world, "NoValidSubscriptionsInQueryRequest", f"{message}'{given}'.")
    rows = _granted(world, client, _rows(world, str(asked["query"]), query, named))
    part = rows[start : start + size]
    more = start + size < len(rows)
    # a page without an order or an id cannot be followed by another one
    token = _token(start + size) if more and query.ordered and (not query.columns or "id" in query.columns) else ""
    head = {"totalRecords": len(rows), "count": len(part), "resultTruncated": str(more and not token).lower()}
    document = json.dumps({**head, "facets": []}, separators=(",", ":")).encode()[:-1]
    data = b",".join(row.encoded(query.columns) for row in part)
    tail = f',"$skipToken":"{token}"' if token else ""
    body = b'%s,"data":[%s]%s}' % (document, data, tail.encode())
    return Response(200, {"Content-Type": "application/json; charset=utf-8", **allowance.headers}, body)


def _rows(world: World, text: str, query: Query, subscriptions: frozenset[str]) -> list[Row]:
    """The rows in these subscriptions that may be read."""
    found = world.remember(
        f"graph {text} {hash(subscriptions)}",
        lambda: [row for row in selected(world, text, query) if row.subscription in subscriptions],
    )
    if not world.faults.hiding and not world.state.unreadable:
        return found
    unread = tuple(world.state.unreadable)
    return [
        row
        for row in found
        if not world.faults.hides(row.key, str(row.columns["type"]))
        and not any(row.key == at or row.key.startswith(at + "/") for at in unread)
    ]


def _granted(world: World, client: str, rows: list[Row]) -> list[Row]:
    """The rows of types that the client may read."""
    if not world.permissions:
        return rows
    actions = granted_to(world, client)
    kinds = {kind: covered(actions, f"{kind}/read") for kind in {str(row.columns["type"]) for row in rows}}
    return [row for row in rows if kinds[str(row.columns["type"])]]


def _wanted(world: World, asked: Body) -> tuple[frozenset[str], list[Any]]:
    """The subscriptions that are asked for and can be seen, in lower case, and what was given.

    Without either list, and for any management group, everything that can be seen: there is one tenant, and every
    subscription is below every group.
    """
    known = {name for name in world.state.subscriptions if not world.faults.hides(f"/subscriptions/{name}", "")}
    given = asked.get("subscriptions")
    if isinstance(given, list) and given:
        return frozenset(known & {str(one).lower() for one in given}), given
    return frozenset(known), asked.get("managementGroups") or []


def _token(start: int) -> str:
    return base64.b64encode(json.dumps({"start": start}).encode()).decode()


def _start(token: Any) -> int | None:
    """Where a page begins; None for a token that was not given out here."""
    if token is None or token == "":
        return 0
    try:
        return int(json.loads(base64.b64decode(str(token), validate=True))["start"])
    except (ValueError, KeyError, TypeError):
        return None


def _detail(text: str, error: QueryError) -> Body:
    found: Body = {"code": error.code, "message": error.code, "line": -1, "characterPositionInLine": -1}
    if error.code == "ParserFailure":
        before = text[: max(error.at, 0)]
        found |= {"line": before.count("\n") + 1, "characterPositionInLine": len(before) - before.rfind("\n") - 1}
    return {**found, "token": error.token}


def _refused(world: World, code: str, message: str, *more: Body, status: int = 400) -> Response:
    asking = f"timestamp = {world.now()}, correlationId = {world.guid('graph')}."
    outer = "BadRequest" if status == 400 else code
    error = {
        "code": outer,
        "message": f"Please provide below info when asking for support: {asking}",
        "details": [{"code": code, "message": message}, *more],
    }
    return reply(status, {"error": error}, {"x-ms-failure-cause": "service"})


def _throttled(world: World, allowance: Allowance) -> Response:
    message = "Client application has been throttled and should not attempt to repeat the request until an amount of "
    message += "time has elapsed. Please see https://aka.ms/resourcegraph-throttling for help."
    refused = _refused(world, "RateLimiting", message, status=429)
    wait = {"Retry-After": str(allowance.wait)} if allowance.wait else {}
    return Response(429, {**refused.headers, **allowance.headers, **wait}, refused.body)

"""Families without behaviour of their own: read, and written as given."""

from __future__ import annotations

import copy

from remediator.sandbox.acceptance import accept_delete, accept_put, stamp, written
from remediator.sandbox.arm_id import Target, region
from remediator.sandbox.providers.reading import Handler, existing, in_scope, kind_text, listing, read, require_parent
from remediator.sandbox.wire import Request, Response, reply
from remediator.sandbox.world import World

WRITABLE = (
    "microsoft.network/networksecuritygroups",
    "microsoft.network/routetables",
    "microsoft.network/natgateways",
    "microsoft.network/publicipaddresses",
    "microsoft.network/publicipprefixes",
)
CHILDREN = ("microsoft.network/networksecuritygroups/securityrules", "microsoft.network/routetables/routes")
READ_ONLY = (
    "microsoft.network/dnsresolvers",
    "microsoft.network/dnsresolvers/inboundendpoints",
    "microsoft.network/dnsresolvers/outboundendpoints",
    "microsoft.network/dnsforwardingrulesets",
    "microsoft.network/dnsforwardingrulesets/forwardingrules",
    "microsoft.network/dnsforwardingrulesets/virtualnetworklinks",
    "microsoft.network/azurefirewalls",
    "microsoft.network/loadbalancers",
    "microsoft.network/virtualnetworkgateways",
    "microsoft.managedidentity/userassignedidentities",
    "microsoft.operationalinsights/workspaces",
    "microsoft.eventgrid/systemtopics",
    "microsoft.eventgrid/systemtopics/eventsubscriptions",
    "microsoft.insights/actiongroups",
    "microsoft.insights/activitylogalerts",
    "microsoft.insights/scheduledqueryrules",
    "microsoft.web/serverfarms",
    "microsoft.web/sites",
    "microsoft.web/sites/config",
)
EXTENSIONS = (
    "microsoft.authorization/roleassignments",
    "microsoft.authorization/roledefinitions",
    "microsoft.authorization/locks",
)


def put(world: World, request: Request, place: Target) -> Response:
    """Store what is put."""
    if len(place.types) > 1:
        require_parent(world, place)
    old = world.state.get(place.path)
    body = stamp(world, written(place, request, old, old["type"] if old else kind_text(place)), old)
    failure = world.faults.next_failure()
    world.state.put(body)
    return accept_put(world, request, place, body, created=old is None, failure=failure)


def delete(world: World, request: Request, place: Target) -> Response:
    """Forget it; 204 when it is not there."""
    body = world.state.get(place.path)
    if body is None:
        return reply(204)
    failure = world.faults.next_failure()
    if failure is None:
        world.state.remove(place.path)
    return accept_delete(world, request, place, region(body.get("location")), failure)


def patch(world: World, request: Request, place: Target) -> Response:
    """Change a resource's tags."""
    body = existing(world, place)
    body["tags"] = copy.deepcopy(request.document().get("tags") or {})
    return reply(200, world.state.shown(body))


def _routes() -> dict[tuple[str, str, str], Handler]:
    routes: dict[tuple[str, str, str], Handler] = {}
    for kind in (*WRITABLE, *CHILDREN, *READ_ONLY):
        routes[("GET", kind, "item")] = read
        routes[("GET", kind, "list")] = listing
    for kind in WRITABLE:
        routes[("PATCH", kind, "item")] = patch
    for kind in (*WRITABLE, *CHILDREN):
        routes[("PUT", kind, "item")] = put
        routes[("DELETE", kind, "item")] = delete
    for kind in EXTENSIONS:
        routes[("GET", kind, "item")] = read
        routes[("GET", kind, "list")] = in_scope
    return routes


ROUTES = _routes()

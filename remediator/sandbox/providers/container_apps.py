"""Environments, apps and jobs: read, with revisions and replicas that tell what the last pull got.

A revision stays Healthy and Provisioned while its replica waits with ImagePullBackOff: measured, see docs/sandbox.md.
"""

from __future__ import annotations

import copy

from remediator.sandbox import errors
from remediator.sandbox.arm_id import Target, name_of
from remediator.sandbox.providers.reading import Handler, listing, page, read
from remediator.sandbox.pulling import pull_app
from remediator.sandbox.pulling_again import once
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

ENVIRONMENTS, APPS, JOBS = "microsoft.app/managedenvironments", "microsoft.app/containerapps", "microsoft.app/jobs"
REVISIONS = f"{APPS}/revisions"
REPLICAS = f"{REVISIONS}/replicas"


def _app(world: World, place: Target) -> Body:
    app_id = place.path[: place.path.lower().index("/revisions")]
    app = world.state.get(app_id)
    if app is None:
        raise errors.resource_not_found("Microsoft.App/containerApps", name_of(app_id), place.group)
    return app


def revision_of(app: Body) -> str:
    """The name of an app's latest revision."""
    return str(app["properties"].get("latestRevisionName") or f"{app['name']}--0000001")


def _revisions(world: World, app: Body) -> list[Body]:
    known = world.state.children(app["id"], "revisions")
    if known:
        return [world.state.shown(body) for body in known]
    name = revision_of(app)
    return [
        {
            "id": f"{app['id']}/revisions/{name}",
            "name": name,
            "type": "Microsoft.App/containerapps/revisions",
            "properties": {
                "createdTime": "2025-01-01T00:00:00+00:00",
                "template": copy.deepcopy(app["properties"].get("template") or {}),
                "active": True,
                "replicas": 1,
                "trafficWeight": 100,
                "healthState": "Healthy",
                "provisioningState": "Provisioned",
                "runningState": "RunningAtMaxScale",
            },
        }
    ]


def revisions(world: World, request: Request, place: Target) -> Response:
    """An app's revisions, or one of them."""
    found = _revisions(world, _app(world, place))
    if place.kind == "list":
        return page(world, request, found)
    for revision in found:
        if revision["name"].lower() == place.name.lower():
            return reply(200, revision)
    raise errors.ArmError(404, "RevisionNotFound", f"Revision '{place.name}' was not found.")


def replicas(world: World, request: Request, place: Target) -> Response:
    """The replica of a revision: running, or waiting because its image cannot be pulled."""
    app = _app(world, place)
    attempt = pull_app(world, app["id"])
    revision = place.names[1]
    name = f"{revision}-5d4f8c7b9-x2k7p"
    details = "" if attempt.ok else "1/1 Pending:ImagePullBackOff on legion"
    containers = (app["properties"].get("template") or {}).get("containers") or [{}]
    container: Body = {
        "name": containers[0].get("name") or app["name"],
        "ready": attempt.ok,
        "started": attempt.ok,
        "restartCount": 0,
        "runningState": "Running" if attempt.ok else "Waiting",
        "runningStateDetails": "" if attempt.ok else "ImagePullBackOff",
    }
    body = {
        "id": f"{app['id']}/revisions/{revision}/replicas/{name}",
        "name": name,
        "type": "Microsoft.App/containerapps/revisions/replicas",
        "properties": {
            "createdTime": "2025-01-01T00:00:00Z",
            "runningState": "Running" if attempt.ok else "NotRunning",
            "runningStateDetails": details,
            "containers": [container],
        },
    }
    return reply(200, {"value": [body]} if place.kind == "list" else body)


def restart(world: World, request: Request, place: Target) -> Response:
    """Restart a revision: accepted, nothing to say; its image is pulled again."""
    once(world, _app(world, place))
    return reply(200)


ROUTES: dict[tuple[str, str, str], Handler] = {
    **{("GET", kind, "item"): read for kind in (ENVIRONMENTS, APPS, JOBS)},
    **{("GET", kind, "list"): listing for kind in (ENVIRONMENTS, APPS, JOBS)},
    ("GET", REVISIONS, "item"): revisions,
    ("GET", REVISIONS, "list"): revisions,
    ("GET", REPLICAS, "item"): replicas,
    ("GET", REPLICAS, "list"): replicas,
    ("POST", f"{REVISIONS}/restart", "list"): restart,
}

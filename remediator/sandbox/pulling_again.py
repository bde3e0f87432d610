"""When does a puller try again, and what does it write into the log?

The first look at the sandbox is when every app starts. A pull that fails is tried again after the gaps that were
measured (azure-facts 2.4) until it works; a running app pulls only when it is restarted. Nothing runs in the
background: `azure` comes here after each write and before each question to the logs, and a try that is due is made
then, with the world as it is. Only environments whose logs go to a workspace have pullers.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from remediator.sandbox.arm_id import key
from remediator.sandbox.errors import ArmError
from remediator.sandbox.logs import ENVIRONMENTS, workspace_of
from remediator.sandbox.pulling import PullAttempt, pull_app
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World

GAPS = tuple(timedelta(seconds=s) for s in (2, 10, 19, 41, 80, 160, 300))
KINDS = ("microsoft.app/containerapps", "microsoft.app/jobs")
CUSTOM, RESOURCE = "ContainerAppSystemLogs_CL", "ContainerAppSystemLogs"
# Reason and type of the row for a pull that ended at a stage (azure-facts 2.6): no reason of its own for a failed pull.
UNAUTHORIZED = ("ImagePullUnauthorized", "Normal")
TERMINATED = ("ContainerTerminated", "Warning")
PULLED = ("PulledImage", "Normal")


def look(world: World) -> None:
    """Make every try that is due."""
    with world.state.overlooking():
        homes = {key(body["id"]): body for body in world.state.of_type(ENVIRONMENTS)}
        logged = {at: body for at, body in homes.items() if workspace_of(world.state, body)[0]}
        apps = [body for kind in KINDS for body in world.state.of_type(kind)] if logged else []
    for app in apps:
        home = logged.get(key(_home(app)))
        at = key(app["id"])
        waiting = at not in world.pullers.failed or world.pullers.failed[at] > 0
        if home is not None and waiting and world.pullers.due.get(at, world.moment()) <= world.moment():
            once(world, app)


def once(world: World, app: Body) -> PullAttempt | None:
    """One pull of an app now, with its row in the log; None where something odd is in the way."""
    at, now = key(app["id"]), world.moment()
    try:
        attempt = pull_app(world, app["id"])
        home = world.state.get(_home(app))
    except ArmError:
        return None
    tries = 0 if attempt.ok else world.pullers.failed.get(at, 0) + 1
    world.pullers.failed[at] = tries
    world.pullers.due[at] = now + GAPS[min(tries, len(GAPS)) - 1] if tries else now
    if home is not None and attempt.text:
        write(world, app, home, attempt)
    return attempt


def write(world: World, app: Body, home: Body, attempt: PullAttempt) -> None:
    """The row of an attempt, in the shape of the table that the environment's log goes to."""
    workspace, custom = workspace_of(world.state, home)
    if not workspace:
        return
    reason, kind = PULLED if attempt.ok else UNAUTHORIZED if attempt.stage == "credential" else TERMINATED
    job = "jobs" in str(app["type"]).lower()
    revision = "" if job else str(app["properties"].get("latestRevisionName") or f"{app['name']}--0000001")
    told = {
        "ContainerAppName": "" if job else str(app["name"]),
        "JobName": str(app["name"]) if job else "",
        "RevisionName": revision,
        "ReplicaName": f"{revision or app['name']}-5d4f8c7b9-x2k7p",
        "EnvironmentName": str(home["name"]),
        "Reason": reason,
        "Log": attempt.text,
        "EventSource": "ContainerAppController",
    }
    if custom:
        columns: dict[str, Any] = {f"{name}_s": value for name, value in told.items()}
        world.logs.write(workspace, CUSTOM, world.moment(), {**columns, "Type_s": kind, "Count_d": 1.0})
    else:  # `Type` of a resource's own table is the table's name (azure-facts 2.5)
        world.logs.write(workspace, RESOURCE, world.moment(), {**told, "Type": RESOURCE, "_ResourceId": home["id"]})


def _home(app: Body) -> str:
    held = app["properties"]
    return str(held.get("environmentId") or held.get("managedEnvironmentId") or "")

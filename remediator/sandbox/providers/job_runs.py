"""Executions of jobs: started by hand, read, listed, stopped (Microsoft.App 2025-01-01, jobs and job executions).

An execution is Running for as many reads as operations take (`operation_polls`) and then ends with what its container
did: the image is pulled from inside the environment, and a Python program that is asked about host names looks at them
(`looking_inside`) and prints into the console log of the environment's workspace. Any other program does nothing, well.
"""

from __future__ import annotations

from typing import Any

from remediator.sandbox import errors, looking_inside, pulling
from remediator.sandbox.arm_id import Target, key, parent_of
from remediator.sandbox.logs import workspace_of
from remediator.sandbox.providers.container_apps import JOBS
from remediator.sandbox.providers.reading import Handler, existing, listing, read
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

EXECUTIONS = f"{JOBS}/executions"
CUSTOM, RESOURCE = "ContainerAppConsoleLogs_CL", "ContainerAppConsoleLogs"
PROGRAM = ["python3", "-c"]


def start(world: World, request: Request, place: Target) -> Response:
    """Start a job, with the containers of the body instead of its own where there are any."""
    job = world.state.get(place.parent)
    if job is None:
        raise errors.resource_not_found("Microsoft.App/jobs", place.names[0], place.group)
    template = job["properties"].get("template") or {}
    containers = request.document().get("containers") or template.get("containers") or []
    if not isinstance(containers, list) or not all(_can_run(one) for one in containers):
        raise errors.bad_request(
            "ContainerAppInvalidContainer", "A container needs a name and an image; command and args are lists of text."
        )
    name = f"{job['name']}-{world.guid('execution')[:7]}"
    execution: Body = {
        "id": f"{job['id']}/executions/{name}",
        "name": name,
        "type": "Microsoft.App/jobs/executions",
        "properties": {"status": "Running", "startTime": world.now(), "template": {"containers": containers}},
    }
    world.state.put(execution)
    world.executions[key(execution["id"])] = world.operation_polls
    return reply(200, {"id": execution["id"], "name": name})


def _can_run(container: Any) -> bool:
    if not isinstance(container, dict) or not all(isinstance(container.get(n), str) for n in ("name", "image")):
        return False
    lists = [container.get(name) or [] for name in ("command", "args")]
    return all(isinstance(one, list) and all(isinstance(text, str) for text in one) for one in lists)


def read_one(world: World, request: Request, place: Target) -> Response:
    """One execution; the read counts down to its end."""
    _tick(world, existing(world, place))
    return read(world, request, place)


def stop(world: World, request: Request, place: Target) -> Response:
    """Stop an execution that runs."""
    execution = world.state.get(place.parent)
    if execution is None:
        raise errors.resource_not_found("Microsoft.App/jobs/executions", place.names[1], place.group)
    if world.executions.pop(key(execution["id"]), None) is not None:
        execution["properties"] |= {"status": "Stopped", "endTime": world.now()}
    return reply(200)


def _tick(world: World, execution: Body) -> None:
    at = key(execution["id"])
    left = world.executions.get(at)
    if left is None:
        return
    if left > 0:
        world.executions[at] = left - 1
        return
    del world.executions[at]
    passed = all(_ran(world, execution, one) for one in execution["properties"]["template"]["containers"])
    execution["properties"] |= {"status": "Succeeded" if passed else "Failed", "endTime": world.now()}


def _ran(world: World, execution: Body, container: Body) -> bool:
    """Whether a container came up and ended well; what it printed is in the log."""
    job = _job_of(world, execution)
    home = str(job["properties"].get("environmentId") or job["properties"].get("managedEnvironmentId") or "")
    environment = world.state.get(home)
    if environment is None or not pulling.pull(world, home, str(container["image"])).ok:
        return False
    command = container.get("command") or []
    if command[:2] != PROGRAM or len(command) != 3:
        return True
    lines, code = looking_inside.printed(world, environment, container.get("args") or [])
    for line in lines:
        _log(world, environment, job, execution, str(container["name"]), line)
    return code == 0


def _job_of(world: World, execution: Body) -> Body:
    """The job of an execution."""
    job = world.state.get(parent_of(execution["id"]))
    if job is None:
        raise errors.parent_not_found(str(execution["id"]).split("/")[-3])
    return job


def _log(world: World, environment: Body, job: Body, execution: Body, container: str, line: str) -> None:
    workspace, custom = workspace_of(world.state, environment)
    if not workspace:
        return
    told = {
        "ContainerAppName": "",
        "ContainerGroupName": f"{execution['name']}-x7k2p",
        "ContainerName": container,
        "EnvironmentName": str(environment["name"]),
        "JobName": str(job["name"]),
        "Log": line,
        "Stream": "stdout",
    }
    if custom:
        columns: dict[str, Any] = {f"{name}_s": value for name, value in told.items()}
        world.logs.write(workspace, CUSTOM, world.moment(), columns)
    else:
        world.logs.write(workspace, RESOURCE, world.moment(), {**told, "_ResourceId": environment["id"]})


ROUTES: dict[tuple[str, str, str], Handler] = {
    ("POST", f"{JOBS}/start", "list"): start,
    ("GET", EXECUTIONS, "item"): read_one,
    ("GET", EXECUTIONS, "list"): listing,
    ("POST", f"{EXECUTIONS}/stop", "list"): stop,
}

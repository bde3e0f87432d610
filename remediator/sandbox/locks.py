"""Does a management lock forbid this write? Asked by `routes` before a write reaches its provider.

ReadOnly forbids every write, POST included; CanNotDelete forbids DELETE. A lock holds for its scope and all below it
(azure-facts 7; learn azure-resource-manager/management/lock-resources). Azure's own writes are not held up.
"""

from __future__ import annotations

from remediator.sandbox.arm_id import Target, key, target
from remediator.sandbox.errors import ArmError
from remediator.sandbox.policies import QUESTION
from remediator.sandbox.wire import Request
from remediator.sandbox.world import World

LOCKS = "microsoft.authorization/locks"
READS = ("GET", "HEAD")


def refuse_when_locked(world: World, request: Request, place: Target) -> None:
    """Raise ScopeLocked (409) when a lock at the path or above it forbids the method."""
    if request.method in READS or place.type == QUESTION:
        return
    with world.state.overlooking():
        found = world.state.of_type(LOCKS)
    path = key(place.path)
    holding: list[str] = []
    for lock in found:
        scope = target(str(lock["id"])).scope
        level = str(lock["properties"].get("level", "")).lower()
        forbids = level == "readonly" or (level == "cannotdelete" and request.method == "DELETE")
        if forbids and (path == key(scope) or path.startswith(key(scope) + "/")):
            holding.append(scope)
    if holding:
        doing = "delete" if request.method == "DELETE" else "write"
        raise ArmError(
            409,
            "ScopeLocked",
            f"The scope '{place.path}' cannot perform {doing} operation because following scope(s) are locked: "
            f"'{','.join(holding)}'. Please remove the lock and try again.",
        )

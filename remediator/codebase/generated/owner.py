"""In which folder does a change belong? In that which declares its target already, else in its registry's.

A zone or peering that serves several registries has a folder of its own name, which no registry can have and which
comes first in the order of names; so has a link, unless the plan makes something for a registry: it comes after that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from remediator.codebase.generated.marks import Mark
from remediator.core.change import Change, ChangeKind
from remediator.core.cloud import host_of_record
from remediator.core.drafting import changed
from remediator.core.pull_path import Verdict
from remediator.core.pull_request import Task
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot
from remediator.core.walk import walk

SHARED = "_shared"


def owners(task: Task, declared: Mapping[str, Mapping[ResourceId, Mark]]) -> tuple[str, ...]:
    """The folder of each change of the plan, in the plan's order."""
    after = changed(task.live, task.plan.changes)
    named = [registry_of(change, task.live) or registry_of(change, after) for change in task.plan.changes]
    served = {rid for rid in named if rid is not None}
    if not served:
        served = _mended(task, after)
    rest = folder_of(next(iter(served))) if len(served) == 1 else SHARED
    # where folders are deployed one after the other, the last of them leads networks to what the others made
    last = max((folder_of(rid) for rid in named if rid is not None), default=rest)
    found = []
    for change, registry in zip(task.plan.changes, named, strict=True):
        holding = next((name for name in sorted(declared) if change.target in declared[name]), None)
        shared = last if change.kind is ChangeKind.CREATE_LINK else rest
        found.append(holding or (folder_of(registry) if registry is not None else shared))
    return tuple(found)


def folder_of(registry: ResourceId) -> str:
    """The name of a registry's folder: its own, which is letters and digits and the same in any casing."""
    return re.sub(r"[^a-z0-9-]+", "-", registry.name.lower()).strip("-") or "registry"


def registry_of(change: Change, snapshot: Snapshot) -> ResourceId | None:
    """The registry that a change names or leads to; None for what several may use."""
    target = change.target
    named = (change.after or change.before or {}).get("registry")
    if isinstance(named, str):
        return ResourceId(named)
    match change.kind:
        case ChangeKind.UPDATE_REGISTRY | ChangeKind.UPGRADE_SKU:
            return target
        case ChangeKind.APPROVE_CONNECTION:
            return target.parent
        case ChangeKind.CREATE_ZONE_GROUP | ChangeKind.UPDATE_ZONE_GROUP:
            endpoint = snapshot.endpoints.get(target.parent) if target.parent else None
            return endpoint.targets[0].resource if endpoint and endpoint.targets else None
        case ChangeKind.CREATE_RECORD | ChangeKind.UPDATE_RECORD:
            zone = target.parent.name if target.parent else ""
            registry = snapshot.registry_of_host(host_of_record(target.name, zone))
            return registry.id if registry else None
        case _:
            return None


def _mended(task: Task, after: Snapshot) -> set[ResourceId]:
    """The registries whose pull paths the plan mends."""
    before = {w.path.key: w.path.verdict for w in walk(task.desired, task.live)}
    now = walk(task.desired, after)
    return {
        w.path.registry
        for w in now
        if w.path.registry is not None and w.path.verdict is Verdict.OK and before.get(w.path.key) is not Verdict.OK
    }

"""Which wishes to the code is a change of a plan, and what must a reviewer know besides?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from remediator.codebase.in_place.endpoint import Endpoint
from remediator.codebase.in_place.goal import Goal
from remediator.codebase.in_place.handover import HandOver
from remediator.codebase.in_place.locate import Site, is_terraform
from remediator.codebase.in_place.peering import Peering
from remediator.codebase.in_place.registry import switches
from remediator.codebase.in_place.zone_group import ZoneGroup
from remediator.codebase.in_place.zone_link import ZoneLink
from remediator.codebase.in_place.zone_record import Zone, ZoneRecord
from remediator.core.change import Change, ChangeKind
from remediator.core.pull_request import Task
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot, Unknown

GROUPS = (ChangeKind.CREATE_ZONE_GROUP, ChangeKind.UPDATE_ZONE_GROUP)


def wishes(change: Change, task: Task) -> tuple[Goal, ...]:
    """The wishes; none for what no code declares: approvals, and deletions before something is made again."""
    after = change.after or {}
    match change.kind:
        case ChangeKind.UPDATE_REGISTRY | ChangeKind.UPGRADE_SKU:
            live = task.live.registries.get(change.target)
            beside = str(after.get("defaultAction") or (live.default_action if live else "")) or None
            planned = {key for one in task.plan.changes if one.target == change.target for key in one.after or {}}
            return switches(change.target, after, beside, planned)
        case ChangeKind.CREATE_ZONE:
            return (Zone(change.target),)
        case ChangeKind.CREATE_LINK | ChangeKind.UPDATE_LINK:
            network = ResourceId(str(after["network"]))
            policy = str(after.get("resolutionPolicy") or "Default")
            return (ZoneLink(change.target, network, policy, bool(after.get("registration")), _before(change, task)),)
        case ChangeKind.CREATE_RECORD | ChangeKind.UPDATE_RECORD:
            return (ZoneRecord(change.target, tuple(after["addresses"]), int(after["ttl"])),)
        case ChangeKind.CREATE_ZONE_GROUP | ChangeKind.UPDATE_ZONE_GROUP:
            return _zone_group(change, after, task)
        case ChangeKind.CREATE_ENDPOINT:
            return (_endpoint(change, after, task),)
        case ChangeKind.CREATE_PEERING | ChangeKind.UPDATE_PEERING:
            return _peering(change, after)
        case ChangeKind.APPROVE_CONNECTION | ChangeKind.DELETE_ENDPOINT | ChangeKind.DELETE_PEERING:
            return ()


def _before(change: Change, task: Task) -> tuple[ResourceId, ...]:
    """Zone groups and records of the plan that the link's zone answers with (house: the link comes last)."""
    zone = change.target.parent
    groups = [
        other.target
        for other in task.plan.changes
        if other.kind in GROUPS and zone in [ResourceId(str(one)) for one in (other.after or {}).get("zones", ())]
    ]
    records = [
        other.target
        for other in task.plan.changes
        if other.kind is ChangeKind.CREATE_RECORD and other.target.parent == zone
    ]
    return (*groups, *records)


def _zone_group(change: Change, after: Mapping[str, Any], task: Task) -> tuple[Goal, ...]:
    """A group that a policy keeps is left to it."""
    zones = tuple(ResourceId(str(zone)) for zone in after["zones"])
    owner = change.target.parent
    if owner is not None and kept_by_policy(task.live, owner):
        endpoint = task.live.endpoints.get(owner)
        targets = endpoint.targets if endpoint is not None else ()
        return (HandOver(owner, targets[0].resource if len(targets) == 1 else None),)
    return (ZoneGroup(change.target, zones, _label(owner, task)),)


def _label(endpoint: ResourceId | None, task: Task) -> str:
    """With what the names of the endpoint's registry begin, "" where that is not known."""
    held = task.live.endpoints.get(endpoint) if endpoint is not None else None
    targets = [target.resource for target in held.targets] if held is not None else []
    planned = [one for one in task.plan.changes if one.target == endpoint and "registry" in (one.after or {})]
    targets += [ResourceId(str((one.after or {})["registry"])) for one in planned]
    registry = task.live.registries.get(targets[0]) if targets else None
    return registry.login_server.split(".")[0] if registry is not None else ""


def kept_by_policy(live: Snapshot, endpoint: ResourceId) -> bool:
    """Whether a policy has written the zone group of an endpoint (azure-facts 3.2)."""
    held = live.endpoints.get(endpoint)
    groups = held.zone_groups if held is not None and not isinstance(held.zone_groups, Unknown) else ()
    return any(group.deployed_by_policy for group in groups)


def _endpoint(change: Change, after: Mapping[str, Any], task: Task) -> Endpoint:
    gone = [
        other.target
        for other in task.plan.changes
        if other.kind is ChangeKind.DELETE_ENDPOINT
        and (other.before or {}).get("registry") == after["registry"]
        and change.target.name.startswith(other.target.name[:77])
    ]
    return Endpoint(
        change.target,
        ResourceId(str(after["registry"])),
        ResourceId(str(after["subnet"])),
        str(after["location"]),
        bool(after.get("manual")),
        gone[0] if len(gone) == 1 else None,
    )


def _peering(change: Change, after: Mapping[str, Any]) -> tuple[Goal, ...]:
    if change.only_synchronises:
        return ()
    flags = {key: bool(value) for key, value in after.items() if key not in ("remote", "sync")}
    remote = str(after.get("remote") or (change.before or {}).get("remote") or "")
    return (Peering(change.target, ResourceId(remote), flags),)


def aside(change: Change) -> str:
    """What is done in Azure because no code declares it; "" for what code declares."""
    match change.kind:
        case ChangeKind.APPROVE_CONNECTION:
            return "no code declares an approval: the registry's owner approves the connection in Azure"
        case ChangeKind.DELETE_ENDPOINT | ChangeKind.DELETE_PEERING:
            return "it is deleted in Azure by hand before the code is deployed, because Azure does not mend it in place"
        case ChangeKind.UPDATE_PEERING if change.only_synchronises:
            return "no code declares it: deploying a peering does not take over the other side's addresses"
    return ""


def notes_on(change: Change, site: Site, task: Task) -> Iterator[str]:
    """Sentences for the reviewer."""
    told = aside(change)
    if told:
        yield f"{change.summary}: {told}."
    policy = (change.after or {}).get("resolutionPolicy")
    if policy == "NxDomainRedirect" and is_terraform(site):
        yield "resolution_policy needs a version of the azurerm provider that knows it; older 4.x versions do not."
    owner = change.target.parent
    if change.kind in GROUPS and owner is not None and kept_by_policy(task.live, owner):
        yield f"A policy keeps the zone group of {owner.name}: its assignment's remediation task writes the records."
    elif change.kind is ChangeKind.UPDATE_ZONE_GROUP:
        yield "A zone group writes its records again when it is deployed, also where its code has not changed."

"""What would stop a plan, before anybody is asked about it: rights, locks, policies, room?

Pure judgement over what `adapters.azure.preflight` read. What surely stops a change is an obstacle and named exactly;
what could not be read, what may hold a change up, and what would only bar the way back is a remark: it is said to
whoever decides and stops nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from remediator.core.change import Change
from remediator.core.permissions import Required, Use, allows, required
from remediator.core.plan import Plan
from remediator.core.resource_id import ResourceId
from remediator.core.words import counted


class Barrier(StrEnum):
    """What kind of thing stands in the way."""

    PERMISSION = "permission"
    LOCK = "lock"
    POLICY = "policy"
    ADDRESSES = "addresses"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stops a plan.

    `name` is the missing action, the id of the lock or of the policy's assignment, or the full subnet's; `scope` is
    where; `text` is a sentence with both.
    """

    kind: Barrier
    name: str
    scope: ResourceId
    text: str


@dataclass(frozen=True, slots=True)
class PreflightResult:
    """What was found; each obstacle and remark once."""

    obstacles: tuple[Obstacle, ...] = ()
    remarks: tuple[str, ...] = ()

    def __add__(self, other: PreflightResult) -> PreflightResult:
        return PreflightResult((*self.obstacles, *other.obstacles), tuple(dict.fromkeys(self.remarks + other.remarks)))


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions that the applier has at a scope and below it.

    `doubt` says why it may not have them: a condition, a role or a scope that could not be read ("*" then).
    """

    scope: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()
    doubt: str = ""

    def gives(self, action: str, scope: ResourceId) -> bool:
        """Whether it gives an action on a scope."""
        above = self.scope.lower().rstrip("/")
        everywhere = above == "" or above.startswith("/providers/microsoft.management/")
        covers = everywhere or scope.within(ResourceId(above))
        return covers and allows(action, self.actions, self.not_actions)


@dataclass(frozen=True, slots=True)
class Lock:
    """A management lock: ReadOnly forbids every write, CanNotDelete forbids deleting (azure-facts 7)."""

    id: ResourceId
    scope: ResourceId
    level: str

    @property
    def read_only(self) -> bool:
        """Whether it forbids every write."""
        return self.level.lower() == "readonly"


@dataclass(frozen=True, slots=True)
class Room:
    """How many addresses a subnet has left, and how many the plan's endpoints need in it."""

    subnet: ResourceId
    free: int
    needed: int


def rights(plan: Plan, grants: Sequence[Grant]) -> PreflightResult:
    """What the applier may not do, or may not be known to be able to do.

    Following an operation counts as granted wherever the change itself is: Azure names the subscription in the address
    of an operation, and lets a contributor of a resource group follow it all the same (general knowledge).
    """
    missing: dict[tuple[str, ResourceId], tuple[Required, list[str]]] = {}
    remarks: list[str] = []
    for change in plan.changes:
        for need in required(change):
            places = (need.scope, change.target) if need.use is Use.FOLLOW else (need.scope,)
            giving = [grant for grant in grants if any(grant.gives(need.action, place) for place in places)]
            if not giving:
                missing.setdefault((need.action.lower(), need.scope), (need, []))[1].append(change.summary)
            elif all(grant.doubt for grant in giving):
                remarks.append(f"whether the applier may make these changes is not known: {giving[0].doubt}")
    obstacles = []
    for need, summaries in missing.values():
        lacks = f"the applier lacks {need.action} on {need.scope.text}"
        if need.use is Use.UNDO:
            remarks.append(f"the way back is barred: {lacks}")
        else:
            obstacles.append(Obstacle(Barrier.PERMISSION, need.action, need.scope, f"{lacks} ({_first(summaries)})"))
    return PreflightResult(tuple(obstacles), tuple(dict.fromkeys(remarks)))


def locks(plan: Plan, found: Iterable[Lock]) -> PreflightResult:
    """The locks that forbid a change; those on what a change only points at, and on its way back, are remarks."""
    obstacles, remarks = [], []
    for lock in found:
        stopped = [c.summary for c in plan.changes if c.target.within(lock.scope) and (lock.read_only or c.deletes)]
        told = f"the lock {lock.id.text} ({lock.level})"
        if stopped:
            text = f"{told} forbids it: {_first(stopped)}"
            obstacles.append(Obstacle(Barrier.LOCK, lock.id.text, lock.scope, text))
        elif lock.read_only and any(pointed.within(lock.scope) for c in plan.changes for pointed in _points_at(c)):
            remarks.append(f"{told} may hold up what is connected to {lock.scope.text}")
        elif any(c.creates and c.target.within(lock.scope) for c in plan.changes):
            remarks.append(f"the way back is barred: {told} forbids to delete what the plan creates")
    return PreflightResult(tuple(obstacles), tuple(remarks))


def policies(denied: Iterable[tuple[Change, str]]) -> PreflightResult:
    """What Azure Policy said that it would deny: a change and the id of the assignment."""
    by_policy: dict[str, list[Change]] = {}
    for change, assignment in denied:
        by_policy.setdefault(assignment, []).append(change)
    return PreflightResult(
        tuple(
            Obstacle(
                Barrier.POLICY,
                assignment,
                changes[0].target,
                f"the policy assignment {assignment} denies it: {_first([change.summary for change in changes])}",
            )
            for assignment, changes in by_policy.items()
        )
    )


def room(found: Iterable[Room]) -> PreflightResult:
    """The subnets that have too few addresses left by now."""
    return PreflightResult(
        tuple(
            Obstacle(
                Barrier.ADDRESSES,
                one.subnet.text,
                one.subnet,
                f"{one.needed} addresses are needed in the subnet {one.subnet.text}, and {max(one.free, 0)} are free",
            )
            for one in found
            if one.free < one.needed
        )
    )


def _points_at(change: Change) -> Iterator[ResourceId]:
    yield from (need.scope for need in required(change) if need.use is Use.MAKE and need.scope != change.target)


def _first(summaries: Sequence[str]) -> str:
    more = len(summaries) - 1
    return f"{summaries[0]}, and {counted(more, 'more change')}" if more else summaries[0]

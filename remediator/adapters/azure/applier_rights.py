"""What may the applier do, as the reader can see it?

Called by `preflight`. Where one identity reads and writes, Azure is asked what it may do itself. Where there are two,
the applier's credential must not exist before an approval, so that it cannot ask: its role assignments and what those
roles allow are read as the reader instead. Groups that it is in are told by Azure (`assignedTo`, learn
role-based-access-control/role-assignments-list-rest); deny assignments are not looked at. What cannot be read becomes
a grant of everything with a doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from remediator.adapters.azure.arm import Arm
from remediator.adapters.azure.errors import in_azures_words
from remediator.adapters.azure.fan_out import each
from remediator.adapters.azure.place import Body
from remediator.core.errors import RemediatorError
from remediator.core.permissions import required
from remediator.core.plan import Plan
from remediator.core.preflight import Grant
from remediator.core.resource_id import ResourceId
from remediator.facts.access import ASSIGNMENT, IDENTITY, read_assignment
from remediator.facts.preflight import read_definition_permissions, read_grants
from remediator.facts.reading import Malformed, identifier, properties, text

PERMISSIONS = "Microsoft.Authorization/permissions"
MOST_PAGES = 20
UNNAMED = "nobody has named the applier (REMEDIATOR_APPLIER_CLIENT_ID)"
T = TypeVar("T")
R = TypeVar("R")


class ApplierRights:
    """`applier` is its client id, None where the reader is the applier; `subscriptions` are where it is looked for."""

    def __init__(self, arm: Arm, applier: str | None, subscriptions: Sequence[str], threads: int) -> None:
        self._arm = arm
        self._applier = applier
        self._subscriptions = subscriptions
        self._threads = threads

    def for_plan(self, plan: Plan) -> tuple[Grant, ...]:
        """What it may do wherever the plan touches something; raises nothing."""
        if self._applier is None:
            return tuple(grant for found in self._each(self._own, _places(plan)) for grant in found)
        return self._assigned(_subscriptions(plan))

    def held_in(self, subscription: str) -> tuple[Grant, ...]:
        """What it may do at, above and below a subscription, with or without a plan; raises nothing."""
        if self._applier is None:
            return self._own(ResourceId(f"/subscriptions/{subscription}"))
        return self._assigned((subscription.lower(),))

    def _assigned(self, touched: Sequence[str]) -> tuple[Grant, ...]:
        """What it is assigned in these subscriptions."""
        try:
            principal = self._principal(tuple(dict.fromkeys((*touched, *map(str.lower, self._subscriptions)))))
        except _NotSeen as unseen:
            return (Grant("/", ("*",), doubt=str(unseen)),)
        listed = self._each(lambda one: self._assignments(one, principal), touched)
        return self._granted([entry for found in listed for entry in found])

    def _own(self, place: ResourceId) -> tuple[Grant, ...]:
        try:
            return read_grants(place.text, self._arm.list_all(f"{place.text}/providers/{PERMISSIONS}"))
        except (RemediatorError, Malformed) as problem:
            return (_doubtful(place.text, f"the permissions on {place.text} cannot be read: {_why(problem)}"),)

    def _principal(self, subscriptions: Sequence[str]) -> str:
        """Its object id."""
        if not self._applier:
            raise _NotSeen(UNNAMED)
        problems = []
        for found in self._each(self._identities, subscriptions):
            if isinstance(found, Exception):
                problems.append(_why(found))
            elif principal := next((owner for client, owner in found if client == self._applier.lower()), ""):
                return principal
        why = f": {problems[0]}" if problems else " in these subscriptions"
        raise _NotSeen(f"the identity with client id {self._applier} was not found{why}")

    def _identities(self, subscription: str) -> list[tuple[str, str]] | Exception:
        """The client id and the object id of each identity of a subscription, in lower case."""
        try:
            bodies = self._arm.list_all(f"/subscriptions/{subscription}/providers/{IDENTITY}")
            held = [properties(body) for body in bodies]
            return [(text(one, "clientId", "").lower(), text(one, "principalId", "").lower()) for one in held]
        except (RemediatorError, Malformed) as problem:
            return problem

    def _assignments(self, subscription: str, principal: str) -> list[Body | Grant]:
        """The assignments to it at, above and below a subscription."""
        path = f"/subscriptions/{subscription}/providers/{ASSIGNMENT}"
        query = {"$filter": f"assignedTo('{principal}')"}
        try:
            rows, whole = self._arm.list_first(path, self._arm.version(ASSIGNMENT), query, MOST_PAGES)
        except RemediatorError as problem:
            return [_doubtful(f"/subscriptions/{subscription}", f"its roles cannot be read: {_why(problem)}")]
        found: list[Body | Grant] = [row for row in rows if _is_for(row, principal)]
        return (
            found if whole else [*found, _doubtful(f"/subscriptions/{subscription}", "its roles are too many to read")]
        )

    def _granted(self, entries: Sequence[Body | Grant]) -> tuple[Grant, ...]:
        """The grants that these assignments make, each role read once."""
        grants = [entry for entry in entries if isinstance(entry, Grant)]
        assigned = []
        for entry in entries:
            if isinstance(entry, Grant):
                continue
            try:
                rid = ResourceId(text(entry, "id"))
                role = identifier(properties(entry), "roleDefinitionId")
                assigned.append((read_assignment(rid, entry, {}), role))
            except Malformed as problem:
                grants.append(_doubtful("/", f"one of its role assignments makes no sense: {problem}"))
        roles = sorted({role for _, role in assigned if role is not None})
        held = dict(zip(roles, self._each(self._role, roles), strict=True))
        for assignment, role in assigned:
            found = held.get(role) if role is not None else "a role assignment names no role"
            condition = "its role assignment has a condition" if assignment.conditional else ""
            if isinstance(found, str) or found is None:
                grants.append(_doubtful(assignment.scope, str(found)))
            else:
                grants += read_grants(assignment.scope, found, condition)
        return tuple(dict.fromkeys(grants))

    def _role(self, role: ResourceId) -> tuple[Body, ...] | str:
        """The permissions of a role, or why they are not known."""
        try:
            permissions = read_definition_permissions(self._arm.get(role.text))
            read_grants("/", permissions)
            return permissions
        except (RemediatorError, Malformed) as problem:
            return f"what the role {role.name} allows cannot be read: {_why(problem)}"

    def _each(self, work: Callable[[T], R], over: Iterable[T]) -> list[R]:
        return each(work, over, self._threads)


class _NotSeen(Exception):
    """Who the applier is cannot be learnt."""


def _is_for(row: Body, principal: str) -> bool:
    """Whether an assignment is to the principal or to a group; Azure lists only groups that it is in."""
    held = row.get("properties")
    if not isinstance(held, dict):
        return True
    named, kind = str(held.get("principalId", "")).lower(), str(held.get("principalType", "")).lower()
    return named == principal or kind == "group"


def _doubtful(scope: str, doubt: str) -> Grant:
    return Grant(scope, ("*",), doubt=doubt)


def _why(problem: Exception) -> str:
    return in_azures_words(problem) if isinstance(problem, RemediatorError) else str(problem)


def _subscriptions(plan: Plan) -> tuple[str, ...]:
    """The subscriptions that the plan touches, in lower case."""
    found = (need.scope.subscription.lower() for change in plan.changes for need in required(change))
    return tuple(dict.fromkeys(one for one in found if one))


def _places(plan: Plan) -> tuple[ResourceId, ...]:
    """Where to ask what we may do: on each resource that is there, and on the group of each that is not yet."""
    places: list[ResourceId] = []
    for change in plan.changes:
        group = ResourceId(f"/subscriptions/{change.target.subscription}/resourceGroups/{change.target.resource_group}")
        places.append(group)
        made = {one.target for one in plan.changes if one.creates}
        for need in required(change):
            there = not any(need.scope.within(target) for target in made)
            if need.scope.type and there:
                places.append(need.scope)
    return tuple(dict.fromkeys(places))

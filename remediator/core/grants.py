"""May an identity pull from a registry, as far as role assignments tell?

The roles are those of azure-facts 1.2 and learn container-registry-rbac-built-in-roles-overview: in ABAC mode only the
repository roles count, otherwise the registry's own and the general ones. What was not read is "perhaps", never "no".
"""

from __future__ import annotations

from enum import StrEnum

from remediator.core.access import RoleAssignment
from remediator.core.snapshot import Registry, Snapshot, Unknown

_REPOSITORY = {
    "b93aa761-3e63-49ed-ac28-beffa264f7ac": "Container Registry Repository Reader",
    "2a1e307c-b015-4ebd-883e-5b7698a07328": "Container Registry Repository Writer",
    "2efddaa5-3f1f-4df3-97df-af3f13818f4c": "Container Registry Repository Contributor",
}
_REGISTRY = {
    "7f951dda-4ed3-4680-a7ca-43fe172d538d": "AcrPull",
    "8311e382-0749-4cb8-b61a-304f252e45ec": "AcrPush",
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": "Reader",
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
}
# Built-in roles of registries that do not pull, whatever the mode.
_OTHERS = {
    "c2f4ef07-c644-48eb-af81-4b1b4947fb11": "AcrDelete",
    "6cef56e8-d556-48e5-a04f-b8e64114680f": "AcrImageSigner",
    "cdda3590-29a3-44f6-95f2-9f980659eb04": "AcrQuarantineReader",
    "c8d4ff99-41c3-41a8-9f60-21dfdad59608": "AcrQuarantineWriter",
}
# Roles whose meaning is known without their definition.
KNOWN_ROLES = frozenset((*_REPOSITORY, *_REGISTRY, *_OTHERS))


class Grant(StrEnum):
    """Whether it may pull."""

    YES = "yes"
    PERHAPS = "perhaps"
    NO = "no"


def by_repository(registry: Registry) -> bool:
    """Whether the registry is in ABAC mode, where AcrPull and AcrPush are ignored (azure-facts 1.2)."""
    return registry.role_assignment_mode.lower().startswith("abac")


def wanted_role(registry: Registry) -> str:
    """The role that lets an identity pull and nothing more."""
    return "Container Registry Repository Reader" if by_repository(registry) else "AcrPull"


def assignments_for(snapshot: Snapshot, registry: Registry) -> tuple[RoleAssignment, ...] | Unknown:
    """The assignments at the registry's scope and above it: its group, subscription, management groups and the root.

    Without a single assignment anywhere nothing is known either: our own reader's would be among them.
    """
    known = snapshot.role_assignments
    if isinstance(known, Unknown):
        return known
    if not known:
        return Unknown("no role assignment could be seen, not even our own")
    at = snapshot.index("assignments", known, lambda: _by_scope(known))
    parts = registry.id.key.split("/")
    scopes = dict.fromkeys(("", *("/".join(parts[:length]) for length in range(2, len(parts) + 1))))
    return tuple(assignment for scope in scopes for assignment in at.get(scope, ()))


def _by_scope(assignments: tuple[RoleAssignment, ...]) -> dict[str, tuple[RoleAssignment, ...]]:
    """By scope; those of management groups count as the root's, as which subscriptions they hold is not read."""
    found: dict[str, list[RoleAssignment]] = {}
    for assignment in assignments:
        scope = "/" + assignment.scope.strip("/").lower()
        above = scope == "/" or scope.startswith("/providers/microsoft.management/")
        found.setdefault("" if above else scope, []).append(assignment)
    return {scope: tuple(held) for scope, held in found.items()}


def may_pull(registry: Registry, principal: str, assignments: tuple[RoleAssignment, ...] | Unknown) -> Grant:
    """The grant of one principal by `assignments_for` the registry.

    `PERHAPS` for groups, custom roles that were not read, and conditions.
    """
    if isinstance(assignments, Unknown) or not principal:
        return Grant.PERHAPS
    found = Grant.NO
    for assignment in assignments:
        grant = _granted(registry, assignment, principal)
        if grant is Grant.YES:
            return grant
        found = Grant.PERHAPS if grant is Grant.PERHAPS else found
    return found


def held_roles(registry: Registry, principal: str, assignments: tuple[RoleAssignment, ...] | Unknown) -> str:
    """The names of the roles that the principal has at the registry or above it, for evidence."""
    if isinstance(assignments, Unknown):
        return "not known"
    names = {**_REPOSITORY, **_REGISTRY, **_OTHERS}
    held = {names.get(a.role, a.role) for a in assignments if a.principal == principal.lower()}
    return ", ".join(sorted(held)) or "none"


def _granted(registry: Registry, assignment: RoleAssignment, principal: str) -> Grant:
    if assignment.principal != principal.lower():
        # who is in a group is not read
        perhaps_ours = assignment.principal_type.lower() in ("group", "foreigngroup", "")
        other = perhaps_ours and _pulls(registry, assignment) is not Grant.NO
        return Grant.PERHAPS if other else Grant.NO
    grant = _pulls(registry, assignment)
    return Grant.PERHAPS if grant is Grant.YES and assignment.conditional else grant


def _pulls(registry: Registry, assignment: RoleAssignment) -> Grant:
    if assignment.role in (_REPOSITORY if by_repository(registry) else _REGISTRY):
        return Grant.YES
    if assignment.role in KNOWN_ROLES:
        return Grant.NO
    if assignment.covers_pull is None:
        return Grant.PERHAPS
    return Grant.YES if assignment.covers_pull else Grant.NO

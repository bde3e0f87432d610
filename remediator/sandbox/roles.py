"""Which role assignments let a principal pull from a registry.

Built-in roles have the same ids in every tenant and cloud (MicrosoftDocs role-based-access-control/built-in-roles,
container-registry-rbac-built-in-roles-directory-reference). In the mode AbacRepositoryPermissions the registry heeds
only roles with data actions on repositories: AcrPull, AcrPush, Reader, Contributor and Owner pull nothing there
(container-registry-rbac-abac-repository-permissions). Conditions of an assignment are not evaluated. Called by
`credentials`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from remediator.sandbox.arm_id import key, name_of, target
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World

ASSIGNMENTS = "microsoft.authorization/roleassignments"
DEFINITIONS = "microsoft.authorization/roledefinitions"
ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
LEGACY = {
    ACR_PULL: "AcrPull",
    "8311e382-0749-4cb8-b61a-304f252e45ec": "AcrPush",
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": "Reader",
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
}
REPOSITORY = {
    "b93aa761-3e63-49ed-ac28-beffa264f7ac": "Container Registry Repository Reader",
    "2a1e307c-b015-4ebd-883e-5b7698a07328": "Container Registry Repository Writer",
    "2efddaa5-3f1f-4df3-97df-af3f13818f4c": "Container Registry Repository Contributor",
}
# Which lists of a role definition grant, and which take away; the action that a pull needs.
LEGACY_ACTION = ("actions", "notActions", "Microsoft.ContainerRegistry/registries/pull/read")
DATA_ACTION = ("dataActions", "notDataActions", "Microsoft.ContainerRegistry/registries/repositories/content/read")


def are_known(world: World) -> bool:
    """Does the estate hold any role assignments? Where it holds none, or some are unreadable, nobody can tell."""
    unreadable = any("/roleassignments" in at for at in world.state.unreadable)
    return bool(world.state.of_type(ASSIGNMENTS)) and not unreadable


def may_pull(world: World, registry: Body, principal: str) -> str:
    """The role by which a principal may pull, in words, or an empty string."""
    abac = registry["properties"].get("roleAssignmentMode") == "AbacRepositoryPermissions"
    for assignment in _in_force(world, registry, principal):
        definition = name_of(str(assignment["properties"].get("roleDefinitionId", ""))).lower()
        built_in = {**LEGACY, **REPOSITORY}.get(definition)
        if built_in:
            if definition in (REPOSITORY if abac else LEGACY):
                return built_in
        elif _grants(world, definition, abac):
            return f"role {definition}"
    return ""


def _in_force(world: World, registry: Body, principal: str) -> Iterator[Body]:
    """Assignments at the registry or above it, to the principal or to a group (whose members nobody knows)."""
    for assignment in world.state.of_type(ASSIGNMENTS):
        properties = assignment["properties"]
        scope = key(str(properties.get("scope") or target(str(assignment["id"])).scope))
        above = scope == "/" or "/managementgroups/" in scope
        if not (above or key(registry["id"]) == scope or key(registry["id"]).startswith(scope + "/")):
            continue
        same = str(properties.get("principalId", "")).lower() == principal.lower()
        if same or properties.get("principalType") == "Group":
            yield assignment


def _grants(world: World, definition: str, abac: bool) -> bool:
    """Does a custom role, when the estate has its definition, cover the action that a pull needs?"""
    given, taken, action = DATA_ACTION if abac else LEGACY_ACTION
    for body in world.state.of_type(DEFINITIONS):
        if name_of(str(body["id"])).lower() != definition:
            continue
        for permission in body["properties"].get("permissions") or []:
            if covered(permission.get(given), action) and not covered(permission.get(taken), action):
                return True
    return False


def covered(patterns: list[str] | None, action: str) -> bool:
    """Does one of these actions, in which `*` stands for anything, cover an action? Case does not matter."""
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), action, re.IGNORECASE) for pattern in patterns or ()
    )

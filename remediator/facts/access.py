"""Who may pull: role assignments, what custom roles allow, and the principals of identities?

Called by `facts.estate`. Shapes: Microsoft.Authorization 2022-04-01, Microsoft.ManagedIdentity 2023-01-31. A role
assignment is an extension resource: it stands below the scope that it is about.
"""

from __future__ import annotations

from collections.abc import Mapping

from remediator.core.permissions import allows
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import RoleAssignment
from remediator.facts.reading import Body, checked_id, items, properties, text, texts

ASSIGNMENT = "Microsoft.Authorization/roleAssignments"
DEFINITION = "Microsoft.Authorization/roleDefinitions"
IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
PULL_ACTION = "Microsoft.ContainerRegistry/registries/pull/read"
PULL_DATA_ACTION = "Microsoft.ContainerRegistry/registries/repositories/content/read"


def read_assignment(rid: ResourceId, body: Body, pulling: Mapping[str, bool]) -> RoleAssignment:
    """One assignment; `pulling` says of roles (GUID, lower case) whether they include pulling."""
    held = properties(body)
    scope = text(held, "scope", "") or rid.text[: rid.key.rindex("/providers/")]
    role = checked_id(text(held, "roleDefinitionId")).name.lower()
    return RoleAssignment(
        scope="/" + scope.strip().strip("/").lower(),
        principal=text(held, "principalId").lower(),
        role=role,
        principal_type=text(held, "principalType", ""),
        conditional=bool(text(held, "condition", "").strip()),
        covers_pull=pulling.get(role),
    )


def read_definition(rid: ResourceId, body: Body) -> bool:
    """Whether a role includes pulling, in either mode of a registry (azure-facts 1.2)."""
    permissions = items(properties(body), "permissions")
    return any(
        allows(PULL_ACTION, texts(one, "actions"), texts(one, "notActions"))
        or allows(PULL_DATA_ACTION, texts(one, "dataActions"), texts(one, "notDataActions"))
        for one in permissions
    )


def read_principal(rid: ResourceId, body: Body) -> str:
    """The principal id of a user-assigned identity, in lower case."""
    return text(properties(body), "principalId").lower()

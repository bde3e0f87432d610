"""Who may pull: managed identities with their roles, users with their secrets, and nobody in particular."""

from __future__ import annotations

from typing import Any

import pytest

from tests.built_in_roles import PULLING
from tests.estate_builder import SUB
from tests.sandbox.valley import LOGIN, Valley

ROLES = {
    **PULLING,
    "AcrDelete": "c2f4ef07-c644-48eb-af81-4b1b4947fb11",
    "custom": "11111111-aaaa-4bbb-8ccc-222222222222",
}
SYSTEM = "p"


def assign(valley: Valley, role: str, scope: str = "", principal: str = SYSTEM, kind: str = "ServicePrincipal") -> None:
    """A role assignment; at the registry, unless another scope is given."""
    scope = scope or valley.registry
    definition = f"/subscriptions/{SUB}/providers/Microsoft.Authorization/roleDefinitions/{ROLES[role]}"
    name = f"{len(valley.builder.bodies)}-4bbb-8ccc-0000"
    valley.builder.add(
        {
            "id": f"{scope.rstrip('/')}/providers/Microsoft.Authorization/roleAssignments/{name}",
            "name": name,
            "type": "Microsoft.Authorization/roleAssignments",
            "properties": {
                "scope": scope,
                "roleDefinitionId": definition,
                "principalId": principal,
                "principalType": kind,
            },
        }
    )


def entry(valley: Valley, **given: Any) -> dict[str, Any]:
    """The app's configuration, with one entry for the registry."""
    configuration: dict[str, Any] = valley.of(valley.app)["configuration"]
    configuration["registries"] = [{"server": LOGIN, **given}]
    return configuration


def test_without_assignments_any_identity_pulls() -> None:
    """Where the estate holds no role assignments, or some cannot be read, an identity counts as one that may pull."""
    valley = Valley()
    assert valley.pull().ok
    assign(valley, "AcrDelete")
    assert not valley.pull().ok
    assign(valley, "AcrDelete")
    valley.builder.error(next(body["id"] for at, body in valley.builder.bodies.items() if "roleassignments" in at))
    assert valley.pull().ok


def test_a_missing_role_is_told_as_container_apps_tells_it() -> None:
    """Somebody else has AcrPull: the revision cannot be provisioned, and the text names identity and registry."""
    valley = Valley()
    assign(valley, "AcrPull", principal="somebody else")
    attempt = valley.pull()
    assert (attempt.ok, attempt.stage) == (False, "credential")
    assert f"unable to pull image using Managed identity system for registry {LOGIN}" in attempt.text


@pytest.mark.parametrize("role", list(ROLES))
@pytest.mark.parametrize("mode", ["LegacyRegistryPermissions", "AbacRepositoryPermissions", None])
def test_which_roles_pull(role: str, mode: str | None) -> None:
    """AcrPull, AcrPush, Reader, Contributor and Owner pull, unless the registry heeds repository permissions only."""
    valley = Valley()
    if mode:
        valley.of(valley.registry)["roleAssignmentMode"] = mode
    assign(valley, role)
    abac = mode == "AbacRepositoryPermissions"
    legacy = role in ("AcrPull", "AcrPush", "Reader", "Contributor", "Owner")
    assert valley.pull().ok is (role.startswith("Container Registry Repository") if abac else legacy)


@pytest.mark.parametrize(
    ("scope", "ok"),
    [
        (f"/subscriptions/{SUB}", True),
        (f"/subscriptions/{SUB}/resourceGroups/RG-APP", True),
        ("/providers/Microsoft.Management/managementGroups/all", True),
        ("/", True),
        (f"/subscriptions/{SUB}/resourceGroups/rg-ap", False),
        (f"/subscriptions/{SUB}/resourceGroups/rg-app/providers/Microsoft.ContainerRegistry/registries/other", False),
    ],
)
def test_a_role_counts_at_the_registry_or_above(scope: str, ok: bool) -> None:
    """Resource group, subscription, management group and root reach down to the registry; a neighbour does not."""
    valley = Valley()
    assign(valley, "AcrPull", scope)
    assert valley.pull().ok is ok


def test_a_group_may_hold_the_identity() -> None:
    """Nobody knows a group's members: an assignment to a group counts."""
    valley = Valley()
    assign(valley, "AcrPull", principal="g", kind="Group")
    assert valley.pull().ok


@pytest.mark.parametrize(
    ("permission", "legacy", "abac"),
    [
        ({"actions": ["Microsoft.ContainerRegistry/registries/pull/read"]}, True, False),
        ({"actions": ["*/read"]}, True, False),
        ({"actions": ["*"], "notActions": ["microsoft.containerregistry/*/read"]}, False, False),
        ({"actions": ["Microsoft.ContainerRegistry/registries/read"]}, False, False),
        ({"dataActions": ["Microsoft.ContainerRegistry/registries/repositories/content/read"]}, False, True),
        ({"dataActions": ["Microsoft.ContainerRegistry/registries/repositories/*"]}, False, True),
        ({"dataActions": ["*"], "notDataActions": ["*/content/read"]}, False, False),
    ],
)
def test_a_custom_role_is_read(permission: dict[str, list[str]], legacy: bool, abac: bool) -> None:
    """A role definition in the estate pulls by its actions, in the ABAC mode by its data actions."""
    for mode, ok in (("LegacyRegistryPermissions", legacy), ("AbacRepositoryPermissions", abac)):
        valley = Valley()
        valley.of(valley.registry)["roleAssignmentMode"] = mode
        assign(valley, "custom")
        at = f"/subscriptions/{SUB}/providers/Microsoft.Authorization/roleDefinitions/{ROLES['custom']}"
        kind = "Microsoft.Authorization/roleDefinitions"
        valley.builder.add({"id": at, "type": kind, "properties": {"permissions": [permission]}})
        assert valley.pull().ok is ok


def test_a_user_assigned_identity_is_looked_up() -> None:
    """Its principal stands in the app's body, or in the identity's own."""
    valley = Valley()
    identity = valley.put("Microsoft.ManagedIdentity/userAssignedIdentities", "id", {"principalId": "q"})
    entry(valley, identity=identity.upper())
    valley.builder.get(valley.app)["identity"] = {"userAssignedIdentities": {identity: {}}}
    assign(valley, "AcrPull", principal="Q")
    assert valley.pull().ok
    valley.builder.drop(identity)
    assert valley.pull().stage == "credential"
    valley.builder.get(valley.app)["identity"] = {"userAssignedIdentities": {identity: {"principalId": "q"}}}
    assert valley.pull().ok


@pytest.mark.parametrize("named", ["system", "/subscriptions/s/resourceGroups/g/providers/a/userAssignedIdentities/id"])
def test_an_identity_that_the_app_does_not_have_pulls_nothing(named: str) -> None:
    """Whatever roles it has, or nobody knows of: an app shows only identities of its own."""
    valley = Valley()
    entry(valley, identity=named)
    app = valley.builder.get(valley.app)
    app["identity"] = {"type": "UserAssigned", "userAssignedIdentities": {"/another": {"principalId": "q"}}}
    assert valley.pull().stage == "credential"
    app["identity"] = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {named.upper(): {}}}
    assert valley.pull().ok
    del app["identity"]
    assert valley.pull().ok


def test_the_environments_identity_is_another() -> None:
    """`system-environment` is the environment's identity, not the app's."""
    valley = Valley()
    entry(valley, identity="system-environment")
    assign(valley, "AcrPull")
    assert valley.pull().stage == "credential"
    valley.builder.get(valley.environment)["identity"] = {"principalId": SYSTEM}
    assert valley.pull().ok


def test_an_identity_that_is_nobody_pulls_nothing() -> None:
    """`system` without a system-assigned identity has no principal, and belongs to no group."""
    valley = Valley()
    assign(valley, "AcrPull", principal="g", kind="Group")
    valley.builder.get(valley.app)["identity"] = {"type": "None"}
    assert valley.pull().stage == "credential"


@pytest.mark.parametrize(
    ("given", "secrets", "admin", "ok"),
    [
        ({"username": "token-1", "passwordSecretRef": "acr"}, ["acr"], False, True),
        ({"username": "token-1", "passwordSecretRef": "acr"}, [], False, False),
        ({"username": "token-1", "passwordSecretRef": "acr"}, ["other"], False, False),
        ({"username": "SHOP", "passwordSecretRef": "acr", "identity": ""}, ["acr"], False, False),
        ({"username": "shop", "passwordSecretRef": "acr", "identity": ""}, ["acr"], True, True),
        ({"username": "shop"}, ["acr"], True, False),
        ({"passwordSecretRef": "acr"}, ["acr"], True, False),
        ({}, [], True, False),
    ],
)
def test_a_user_needs_a_secret(given: dict[str, Any], secrets: list[str], admin: bool, ok: bool) -> None:
    """The secret must be one of the app's; the admin user, named like the registry, must be enabled."""
    valley = Valley()
    entry(valley, **given)["secrets"] = [{"name": name} for name in secrets]
    valley.of(valley.registry)["adminUserEnabled"] = admin
    attempt = valley.pull()
    assert attempt.ok is ok
    assert ok or "401 Unauthorized" in attempt.text


def test_anonymous_pull_is_for_those_who_show_nothing() -> None:
    """With anonymous pull an app without an entry pulls; one with a bad entry never falls back to it."""
    valley = Valley()
    valley.of(valley.registry)["anonymousPullEnabled"] = True
    configuration = entry(valley, username="shop", passwordSecretRef="gone")
    assert valley.pull().stage == "credential"
    configuration["registries"] = []
    assert valley.pull().ok
    valley.of(valley.registry)["anonymousPullEnabled"] = False
    assert valley.pull().stage == "credential"

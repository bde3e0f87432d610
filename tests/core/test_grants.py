"""May an identity pull, as far as role assignments tell: roles, modes, scopes, groups, conditions, unread ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from remediator.core.access import RoleAssignment
from remediator.core.grants import Grant, assignments_for, by_repository, held_roles, may_pull, wanted_role
from remediator.core.snapshot import Registry, Snapshot, Unknown
from tests.built_in_roles import KEY_VAULT_READER, PULLING
from tests.core.small_snapshots import DENIED, SUB, an_id

YES, PERHAPS, NO = Grant.YES, Grant.PERHAPS, Grant.NO
LEGACY = Registry(an_id("Microsoft.ContainerRegistry/registries", "shop"), "westeurope", "shop.azurecr.io", "Premium")
ABAC = replace(LEGACY, role_assignment_mode="AbacRepositoryPermissions")
OURS = "aaaaaaaa-0000-4000-8000-000000000001"
OTHER = "bbbbbbbb-0000-4000-8000-000000000002"
CUSTOM = "cccccccc-0000-4000-8000-000000000003"


def given(role: str, principal: str = OURS, scope: str = LEGACY.id.key, **more: Any) -> RoleAssignment:
    """An assignment of a role (by name or id) to a service principal."""
    return RoleAssignment(scope, principal, PULLING.get(role, role), **{"principal_type": "ServicePrincipal", **more})


def held(*assignments: RoleAssignment, registry: Registry = LEGACY) -> tuple[RoleAssignment, ...] | Unknown:
    """What counts for the registry, of all assignments of an estate."""
    return assignments_for(Snapshot(role_assignments=assignments), registry)


def grant(*assignments: RoleAssignment, registry: Registry = LEGACY, principal: str = OURS) -> Grant:
    return may_pull(registry, principal, held(*assignments, registry=registry))


MODES = [
    ("AcrPull", YES, NO),
    ("AcrPush", YES, NO),
    ("Reader", YES, NO),
    ("Contributor", YES, NO),
    ("Owner", YES, NO),
    ("Container Registry Repository Reader", NO, YES),
    ("Container Registry Repository Writer", NO, YES),
    ("Container Registry Repository Contributor", NO, YES),
]


@pytest.mark.parametrize(("role", "legacy", "abac"), MODES)
def test_each_mode_counts_its_own_roles(role: str, legacy: Grant, abac: Grant) -> None:
    """In ABAC mode AcrPull, AcrPush and the general roles are ignored, and only repository roles pull; else not."""
    assert (grant(given(role)), grant(given(role), registry=ABAC)) == (legacy, abac)


def test_the_mode_names_the_role_that_is_wanted() -> None:
    """The least role that pulls is AcrPull, in ABAC mode Container Registry Repository Reader."""
    assert [(by_repository(one), wanted_role(one)) for one in (LEGACY, ABAC)] == [
        (False, "AcrPull"),
        (True, "Container Registry Repository Reader"),
    ]


SCOPES = [
    (LEGACY.id.key, YES),
    (f"/subscriptions/{SUB}/resourcegroups/rg", YES),
    (f"/subscriptions/{SUB}", YES),
    ("/providers/microsoft.management/managementgroups/corp", YES),
    ("/", YES),
    ("", YES),
    (LEGACY.id.key + "/", YES),
    (f"/subscriptions/{SUB}/resourcegroups/rg2", NO),
    (f"/subscriptions/{SUB}/resourcegroups/r", NO),
    ("/subscriptions/0d0d0d0d-1111-4222-8333-444444444444", NO),
    (LEGACY.id.key.replace("/shop", "/shopping"), NO),
    (LEGACY.id.key.removesuffix("op"), NO),
]


@pytest.mark.parametrize(("scope", "expected"), SCOPES)
def test_assignments_at_the_registry_and_above_count(scope: str, expected: Grant) -> None:
    """The registry, its group, subscription, a management group and the root; no name that only begins alike."""
    assert grant(given("AcrPull", scope=scope)) is expected


WHO = {
    "nobody's": ((given("AcrPull", OTHER),), NO),
    "ours, and another": ((given("AcrPull", OTHER), given("AcrPull")), YES),
    "a group's": ((given("AcrPull", OTHER, principal_type="Group"),), PERHAPS),
    "a group of another tenant": ((given("AcrPull", OTHER, principal_type="ForeignGroup"),), PERHAPS),
    "a principal of which the kind is not said": ((given("AcrPull", OTHER, principal_type=""),), PERHAPS),
    "a group's that does not pull": ((given(KEY_VAULT_READER, OTHER, principal_type="Group", covers_pull=False),), NO),
    "a group's elsewhere": ((given("AcrPull", OTHER, "/subscriptions/x", principal_type="Group"),), NO),
    "a user's": ((given("AcrPull", OTHER, principal_type="User"),), NO),
    "perhaps by a group, surely by itself": (
        (given("AcrPull", OTHER, principal_type="Group"), given("AcrPull")),
        YES,
    ),
}


@pytest.mark.parametrize("name", WHO)
def test_groups_may_hold_the_identity(name: str) -> None:
    """Who is in a group is not read: its role is perhaps ours; other principals' roles are not."""
    assignments, expected = WHO[name]
    assert grant(*assignments) is expected


CUSTOM_ROLES = [
    (True, False, YES),
    (False, False, NO),
    (None, False, PERHAPS),
    (True, True, PERHAPS),
    (False, True, NO),
]


@pytest.mark.parametrize(("covers", "conditional", "expected"), CUSTOM_ROLES)
def test_custom_roles_count_by_what_they_allow(covers: bool | None, conditional: bool, expected: Grant) -> None:
    """A custom role pulls when its actions do; one that was not read perhaps; a condition leaves it open."""
    assert grant(given(CUSTOM, covers_pull=covers, conditional=conditional)) is expected


def test_a_condition_may_leave_out_this_repository() -> None:
    """A conditional repository role is perhaps enough, an unconditional one beside it surely."""
    reader = "Container Registry Repository Reader"
    narrowed = given(reader, conditional=True)
    assert [grant(*some, registry=ABAC) for some in ((narrowed,), (narrowed, given(reader)))] == [PERHAPS, YES]


UNREAD = {
    "assignments that were not read": (DENIED, OURS),
    "no assignment at all": ((), OURS),
    "a principal that is not known": ((given("AcrPull", OTHER),), ""),
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_was_not_read_is_perhaps(name: str) -> None:
    """Without assignments or without the principal nothing is known; our own reader's would be among them."""
    assignments, principal = UNREAD[name]
    known = assignments_for(Snapshot(role_assignments=assignments), LEGACY)
    assert may_pull(LEGACY, principal, known) is PERHAPS


def test_principals_are_compared_without_case() -> None:
    """Bodies spell object ids in any casing."""
    assert grant(given("AcrPull"), principal=OURS.upper()) is YES


def test_held_roles_are_named_for_people() -> None:
    """Evidence names the principal's roles at the registry or above, an unknown role by its id, once each."""
    assignments = (
        given("Reader"),
        given("AcrPull"),
        given("AcrPull", scope=f"/subscriptions/{SUB}"),
        given(CUSTOM),
        given("Owner", OTHER),
        given("Contributor", scope="/subscriptions/x"),
    )
    assert held_roles(LEGACY, OURS, held(*assignments)) == f"AcrPull, Reader, {CUSTOM}"
    assert [held_roles(LEGACY, OURS, one) for one in ((), DENIED)] == ["none", "not known"]


def test_assignments_of_other_registries_are_left_out() -> None:
    """Of a fleet's assignments those at the registry and above are looked at, in that order of scopes from above."""
    elsewhere = given("AcrPull", scope=LEGACY.id.key.replace("/shop", "/tools"))
    above, here = given("Reader", scope=f"/subscriptions/{SUB}"), given("AcrPull")
    assert held(elsewhere, here, above) == (above, here)

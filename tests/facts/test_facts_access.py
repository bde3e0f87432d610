"""Role assignments, custom roles and identities: who may pull, and when nobody can tell."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import arm_bodies as arm
import arm_surroundings as around
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from remediator.core.cloud import AZURE_CHINA
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Gap, RoleAssignment, Snapshot, Unknown
from remediator.facts import snapshot_from

SUBSCRIPTION = ResourceId("/subscriptions/00000000-0000-0000-0000-000000000001")
KIND = "Microsoft.Authorization/roleAssignments"
PULL = "Microsoft.ContainerRegistry/registries/pull/read"
CONTENT = "Microsoft.ContainerRegistry/registries/repositories/content/read"
ACR_PULL = around.ACR_PULL.lower()


def observed(*bodies: Any, read: tuple[str, ...] = ()) -> Snapshot:
    return snapshot_from(bodies, AZURE_CHINA, (), read)


def assigned(*bodies: Any) -> RoleAssignment:
    found = observed(*bodies).role_assignments
    assert isinstance(found, tuple)
    (one,) = found
    return one


def definition(*permissions: Any) -> Any:
    held = {"roleName": "Puller", "type": "CustomRole", "permissions": list(permissions)}
    return arm.body(f"{around.DEFINITIONS}/{around.ACR_PULL}", held)


def test_an_assignment_is_read_in_lower_case() -> None:
    """Scope, principal and the GUID of the role in lower case, the kind of principal as it stands."""
    assert assigned(around.assignment()) == RoleAssignment(
        scope=arm.REGISTRY.lower(),
        principal=around.PRINCIPAL.lower(),
        role=ACR_PULL,
        principal_type="ServicePrincipal",
    )


@pytest.mark.parametrize(
    "scope", [arm.GROUP, str(SUBSCRIPTION), "/providers/Microsoft.Management/managementGroups/Corp"]
)
def test_an_assignment_may_stand_at_any_scope(scope: str) -> None:
    """Without `scope` in its properties, the id says where it stands."""
    rid = f"{scope}/providers/Microsoft.Authorization/roleAssignments/aaaaaaaa-0000-4000-8000-00000000000e"
    assert assigned(around.assignment(rid, scope=None)).scope == scope.lower()
    assert assigned(around.assignment(rid, scope=scope + "/")).scope == scope.lower()


def test_what_an_assignment_says_of_its_scope_outranks_its_id() -> None:
    """The tenant's list names assignments of a management group by an id at the root."""
    rid = "/providers/Microsoft.Authorization/roleAssignments/aaaaaaaa-0000-4000-8000-00000000000e"
    scope = "/providers/Microsoft.Management/managementGroups/Corp"
    assert assigned(around.assignment(rid, scope=scope)).scope == scope.lower()


def test_the_root_is_a_scope() -> None:
    """An assignment of the whole tenant has the scope `/`."""
    rid = "/providers/Microsoft.Authorization/roleAssignments/aaaaaaaa-0000-4000-8000-00000000000e"
    assert [assigned(around.assignment(rid, scope=scope)).scope for scope in ("/", None)] == ["/", "/"]


@pytest.mark.parametrize(
    ("condition", "narrowed"), [("@Resource[…] StringEquals 'a'", True), ("", False), (None, False)]
)
def test_a_condition_narrows(condition: Any, narrowed: bool) -> None:
    """Any condition narrows; an empty or null one is none."""
    assert assigned(around.assignment(condition=condition)).conditional is narrowed


@pytest.mark.parametrize(
    ("permissions", "covers"),
    [
        ([{"actions": [PULL]}], True),
        ([{"actions": ["*"]}], True),
        ([{"actions": ["*/read"]}], True),
        ([{"actions": ["microsoft.containerregistry/REGISTRIES/*"]}], True),
        ([{"actions": ["Microsoft.ContainerRegistry/registries/*/read"]}], True),
        ([{"actions": ["Microsoft.ContainerRegistry/registries/read"]}], False),
        ([{"actions": ["*"], "notActions": ["Microsoft.ContainerRegistry/*"]}], False),
        ([{"actions": ["*"], "notActions": [PULL]}, {"actions": [PULL]}], True),
        ([{"actions": [], "dataActions": [CONTENT], "notDataActions": []}], True),
        ([{"actions": [CONTENT]}], False),
        ([{"dataActions": [PULL]}], False),
        ([{"dataActions": ["*"], "notDataActions": ["*/content/read"]}], False),
        ([], False),
    ],
)
def test_a_custom_role_says_whether_it_includes_pulling(permissions: list[Any], covers: bool) -> None:
    """Actions and data actions with wildcards, what is excluded from each, permission by permission."""
    assert assigned(around.assignment(), definition(*permissions)).covers_pull is covers


def test_a_role_whose_definition_was_not_read_says_nothing() -> None:
    """Without a definition, or with one that makes no sense, it is not known whether the role includes pulling."""
    assert assigned(around.assignment()).covers_pull is None
    assert assigned(around.assignment(), definition({"actions": "*"})).covers_pull is None


@example(["*A*"])
@given(st.lists(st.text("*./aApPull[](^$\\", max_size=12), max_size=3))
def test_a_strange_pattern_is_only_a_pattern(patterns: list[str]) -> None:
    """Whatever stands in `actions`, nothing but the star is special."""
    role = definition({"actions": patterns})
    # fnmatch knows brackets too: here each is a bracket and no more
    meant = any(fnmatchcase(PULL.lower(), pattern.lower().replace("[", "[[]")) for pattern in patterns)
    assert assigned(around.assignment(), role).covers_pull is meant


def test_where_nobody_read_any_nothing_is_known() -> None:
    """A file without a single assignment says nothing about who may pull."""
    snapshot = observed(*arm.healthy())
    assert snapshot.role_assignments == Unknown("role assignments were not read")
    assert snapshot.unknown_of_type(KIND) == ()


def test_a_list_that_held_none_says_that_there_are_none() -> None:
    """Role assignments that were listed wholly and are none: nobody may pull."""
    assert observed(*arm.healthy(), read=(KIND,)).role_assignments == ()


@pytest.mark.parametrize("scope", [SUBSCRIPTION.text, arm.REGISTRY])
def test_a_list_that_was_refused_makes_them_unknown(scope: str) -> None:
    """A refused list, at a subscription or at a registry, keeps its words."""
    snapshot = observed(around.assignment(), arm.stub(f"{scope}/providers/{KIND}"), read=(KIND,))
    assert isinstance(snapshot.role_assignments, Unknown)
    assert "may not read it" in snapshot.role_assignments.reason
    assert snapshot.gaps == (Gap(ResourceId(scope), KIND, snapshot.role_assignments.reason),)


@pytest.mark.parametrize(
    "odd", [{"principalId": None}, {"roleDefinitionId": "odd"}, {"roleDefinitionId": None}, {"condition": 7}]
)
def test_an_assignment_that_makes_no_sense_makes_them_unknown(odd: Any) -> None:
    """An assignment that cannot be understood might be the one that counts."""
    good = around.assignment(around.ASSIGNMENT[:-1] + "e")
    assert isinstance(observed(good, around.assignment(**odd)).role_assignments, Unknown)


def test_identities_have_principals() -> None:
    """A user-assigned identity's own body says its principal."""
    snapshot = observed(*around.access())
    assert snapshot.principals == {ResourceId(around.IDENTITY): around.PRINCIPAL.lower()}


def test_an_identity_without_a_principal_is_unknown() -> None:
    """An identity's body without `principalId` is Unknown."""
    assert ResourceId(around.IDENTITY) in observed(arm.body(around.IDENTITY, {"clientId": "x"})).unreadable


def test_an_app_names_the_principals_of_its_identities() -> None:
    """The system identity and the assigned ones, by id in lower case; those without a principal are left out."""
    app = arm.apps()[1]
    app["identity"] = {
        "type": "SystemAssigned, UserAssigned",
        "principalId": "BBBBBBBB-0000-4000-8000-000000000001",
        "userAssignedIdentities": {
            around.IDENTITY: {"principalId": around.PRINCIPAL, "clientId": "x"},
            f"{around.IDENTITY}-2": {},
        },
    }
    (found,) = observed(app).consumers.values()
    assert found.principals == (
        (around.IDENTITY.lower(), around.PRINCIPAL.lower()),
        ("system", "bbbbbbbb-0000-4000-8000-000000000001"),
    )
    assert found.identities == ("system", around.IDENTITY, f"{around.IDENTITY}-2")


def test_a_principal_that_is_left_from_a_system_identity_does_not_count() -> None:
    """`principalId` counts only while the type names a system identity."""
    app = {**arm.apps()[1], "identity": {"type": "None", "principalId": "b"}}
    (found,) = observed(app).consumers.values()
    assert (found.identities, found.principals) == ((), ())


@pytest.mark.parametrize("odd", [{"userAssignedIdentities": {"/x": 7}}, {"userAssignedIdentities": []}, {"type": 7}])
def test_an_identity_block_that_makes_no_sense_makes_the_app_unknown(odd: Any) -> None:
    """An app whose identities cannot be read is Unknown."""
    assert ResourceId(arm.APP) in observed({**arm.apps()[1], "identity": odd}).unreadable

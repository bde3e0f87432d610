"""The custom roles of the templates allow what the program prints, which is what the sandbox demands; and where."""

from __future__ import annotations

import json

import pytest

from infra.roles.write import documents, text_of
from remediator.core.permissions import BESIDE, NEEDS, READER, At, Use, beside_actions
from tests.cli.running import run
from tests.core.breaks import APP, BREAKS
from tests.infra.azure_types import needs_types
from tests.infra.deployment import HOME, INFRA
from tests.infra.places import Deployment, Resource
from tests.infra.stories import OTHER, STORIES, THIRD, story
from tests.scenarios.sandboxed import Sandboxed
from tests.scenarios.test_permissions import WHO_READS, WHO_WRITES

ROLES = INFRA / "roles"
WRITING = ("/write", "/delete", "/action")


def read(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads((ROLES / name).read_text("utf-8"))
    return found


def role(deployment: Deployment, name: str) -> Resource:
    (found,) = [
        one
        for one in deployment.of("Microsoft.Authorization/roleDefinitions")
        if one.properties["roleName"] == f"remediator {name} (prod)"
    ]
    return found


def scopes_of(deployment: Deployment, name: str) -> list[str]:
    """Where the role of that name is assigned, without the id of the assignment."""
    guid = role(deployment, name).body["name"]
    return sorted(
        one.id.partition("/providers/Microsoft.Authorization/")[0]
        for one in deployment.of("Microsoft.Authorization/roleAssignments")
        if one.properties["roleDefinitionId"].endswith(f"/{guid}")
    )


@pytest.mark.parametrize("name", documents())
def test_the_files_are_up_to_date(name: str) -> None:
    """Each file is what `make roles` would write."""
    assert (ROLES / name).read_text("utf-8") == text_of(documents()[name])
    assert {path.name for path in ROLES.glob("*.json")} == set(documents())


@pytest.mark.parametrize("who", ["reader", "applier"])
def test_the_files_are_what_the_command_prints(who: str) -> None:
    """`remediator permissions --json` prints the role of the file, with the scopes that the template fills in."""
    printed = json.loads(run("permissions", f"--{who}", "--json").output)
    assert {key: one for key, one in printed.items() if key not in ("schema", "AssignableScopes")} == read(
        f"{who}.json"
    )


@needs_types
@pytest.mark.parametrize("name", STORIES)
def test_the_roles_have_the_printed_actions(name: str) -> None:
    """Reader and applier have the program's lists and what was asked for besides, no wildcard and no data action."""
    asked = STORIES[name][1]
    beside = [one for one, key in (("probe", "probes"), ("restart", "restarts")) if asked.get(key)]
    alerts = ["alerts"] if asked.get("alertsFollow", "off") != "off" else []
    reader = set(READER) | set(beside_actions("reader", [*beside, *alerts, "doctor"]))
    applier = {need.action for needs in NEEDS.values() for need in needs} | set(beside_actions("applier", beside))
    for who, actions in (("reader", reader), ("applier", applier)):
        (permission,) = role(story(name), who).properties["permissions"]
        assert set(permission["actions"]) == actions
        assert (permission["notActions"], permission["dataActions"]) == ([], [])
        assert not any("*" in action for action in permission["actions"])


@needs_types
def test_what_is_followed_above_the_resource_writes_nothing() -> None:
    """The role at the subscription has the actions that Azure asks for there, and none that writes."""
    above = {
        need.action
        for needs in NEEDS.values()
        for need in needs
        if need.use is Use.FOLLOW and need.at in (At.SUBSCRIPTION, At.GROUP)
    }
    actions = role(story("whole"), "applier following").properties["permissions"][0]["actions"]
    assert set(actions) == above
    assert not any(action.endswith(WRITING) for action in actions)


@needs_types
@pytest.mark.parametrize("name", STORIES)
def test_the_applier_writes_where_it_is_told_to(name: str) -> None:
    """The applier's role is assigned on the scopes of the list and nowhere else, on no whole subscription."""
    listed = sorted(STORIES[name][1].get("applierScopes", []))
    assert scopes_of(story(name), "applier") == listed
    assert not any(scope.count("/") == 2 for scope in listed)


@needs_types
def test_each_role_is_where_it_is_needed() -> None:
    """The reader on each watched subscription and log workspace, the applier's other roles on the subscriptions."""
    whole = story("whole")
    workspaces = [one["id"] for one in STORIES["whole"][1]["logWorkspaces"]]
    assert scopes_of(whole, "reader") == sorted([f"/subscriptions/{HOME}", f"/subscriptions/{OTHER}", *workspaces])
    assert scopes_of(whole, "applier following") == [f"/subscriptions/{OTHER}", f"/subscriptions/{THIRD}"]
    assert scopes_of(whole, "applier alerts") == [f"/subscriptions/{one}" for one in (HOME, OTHER, THIRD)]


@needs_types
def test_a_management_group_is_one_assignment() -> None:
    """With a management group the reader's role is assigned there, and on its own resource group to see itself."""
    found = scopes_of(story("a management group"), "reader")
    assert "/providers/Microsoft.Management/managementGroups/landing-zones" in found
    assert f"/subscriptions/{HOME}/resourceGroups/rg-prod" in found


@needs_types
@pytest.mark.parametrize("name", STORIES)
def test_a_role_is_assigned_within_its_scopes(name: str) -> None:
    """Each assignment of a custom role lies in a scope in which the role may be assigned; no role lists one twice."""
    for one in story(name).of("Microsoft.Authorization/roleDefinitions"):
        within = one.properties["assignableScopes"]
        assert len({scope.lower() for scope in within}) == len(within)
        assert within[0] == f"/subscriptions/{HOME}"
        who = one.properties["roleName"].removeprefix("remediator ").removesuffix(" (prod)")
        outside = [s for s in scopes_of(story(name), who) if not any(s.lower().startswith(w.lower()) for w in within)]
        assert outside == []


@needs_types
def test_the_two_identities_do_not_mix() -> None:
    """The reader has no role that writes to Azure, and the applier none that reads resources or the data of the app."""
    readers, appliers = "id-prod-reader.principalId", "id-prod-applier.principalId"
    guids = {
        role(story("whole"), who).body["name"]: who
        for who in ("reader", "applier", "applier following", "applier alerts")
    }
    held: dict[str, set[str]] = {readers: set(), appliers: set()}
    for one in story("whole").of("Microsoft.Authorization/roleAssignments"):
        guid = one.properties["roleDefinitionId"].rpartition("/")[2]
        held[one.properties["principalId"].text].add(guids.get(guid, "built-in"))
    assert held == {readers: {"reader", "built-in"}, appliers: {"applier", "applier following", "applier alerts"}}


@pytest.mark.parametrize("name", ["no endpoint", "zone deleted", "peering missing"])
def test_the_sandbox_is_content_with_them(name: str) -> None:
    """A story passes on a sandbox that takes requests only of who has the action: read, applied, and taken back."""
    world = Sandboxed.of(BREAKS[name][0]().document(), reader=WHO_READS, applier=WHO_WRITES)
    world.azure.permissions[WHO_READS] = set(read("reader.json")["Actions"])
    world.azure.permissions[WHO_WRITES] = set(read("applier.json")["Actions"])
    plan = world.diagnose().plan
    world.apply(plan)
    assert world.pulls(APP)
    world.undo(plan)


def test_everything_beside_can_be_asked_for() -> None:
    """What `remediator permissions --with` names is in the files, but for publishing: a built-in role on the topic."""
    names = {one.name for one in BESIDE} - {"events"}
    assert set(read("reader-beside.json")) == set(read("applier-beside.json")) == names

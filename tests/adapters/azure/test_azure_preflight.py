"""The preflight on the sandbox: rights of one identity and of two, locks, policies and room, and what it never does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import azure_estate as est
import pytest
from azure_change_cases import CASES, ENDPOINT

from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.adapters.azure.preflight import AzurePreflight
from remediator.core.change import Change, ChangeKind
from remediator.core.cloud import AZURE_CHINA
from remediator.core.permissions import READER, applier_actions
from remediator.core.plan import Plan, ordered
from remediator.core.preflight import Barrier, PreflightResult
from remediator.core.resource_id import ResourceId
from remediator.sandbox.azure import Azure
from remediator.sandbox.transport import SandboxCredential, SandboxTransport

SUB = "/subscriptions/00000000-0000-0000-0000-000000000001"
WHO_READS, WHO_WRITES = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
PRINCIPAL = "cccccccc-0000-4000-8000-000000000003"
ROLE = f"{SUB}/providers/Microsoft.Authorization/roleDefinitions/dddddddd-0000-4000-8000-000000000004"
GROUP_WRITE = Change(
    ChangeKind.CREATE_ZONE_GROUP, ResourceId(est.ZONE_GROUP), "keep records", None, {"zones": [est.ZONE]}, "dns-record"
)
PLAN = ordered(
    (
        CASES["create-dns-zone"].change,
        CASES["create-private-endpoint"].change,
        GROUP_WRITE,
        CASES["create-vnet-link"].change,
    )
)


def identity() -> est.Body:
    """The applier as a resource."""
    rid = f"{est.GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-apply"
    return est.body(rid, {"clientId": WHO_WRITES.upper(), "principalId": PRINCIPAL.upper()}, location="chinanorth3")


def assignment(scope: str = SUB, principal: str = PRINCIPAL, kind: str = "ServicePrincipal", **more: Any) -> est.Body:
    """A role assignment of the custom role."""
    rid = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{principal[:8]}-0000-4000-8000-000000000005"
    held = {"scope": scope, "principalId": principal, "principalType": kind, "roleDefinitionId": ROLE}
    return est.body(rid, {**held, **more})


def definition(less: str = "", not_actions: tuple[str, ...] = ()) -> est.Body:
    """The custom role, with one action less where one is named."""
    actions = [action for action in applier_actions() if action != less]
    return est.body(ROLE, {"permissions": [{"actions": actions, "notActions": list(not_actions)}]})


def two(*more: est.Body) -> Azure:
    """An estate whose applier is another identity than the reader, which has exactly its actions."""
    azure = est.small_azure([est.registry(), *est.networks(), identity(), *more])
    azure.permissions[WHO_READS] = set(READER)
    return azure


def arm(azure: Azure, client: str = WHO_READS) -> Arm:
    return Arm(ArmAccess(SandboxCredential(client), AZURE_CHINA, transport=SandboxTransport(azure)))


def check(azure: Azure, plan: Plan = PLAN, applier: str | None = WHO_WRITES) -> PreflightResult:
    return AzurePreflight(arm(azure), AZURE_CHINA, applier).check(plan)


def named(found: PreflightResult) -> list[tuple[Barrier, str, str]]:
    return [(one.kind, one.name, one.scope.text) for one in found.obstacles]


def test_a_role_with_the_least_actions_lets_every_change_pass() -> None:
    """Assigned on the subscription, the role of `remediator permissions` is all that any kind of change needs."""
    for case in CASES.values():
        azure = est.small_azure([*case.estate(), identity(), assignment(), definition()])
        azure.permissions[WHO_READS] = set(READER)
        plan = Plan((case.change,))
        assert [o for o in check(azure, plan).obstacles if o.kind is Barrier.PERMISSION] == []


@pytest.mark.parametrize("action", sorted({a for a in applier_actions() if "privateEndpoints" in a or "join" in a}))
def test_what_the_appliers_role_lacks_is_named(action: str) -> None:
    """A missing action is an obstacle with its scope, or, where only undoing needs it, a remark."""
    found = check(two(assignment(), definition(less=action)))
    if action.endswith("/delete"):
        assert found.obstacles == ()
        assert any("the way back is barred" in remark and action in remark for remark in found.remarks)
    else:
        assert {(kind, name) for kind, name, _ in named(found)} == {(Barrier.PERMISSION, action)}


def test_what_the_role_takes_away_and_where_it_is_not_assigned_is_missing() -> None:
    """notActions, and an assignment on another scope, leave the actions missing."""
    taken = check(two(assignment(), definition(not_actions=("Microsoft.Network/*/join/action",))))
    assert {name.rpartition("/join")[1] for _, name, _ in named(taken)} == {"/join"}
    elsewhere = check(two(assignment(scope=est.ZONE), definition()))
    assert (Barrier.PERMISSION, "Microsoft.Network/privateEndpoints/write", est.ENDPOINT) in named(elsewhere)
    assert not any(scope.startswith(est.ZONE) for _, _, scope in named(elsewhere))


def test_a_group_counts_and_a_condition_is_a_doubt() -> None:
    """Azure lists only groups that the applier is in; what a condition lets pass is not known, and is said."""
    assert check(two(assignment(principal="e" * 8, kind="Group"), definition())) == PreflightResult()
    found = check(two(assignment(condition="@Resource[x] Exists"), definition()))
    assert (found.obstacles, ["condition" in remark for remark in found.remarks]) == ((), [True])


def test_somebody_elses_role_is_not_the_appliers() -> None:
    """An assignment to another principal grants nothing, even where Azure would not have heeded the filter."""
    azure = two(assignment(principal="f" * 8), definition())
    azure.handle = _without_filter(azure.handle)  # type: ignore[method-assign]
    assert any(kind is Barrier.PERMISSION for kind, _, _ in named(check(azure)))


def _without_filter(handle: Callable[..., Any]) -> Callable[..., Any]:
    return lambda method, url, headers, body: handle(
        method, url.replace("%24filter", "ignored").replace("$filter", "ignored"), headers, body
    )


@pytest.mark.parametrize(
    ("applier", "estate", "words"),
    [
        ("", (), "REMEDIATOR_APPLIER_CLIENT_ID"),
        ("9" * 8, (assignment(), definition()), "was not found"),
        (WHO_WRITES, (assignment(),), "what the role"),
    ],
)
def test_who_or_what_cannot_be_seen_stops_nothing(applier: str, estate: tuple[est.Body, ...], words: str) -> None:
    """An applier that is not named or not found, and a role that cannot be read, are one remark."""
    found = check(two(*estate), applier=applier)
    assert found.obstacles == ()
    assert [words in remark for remark in found.remarks] == [True]


def test_one_identity_is_asked_what_it_may_do_itself() -> None:
    """Where the reader writes too, Azure says what it may do; missing actions are named."""
    azure = est.small_azure([est.registry(), *est.networks()])
    assert check(azure, applier=None) == PreflightResult()
    lacking = "Microsoft.Network/virtualNetworks/subnets/join/action"
    azure.permissions[WHO_READS] = {*READER, *applier_actions()} - {lacking}
    assert named(check(azure, applier=None)) == [(Barrier.PERMISSION, lacking, est.SUBNET)]


def test_permissions_are_asked_for_where_they_are_needed() -> None:
    """On each resource that is there, where a role may be assigned to it alone, and on the group of what is not yet."""
    azure = est.small_azure([est.registry(), *est.networks()])
    check(azure, applier=None)
    tail = "/providers/Microsoft.Authorization/permissions"
    asked = sorted(path.removesuffix(tail) for _, path in azure.requests if path.endswith(tail))
    assert asked == sorted([est.GROUP, est.REGISTRY, est.SUBNET, est.VNET])


def lock(scope: str, level: str) -> est.Body:
    return est.body(f"{scope}/providers/Microsoft.Authorization/locks/hold", {"level": level})


def test_a_lock_is_found_wherever_it_stands() -> None:
    """On the subscription, the group or the network: its id is the obstacle's name."""
    for scope in (SUB, est.GROUP):
        found = check(two(assignment(), definition(), lock(scope, "ReadOnly")))
        assert named(found) == [(Barrier.LOCK, lock(scope, "ReadOnly")["id"], scope)]
    found = check(two(assignment(), definition(), lock(est.VNET, "ReadOnly"), lock(est.HUB, "ReadOnly")))
    assert found.obstacles == ()
    assert len(found.remarks) == 1
    assert est.VNET in found.remarks[0]


def test_what_the_sandbox_would_refuse_is_known_beforehand() -> None:
    """A lock and a policy that stop the write are the ones that the preflight names."""
    azure = two(assignment(), definition(), lock(est.GROUP, "ReadOnly"))
    azure.permissions[WHO_WRITES] = set(applier_actions())
    azure.faults.deny_by_policy("Microsoft.Network/privateDnsZones", est.GROUP, "no-zones")
    assert [(kind, name.rpartition("/")[2]) for kind, name, _ in named(check(azure))] == [
        (Barrier.LOCK, "hold"),
        (Barrier.POLICY, "no-zones"),
    ]


@pytest.mark.parametrize("kind", ["privateDnsZones", "privateEndpoints", "privateDnsZones/virtualNetworkLinks"])
def test_azure_policy_is_asked_about_what_is_created(kind: str) -> None:
    """The assignment that denies a zone, an endpoint or a link is named; the question is no write."""
    azure = two(assignment(), definition())
    azure.faults.deny_by_policy(f"Microsoft.Network/{kind}", SUB, "central-only")
    assert named(check(azure))[0][:2] == (
        Barrier.POLICY,
        f"{SUB}/providers/Microsoft.Authorization/policyAssignments/central-only",
    )
    assert azure.writes == []


def occupied(count: int) -> list[est.Body]:
    """Networks whose endpoint subnet has so many addresses taken."""
    networks = est.networks()
    subnet = networks[0]["properties"]["subnets"][1]
    subnet["properties"]["addressPrefix"] = "10.1.2.0/29"  # three usable addresses
    subnet["properties"]["ipConfigurations"] = [{"id": f"{est.NIC}{n}/ipConfigurations/x"} for n in range(count)]
    return networks


@pytest.mark.parametrize(("taken", "stops"), [(0, False), (1, False), (2, True)])
def test_a_subnet_that_filled_up_meanwhile_is_named(taken: int, stops: bool) -> None:
    """An endpoint of a registry with one region takes two addresses."""
    azure = est.small_azure([est.registry(), *occupied(taken), identity(), assignment(), definition()])
    azure.permissions[WHO_READS] = set(READER)
    found = check(azure)
    assert named(found) == ([(Barrier.ADDRESSES, est.SUBNET, est.SUBNET)] if stops else [])


def test_each_region_takes_one_more_and_a_replaced_endpoint_gives_its_own_back() -> None:
    """With a second region three addresses are needed; where an endpoint is deleted first, none is."""
    second = est.body(f"{est.REGISTRY}/replications/chinaeast2", {}, location="chinaeast2")
    home = est.body(f"{est.REGISTRY}/replications/chinanorth3", {}, location="chinanorth3")
    azure = est.small_azure([est.registry(), *occupied(1), home, second, identity(), assignment(), definition()])
    azure.permissions[WHO_READS] = set(READER)
    assert [kind for kind, _, _ in named(check(azure))] == [Barrier.ADDRESSES]
    gone = Change(ChangeKind.DELETE_ENDPOINT, ResourceId(f"{est.ENDPOINT}-old"), "delete", ENDPOINT, None, "x")
    assert check(azure, ordered((*PLAN.changes, gone))).obstacles == ()


UNREAD = {
    "Microsoft.Authorization/locks/read": "lock of subscription",
    "Microsoft.PolicyInsights/checkPolicyRestrictions/read": "whether Azure Policy denies",
    "Microsoft.Network/virtualNetworks/usages/read": "has left is not known",
    "Microsoft.ContainerRegistry/registries/read": "needs is not known",
    "Microsoft.ContainerRegistry/registries/replications/read": "needs is not known",
    "Microsoft.ManagedIdentity/userAssignedIdentities/read": "was not found",
    "Microsoft.Authorization/roleAssignments/read": "roles cannot be read",
    "Microsoft.Authorization/roleDefinitions/read": "what the role",
}


@pytest.mark.parametrize("action", list(UNREAD))
def test_what_cannot_be_read_is_a_remark_with_the_reason(action: str) -> None:
    """Without one of its actions the reader does not know: nothing is stopped, and the action is named."""
    azure = two(assignment(), definition())
    azure.permissions[WHO_READS] = set(READER) - {action}
    found = check(azure)
    assert found.obstacles == ()
    assert [UNREAD[action] in remark and action in remark for remark in found.remarks] == [True]


def test_our_own_permissions_that_cannot_be_read_are_a_remark() -> None:
    """Without the right to ask for its permissions, one identity does not know what it may do."""
    azure = est.small_azure([est.registry(), *est.networks()])
    azure.permissions[WHO_READS] = {*READER, *applier_actions()} - {"Microsoft.Authorization/permissions/read"}
    found = check(azure, applier=None)
    assert found.obstacles == ()
    assert "permissions" in found.remarks[0]


@pytest.mark.parametrize("status", [429, 500])
def test_an_azure_that_does_not_answer_stops_nothing(status: int) -> None:
    """Whatever Azure answers to its questions, the preflight ends with remarks."""
    azure = two(assignment(), definition())
    azure.faults.refuse("Microsoft.Authorization", "Trouble", status)
    azure.faults.refuse("Microsoft.PolicyInsights", "Trouble", status)
    azure.faults.refuse("Microsoft.Network", "Trouble", status)
    azure.faults.refuse("Microsoft.ContainerRegistry", "Trouble", status)
    found = check(azure)
    assert found.obstacles == ()
    assert len(found.remarks) >= 4


def test_a_preflight_writes_nothing_and_asks_as_the_reader_only() -> None:
    """Every request is the reader's, and none of them is a write."""
    azure = two(assignment(), definition())
    azure.permissions[WHO_WRITES] = set()
    check(azure)
    assert azure.writes == []
    assert {method for method, _ in azure.requests} == {"GET", "POST"}
    assert {path.rpartition("/")[2] for method, path in azure.requests if method == "POST"} == {
        "checkPolicyRestrictions"
    }


ODD = [
    {**lock(SUB, "ReadOnly"), "properties": {"level": 7}},
    {**lock(SUB, "ReadOnly"), "properties": []},
    {**identity(), "properties": {"clientId": 7, "principalId": PRINCIPAL}},
    {**assignment(), "properties": {"principalId": PRINCIPAL, "roleDefinitionId": 7}},
    {**assignment(), "properties": 7},
    {**definition(), "properties": {"permissions": [{"actions": "all of them"}]}},
    {**definition(), "properties": {"permissions": 7}},
    {**est.registry(), "sku": 7},
]


@pytest.mark.parametrize("odd", ODD, ids=[f"{one['type']}-{number}" for number, one in enumerate(ODD)])
def test_bodies_that_make_no_sense_stop_nothing(odd: est.Body) -> None:
    """A lock, identity, role or registry of another shape is a remark: never an error, never an obstacle."""
    azure = two(assignment(), definition())
    handle = azure.handle

    def answering(method: str, url: str, headers: Any, body: bytes) -> Any:
        answer = handle(method, url, headers, body)
        document = json.loads(answer.body or b"null")
        path = urlsplit(url).path.lower()
        if path == odd["id"].lower():
            document = odd
        elif isinstance(document, dict) and path.endswith(f"/providers/{odd['type']}".lower()):
            document = {"value": [*(one for one in document["value"] if one["id"] != odd["id"]), odd]}
        return replace(answer, body=json.dumps(document).encode())

    azure.handle = answering  # type: ignore[method-assign]
    found = check(azure)
    assert found.obstacles == ()
    assert found.remarks

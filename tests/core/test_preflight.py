"""What surely stops a plan, and what is only said to whoever decides."""

from __future__ import annotations

import pytest

from remediator.core import preflight
from remediator.core.change import Change, ChangeKind, Document
from remediator.core.permissions import NEEDS, READER, applier_actions
from remediator.core.plan import Plan
from remediator.core.preflight import Barrier, Grant, Lock, PreflightResult, Room
from remediator.core.resource_id import ResourceId

SUB = "/subscriptions/0a"
GROUP = f"{SUB}/resourceGroups/rg"
NET = f"{GROUP}/providers/Microsoft.Network"
VNET = f"{NET}/virtualNetworks/v"
SUBNET = f"{VNET}/subnets/s"
ENDPOINT = f"{NET}/privateEndpoints/pe"
ZONE = f"{NET}/privateDnsZones/privatelink.azurecr.io"
REGISTRY = "/subscriptions/0b/resourceGroups/r/providers/Microsoft.ContainerRegistry/registries/shop"
MANAGEMENT = "/providers/Microsoft.Management/managementGroups"
WRITE = "Microsoft.Network/privateEndpoints/write"
APPROVAL = "Microsoft.ContainerRegistry/registries/privateEndpointConnectionsApproval/action"


def change(kind: ChangeKind, target: str, after: Document | None, before: Document | None = None) -> Change:
    return Change(kind, ResourceId(target), f"{kind.value} {target.rpartition('/')[2]}", before, after, "x")


CREATE = change(
    ChangeKind.CREATE_ENDPOINT, ENDPOINT, {"location": "x", "subnet": SUBNET, "registry": REGISTRY, "manual": False}
)
LINK = change(ChangeKind.CREATE_LINK, f"{ZONE}/virtualNetworkLinks/l", {"network": VNET})
DELETE = change(ChangeKind.DELETE_ENDPOINT, ENDPOINT, None, {"subnet": SUBNET, "registry": REGISTRY})
RECORD = change(ChangeKind.UPDATE_RECORD, f"{ZONE}/A/shop", {"addresses": [], "ttl": 1}, {"addresses": [], "ttl": 2})


def names(found: PreflightResult) -> list[tuple[str, str]]:
    return [(one.name, one.scope.text) for one in found.obstacles]


def grants(*scopes: str, less: str = "", doubt: str = "") -> list[Grant]:
    actions = tuple(action for action in applier_actions() if action != less)
    return [Grant(scope, actions, doubt=doubt) for scope in scopes]


def test_a_right_on_a_scope_counts_for_all_below_it() -> None:
    """Roles on the resource groups, on the subscriptions, on a management group or at the root are enough."""
    plan = Plan((CREATE, LINK))
    for scopes in ((GROUP.upper(), REGISTRY), (SUB, "/subscriptions/0b"), ("/",), (f"{MANAGEMENT}/all",)):
        assert preflight.rights(plan, grants(*scopes)) == PreflightResult()


def test_a_missing_action_is_named_with_its_scope() -> None:
    """Whatever is missing anywhere is an obstacle with action and scope, and its text has both and the change."""
    found = preflight.rights(Plan((CREATE,)), grants(GROUP))
    assert names(found) == [(APPROVAL, REGISTRY)]
    assert found.obstacles[0].kind is Barrier.PERMISSION
    for word in (APPROVAL, REGISTRY, CREATE.summary):
        assert word in found.obstacles[0].text


def test_a_neighbour_with_a_longer_name_is_not_below() -> None:
    """A role on rg says nothing of rg-2."""
    elsewhere = change(ChangeKind.CREATE_ZONE, ZONE.replace("/rg/", "/rg-2/"), {"zone": "z"})
    assert len(preflight.rights(Plan((elsewhere,)), grants(GROUP)).obstacles) == 2


def test_what_a_role_takes_away_is_missing() -> None:
    """An action among the notActions is not granted; another role may grant it all the same."""
    taken = Grant(SUB, ("*",), ("Microsoft.Network/*/write",))
    assert (WRITE, ENDPOINT) in names(preflight.rights(Plan((CREATE,)), [taken, *grants("/subscriptions/0b")]))
    assert preflight.rights(Plan((CREATE,)), [taken, *grants(SUB, "/subscriptions/0b")]).obstacles == ()


def test_an_operation_can_be_followed_where_the_change_is_allowed() -> None:
    """The right to poll counts on the resource's own scope too; without it anywhere it is an obstacle."""
    poll = "Microsoft.Network/locations/operations/read"
    assert preflight.rights(Plan((CREATE,)), grants(GROUP, REGISTRY)).obstacles == ()
    assert names(preflight.rights(Plan((CREATE,)), grants(GROUP, REGISTRY, less=poll))) == [(poll, SUB)]


def test_a_missing_way_back_stops_nothing_and_is_said() -> None:
    """What only undoing needs is a remark."""
    found = preflight.rights(Plan((CREATE,)), grants("/", less="Microsoft.Network/privateEndpoints/delete"))
    assert found.obstacles == ()
    assert found.remarks == (
        f"the way back is barred: the applier lacks Microsoft.Network/privateEndpoints/delete on {ENDPOINT}",
    )


def test_a_doubt_is_said_once_and_stops_nothing() -> None:
    """Rights that may be there are a remark with the reason, however many changes need them."""
    found = preflight.rights(Plan((CREATE, LINK)), grants("/", doubt="a condition"))
    assert (found.obstacles, len(found.remarks)) == ((), 1)
    assert "a condition" in found.remarks[0]
    assert preflight.rights(Plan((CREATE, LINK)), [*grants("/", doubt="a condition"), *grants("/")]).remarks == ()


def test_an_action_that_several_changes_lack_is_named_once() -> None:
    """One obstacle for an action on a scope, with the number of changes."""
    other = change(ChangeKind.CREATE_LINK, f"{ZONE}/virtualNetworkLinks/m", {"network": VNET})
    found = preflight.rights(Plan((LINK, other)), grants("/", less="Microsoft.Network/virtualNetworks/join/action"))
    assert len(found.obstacles) == 1
    assert "and 1 more change" in found.obstacles[0].text


def lock(scope: str, level: str) -> Lock:
    return Lock(ResourceId(f"{scope}/providers/Microsoft.Authorization/locks/hold"), ResourceId(scope), level)


@pytest.mark.parametrize(
    ("scope", "level", "plan", "stops"),
    [
        (ENDPOINT, "ReadOnly", CREATE, True),
        (GROUP.lower(), "readonly", CREATE, True),
        (SUB, "ReadOnly", RECORD, True),
        (ZONE, "ReadOnly", RECORD, True),
        (GROUP, "CanNotDelete", RECORD, False),
        (GROUP, "CanNotDelete", DELETE, True),
        (ENDPOINT, "ReadOnly", DELETE, True),
        (f"{NET}/privateEndpoints/pe-2", "ReadOnly", CREATE, False),
        ("/subscriptions/0c", "ReadOnly", CREATE, False),
    ],
)
def test_a_lock_at_or_above_the_target_forbids_what_its_level_says(
    scope: str, level: str, plan: Change, stops: bool
) -> None:
    """ReadOnly forbids every change below its scope, CanNotDelete those that delete; the lock's id is the name."""
    found = preflight.locks(Plan((plan,)), [lock(scope, level)])
    assert bool(found.obstacles) is stops
    if stops:
        assert names(found) == [(lock(scope, level).id.text, scope)]
        assert found.obstacles[0].kind is Barrier.LOCK
        assert plan.summary in found.obstacles[0].text


def test_a_lock_against_deletion_bars_the_way_back_of_what_is_created() -> None:
    """A plan that creates below such a lock can be made and not be undone: that is said."""
    found = preflight.locks(Plan((CREATE,)), [lock(GROUP, "CanNotDelete")])
    assert found.obstacles == ()
    assert "the way back is barred" in found.remarks[0]
    assert lock(GROUP, "CanNotDelete").id.text in found.remarks[0]


@pytest.mark.parametrize("scope", [REGISTRY, VNET.replace("/rg/", "/net/")])
def test_a_lock_on_what_a_change_points_at_is_a_remark(scope: str) -> None:
    """Whether a locked registry or network takes an endpoint is not known: it is said, and stops nothing."""
    subnet = f"{VNET.replace('/rg/', '/net/')}/subnets/s"
    created = change(ChangeKind.CREATE_ENDPOINT, ENDPOINT, {"subnet": subnet, "registry": REGISTRY, "manual": False})
    found = preflight.locks(Plan((created,)), [lock(scope, "ReadOnly")])
    assert found.obstacles == ()
    assert scope in found.remarks[0]


def test_a_policy_is_named_by_its_assignment() -> None:
    """One obstacle for each assignment that denies, with the changes that it denies."""
    found = preflight.policies([(CREATE, "/assignments/a"), (LINK, "/assignments/a"), (LINK, "/assignments/b")])
    assert names(found) == [("/assignments/a", ENDPOINT), ("/assignments/b", LINK.target.text)]
    assert "and 1 more change" in found.obstacles[0].text


@pytest.mark.parametrize(("free", "needed", "stops"), [(2, 2, False), (1, 2, True), (-1, 2, True), (0, 0, False)])
def test_a_subnet_needs_an_address_for_each_name(free: int, needed: int, stops: bool) -> None:
    """Fewer free addresses than the endpoints need are an obstacle, and the subnet is named."""
    found = preflight.room([Room(ResourceId(SUBNET), free, needed)])
    assert names(found) == ([(SUBNET, SUBNET)] if stops else [])


def test_no_need_is_the_readers() -> None:
    """The two lists have nothing in common: the applier reads no resource, and the reader follows no operation."""
    assert not {need.action for needs in NEEDS.values() for need in needs} & set(READER)

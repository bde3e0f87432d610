"""The two lists of actions: what never stands in them, what belongs to which rule, and what one change needs where."""

from __future__ import annotations

import ast
import re

import pytest

from remediator.core.change import Change, ChangeKind
from remediator.core.permissions import (
    BESIDE,
    KINDS_OF_RULE,
    NEEDS,
    READER,
    Use,
    allows,
    applier_actions,
    covers,
    kinds_for,
    required,
)
from remediator.core.resource_id import ResourceId
from remediator.core.rules import RULES
from tests.architecture.house import PACKAGE, parsed
from tests.core.breaks import BREAKS
from tests.core.diagnosing import diagnosed

GROUP = "/subscriptions/0a/resourceGroups/rg"
ENDPOINT = f"{GROUP}/providers/Microsoft.Network/privateEndpoints/pe"
REGISTRY = "/subscriptions/0b/resourceGroups/r/providers/Microsoft.ContainerRegistry/registries/shop"
SUBNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
ZONE = f"{GROUP}/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io"
ACTION = re.compile(r"Microsoft\.[A-Za-z]+(/[A-Za-z]+(\.[A-Za-z]+)?)+/(read|write|delete|action)")


@pytest.mark.parametrize("action", [*READER, *applier_actions(), *(one.action for one in BESIDE)])
def test_an_action_is_one_action(action: str) -> None:
    """Every action is written out: no wildcard, nothing of secrets, nobody's rights."""
    assert ACTION.fullmatch(action)
    lower = action.lower()
    assert not any(word in lower for word in ("listcredentials", "listkeys", "regenerate", "generatecredentials"))
    assert not (lower.startswith("microsoft.authorization/") and not lower.endswith("/read"))


def test_the_reader_only_reads() -> None:
    """The reader has no action that changes anything; all that it sends is events to a topic."""
    besides = [one for one in BESIDE if one.who == "reader"]
    assert {action.rpartition("/")[2] for action in (*READER, *(b.action for b in besides if not b.data))} == {"read"}
    assert [one.action for one in besides if one.data] == ["Microsoft.EventGrid/events/send/action"]


def test_every_kind_of_change_has_its_needs() -> None:
    """Each kind of change can be made by somebody."""
    assert set(NEEDS) == set(ChangeKind)
    assert all(any(need.use is Use.MAKE for need in needs) for needs in NEEDS.values())


def test_the_applier_deletes_only_to_undo_or_where_a_plan_deletes() -> None:
    """A delete action stands only with a kind that deletes, or as the way back of one that creates."""
    for kind, needs in NEEDS.items():
        for need in needs:
            if need.action.endswith("/delete") and need.use is Use.MAKE:
                assert kind.value.startswith("delete-")


def test_rules_that_propose_changes_are_rules() -> None:
    """The table names rules that exist."""
    assert set(KINDS_OF_RULE) <= {rule.id for rule in RULES}


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_what_a_rule_builds_is_in_its_row(rule: str) -> None:
    """Every kind of change that a rule's own file builds stands in its row."""
    tree = parsed(PACKAGE / "core" / "rules" / f"{rule.replace('-', '_')}.py")
    built = {
        ChangeKind[node.attr]
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ChangeKind.__members__
    }
    assert built <= KINDS_OF_RULE.get(rule, frozenset())


@pytest.mark.parametrize("name", list(BREAKS))
def test_what_is_planned_for_a_rule_is_in_its_row(name: str) -> None:
    """No plan holds a change of a rule whose row does not have it."""
    found = diagnosed(BREAKS[name][0]())
    for change in (*found.plan.changes, *(c for finding in found.findings for c in finding.remedy)):
        assert change.kind in KINDS_OF_RULE[change.rule]


def test_rules_narrow_the_kinds_down() -> None:
    """No rule means all kinds; a rule without changes means none; several add up, in the order of the kinds."""
    assert kinds_for(()) == tuple(ChangeKind)
    assert kinds_for(["route"]) == ()
    assert kinds_for(["vnet-link", "dns-zone"]) == (ChangeKind.CREATE_ZONE, ChangeKind.CREATE_LINK)


def endpoint(**more: object) -> Change:
    after = {"location": "x", "subnet": SUBNET, "registry": REGISTRY, "manual": False, "status": "Approved", **more}
    return Change(ChangeKind.CREATE_ENDPOINT, ResourceId(ENDPOINT), "create", None, after, "private-endpoint")


def test_a_change_needs_its_actions_on_what_it_touches() -> None:
    """An endpoint needs the write on itself, the join on its subnet, the approval on the registry, polls above."""
    where = {need.action.rpartition("Microsoft.")[2]: need.scope.text for need in required(endpoint())}
    assert where == {
        "Network/privateEndpoints/write": ENDPOINT,
        "Network/virtualNetworks/subnets/join/action": SUBNET,
        "ContainerRegistry/registries/privateEndpointConnectionsApproval/action": REGISTRY,
        "Network/locations/operations/read": "/subscriptions/0a",
        "Network/privateEndpoints/delete": ENDPOINT,
    }


def test_a_connection_that_its_owner_approves_needs_nothing_on_the_registry() -> None:
    """A manual connection needs no right on the registry."""
    assert REGISTRY not in {need.scope.text for need in required(endpoint(manual=True))}


def test_a_repeated_zone_group_needs_the_records_that_its_way_back_writes() -> None:
    """What had addresses is written back, what had none is deleted, and nothing of both where the zones change."""
    group = ResourceId(f"{ENDPOINT}/privateDnsZoneGroups/default")
    records = {"old": ["10.0.0.1"], "new": []}
    after = {"zones": [ZONE], "records": {"old": ["10.0.0.2"], "new": ["10.0.0.3"]}}
    for zones, undoing in (([ZONE.upper()], {"A/write": f"{ZONE}/A/old", "A/delete": f"{ZONE}/A/new"}), ([], {})):
        before = {"zones": zones, "records": records}
        change = Change(ChangeKind.UPDATE_ZONE_GROUP, group, "again", before, after, "dns-record")
        undo = [need for need in required(change) if need.use is Use.UNDO]
        assert {"/".join(need.action.split("/")[-2:]): need.scope.text for need in undo} == undoing


@pytest.mark.parametrize(
    ("pattern", "action", "covered"),
    [
        ("Microsoft.Network/privateEndpoints/write", "microsoft.network/PRIVATEENDPOINTS/write", True),
        ("*/read", "Microsoft.Network/privateDnsZones/A/read", True),
        ("Microsoft.Network/*", "Microsoft.Network/virtualNetworks/subnets/join/action", True),
        ("Microsoft.Network/*/read", "Microsoft.Network/privateEndpoints/write", False),
        ("Microsoft.Network/privateEndpoints/write", "Microsoft.Network/privateEndpoints/write/more", False),
    ],
)
def test_a_pattern_covers_actions_without_case(pattern: str, action: str, covered: bool) -> None:
    """`*` stands for anything, slashes too, and case does not matter."""
    assert covers(pattern, action) is covered


def test_what_a_role_takes_away_it_does_not_allow() -> None:
    """An action among the notActions is not allowed, whatever the actions say."""
    assert allows("Microsoft.Network/privateEndpoints/write", ["*"], [])
    assert not allows("Microsoft.Network/privateEndpoints/write", ["*"], ["Microsoft.Network/*/WRITE"])
    assert not allows("Microsoft.Network/privateEndpoints/write", [], [])

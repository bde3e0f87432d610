"""Bodies that a preflight reads: locks, permissions, answers of Azure Policy, usages."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.core.preflight import Grant
from remediator.core.resource_id import ResourceId
from remediator.facts.preflight import read_definition_permissions, read_denials, read_free, read_grants, read_lock
from remediator.facts.reading import Malformed

VNET = "/subscriptions/0a/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v"


@pytest.mark.parametrize("scope", ["/subscriptions/0a", "/subscriptions/0a/resourceGroups/rg", VNET])
def test_a_lock_holds_the_scope_that_it_stands_below(scope: str) -> None:
    """The scope of a lock is its id without its own end."""
    body = {"id": f"{scope}/providers/Microsoft.Authorization/locks/x", "properties": {"level": "ReadOnly"}}
    lock = read_lock(body)
    assert (lock.scope.text, lock.read_only, lock.id.name) == (scope, True, "x")


@pytest.mark.parametrize("body", [{}, {"id": VNET, "properties": {"level": "ReadOnly"}}, {"id": "x", "properties": 7}])
def test_a_lock_that_makes_no_sense_is_malformed(body: dict[str, Any]) -> None:
    """A body without the shape of a lock is an error, never no lock."""
    with pytest.raises(Malformed):
        read_lock(body)


def test_a_role_gives_each_of_its_permissions() -> None:
    """A definition has a list of permissions, each with actions and what it takes away."""
    body = {"properties": {"permissions": [{"actions": ["a"], "notActions": ["b"]}, {"actions": ["c"]}]}}
    found = read_grants("/s", read_definition_permissions(body), "why")
    assert found == (Grant("/s", ("a",), ("b",), "why"), Grant("/s", ("c",), (), "why"))


def evaluation(name: str, result: str = "NonCompliant", **more: Any) -> dict[str, Any]:
    return {"policyInfo": {"policyAssignmentId": name}, "evaluationResult": result, **more}


def test_a_denial_is_a_policy_that_does_not_comply() -> None:
    """Only evaluations that do not comply, with a deny effect or none told, count; each assignment once."""
    rows = [
        evaluation("/a", effectDetails={"policyEffect": "Deny"}),
        evaluation("/a", effectDetails={"policyEffect": "deny"}),
        evaluation("/b", effectDetails={"policyEffect": "Audit"}),
        evaluation("/c", "Compliant", effectDetails={"policyEffect": "Deny"}),
        evaluation("/d"),
    ]
    assert read_denials({"contentEvaluationResult": {"policyEvaluations": rows}}) == ("/a", "/d")
    assert read_denials({"fieldRestrictions": []}) == ()
    with pytest.raises(Malformed):
        read_denials({"contentEvaluationResult": {"policyEvaluations": [{"evaluationResult": "NonCompliant"}]}})


def test_free_addresses_are_the_limit_less_what_is_used() -> None:
    """The row of the subnet counts, found without case; a network that does not list it says nothing."""
    rows = [
        {"id": f"{VNET}/subnets/other", "currentValue": 1, "limit": 11},
        {"id": f"{VNET}/subnets/S".upper(), "currentValue": 9.0, "limit": 11.0},
    ]
    assert read_free(rows, ResourceId(f"{VNET}/subnets/s")) == 2
    assert read_free(rows, ResourceId(f"{VNET}/subnets/none")) is None
    with pytest.raises(Malformed):
        read_free([{"id": f"{VNET}/subnets/s", "limit": True, "currentValue": 1}], ResourceId(f"{VNET}/subnets/s"))

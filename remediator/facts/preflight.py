"""What do the bodies say that a preflight reads: locks, roles, answers of Azure Policy, the use of subnets?

Called by `adapters.azure.preflight`. Shapes: Microsoft.Authorization locks 2020-05-01, roleDefinitions and permissions
2022-04-01, Microsoft.PolicyInsights checkPolicyRestrictions 2023-03-01, virtualNetworks/usages 2024-05-01. `Malformed`
where a field that decides has another shape.
"""

from __future__ import annotations

from collections.abc import Iterable

from remediator.core.preflight import Grant, Lock
from remediator.core.resource_id import ResourceId
from remediator.facts.reading import Body, Malformed, items, properties, section, text, texts


def read_lock(body: Body) -> Lock:
    """One management lock; it stands below the scope that it holds."""
    rid = ResourceId(text(body, "id"))
    at = rid.key.rfind("/providers/microsoft.authorization/locks/")
    if at < 0:
        raise Malformed(f"the id of a lock is {rid}")
    return Lock(rid, ResourceId(rid.text[:at]), text(properties(body), "level"))


def read_grants(scope: str, permissions: Iterable[Body], doubt: str = "") -> tuple[Grant, ...]:
    """What the permissions of a role, or of a caller, give at a scope."""
    return tuple(Grant(scope, texts(one, "actions"), texts(one, "notActions"), doubt) for one in permissions)


def read_definition_permissions(body: Body) -> tuple[Body, ...]:
    """The permissions of a role definition."""
    return items(properties(body), "permissions")


def read_denials(body: Body) -> tuple[str, ...]:
    """The ids of the policy assignments that would deny a resource, each once."""
    evaluations = items(section(body, "contentEvaluationResult"), "policyEvaluations")
    denying = (
        text(section(one, "policyInfo"), "policyAssignmentId")
        for one in evaluations
        if text(one, "evaluationResult", "").lower() == "noncompliant"
        and text(section(one, "effectDetails"), "policyEffect", "Deny").lower() == "deny"
    )
    return tuple(dict.fromkeys(denying))


def read_free(usages: Iterable[Body], subnet: ResourceId) -> int | None:
    """How many addresses a subnet can still give, by the usages of its network; None where it is not among them."""
    for row in usages:
        if ResourceId(text(row, "id", "")) == subnet:
            return int(_number(row, "limit") - _number(row, "currentValue"))
    return None


def _number(body: Body, key: str) -> float:
    value = body.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Malformed(f"{key} is no number")
    return float(value)

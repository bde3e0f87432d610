"""Which Azure Policy denies this resource? Policies are named by `faults.deny_by_policy`; no rule is evaluated.

A denied PUT or PATCH is refused in the words of azure-facts 7. Whether it would be can be asked beforehand
(Microsoft.PolicyInsights checkPolicyRestrictions, 2023-03-01), at a resource group or a subscription.
"""

from __future__ import annotations

import json

from remediator.sandbox.arm_id import Target, key, name_of
from remediator.sandbox.errors import ArmError, bad_request
from remediator.sandbox.faults import Policy
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

QUESTION = "microsoft.policyinsights/checkpolicyrestrictions"


def refuse_when_denied(world: World, request: Request, place: Target) -> None:
    """Raise RequestDisallowedByPolicy (403) for a write that a policy denies."""
    if request.method not in ("PUT", "PATCH") or place.kind != "item":
        return
    denying = [policy for policy in world.faults.policies if policy.covers(place.type, key(place.path))]
    if denying:
        identifiers = json.dumps([_identified(policy) for policy in denying])
        raise ArmError(
            403,
            "RequestDisallowedByPolicy",
            f"Resource '{place.name}' was disallowed by policy. Policy identifiers: '{identifiers}'.",
        )


def _identified(policy: Policy) -> Body:
    return {
        "policyAssignment": {"name": name_of(policy.assignment), "id": policy.assignment},
        "policyDefinition": {"name": name_of(policy.definition), "id": policy.definition},
    }


def answer(world: World, request: Request, place: Target) -> Response:
    """Which policies would deny the resource that the question describes."""
    content = (request.document().get("resourceDetails") or {}).get("resourceContent")
    if not isinstance(content, dict) or not isinstance(content.get("type"), str):
        raise bad_request("InvalidRequestContent", "The request needs resourceDetails.resourceContent with a type.")
    scope = f"{key(place.scope)}/"
    found = [policy for policy in world.faults.policies if policy.covers(content["type"].lower(), scope)]
    evaluations = [
        {
            "policyInfo": {"policyDefinitionId": policy.definition, "policyAssignmentId": policy.assignment},
            "evaluationResult": "NonCompliant",
            "effectDetails": {"policyEffect": "Deny"},
        }
        for policy in found
    ]
    return reply(200, {"fieldRestrictions": [], "contentEvaluationResult": {"policyEvaluations": evaluations}})


ROUTES = {("POST", QUESTION, "list"): answer}

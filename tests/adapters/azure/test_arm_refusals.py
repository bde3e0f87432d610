"""How Resource Manager refuses (azure-facts 7), line by line; what each refusal becomes, and whom it names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import azure_estate as est
import pytest
from azure.core.exceptions import ServiceResponseTimeoutError
from azure_change_cases import CASES, base

from remediator.adapters.azure.error_body import answer_of
from remediator.adapters.azure.errors import refused
from remediator.core.change import LiveState
from remediator.core.errors import Misconfigured, RemediatorError, Stale, Transient
from remediator.sandbox.wire import Response

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus" / "arm" / "errors"
ROOT = "/subscriptions/s/resourceGroups/rg/providers"
REGISTRY, SUBNET = f"{ROOT}/Microsoft.ContainerRegistry/registries/shop", f"{ROOT}/Microsoft.Network/subnets/pe"
WHO = "The client 'c' with object id 'o'"
LOCK = f"{REGISTRY}/providers/Microsoft.Authorization/locks/freeze"
ASSIGNMENT = (
    "/providers/Microsoft.Management/managementGroups/corp/providers/Microsoft.Authorization/policyAssignments/x"
)
POLICIES = json.dumps([{"policyAssignment": {"name": "Deny", "id": ASSIGNMENT}, "policyDefinition": {"name": "D"}}])


def body(code: str, message: str = "words", **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, **more}}


@pytest.mark.parametrize(
    ("status", "answer", "kind", "ours", "named"),
    [
        (429, body("SubscriptionRequestsThrottled"), Transient, "azure-throttled", ()),
        (429, body("TooManyRequests", "due to an excessive volume of traffic"), Transient, "azure-throttled", ()),
        (
            429,
            body("RetryableError", details=[{"code": "ReferencedResourceNotProvisioned", "message": "is Updating"}]),
            Transient,
            "azure-busy",
            ("is Updating",),
        ),
        (429, body("RetryableErrorDueToAnotherOperation"), Transient, "azure-busy", ()),
        (409, body("AnotherOperationInProgress"), Transient, "azure-busy", ()),
        (409, body("ConflictError"), Transient, "azure-busy", ()),
        (400, body("InvalidPrivateLinkServiceId"), Stale, "azure-moved", ()),
        (409, body("ScopeLocked", f"following scope(s) are locked: '{LOCK}'."), Misconfigured, "azure-locked", (LOCK,)),
        (
            409,
            body(
                "ScopeLocked",
                f"The scope 'x' cannot perform delete operation because following scope(s) are locked: '{LOCK}'",
            ),
            Misconfigured,
            "azure-locked",
            (f"lock on '{LOCK}'",),
        ),
        (
            403,
            body("RequestDisallowedByPolicy", f"'x' was disallowed by policy. Policy identifiers: '{POLICIES}'."),
            Misconfigured,
            "azure-policy",
            (ASSIGNMENT,),
        ),
        (
            403,
            body(
                "RequestDisallowedByPolicy",
                "Resource 'x' was disallowed by policy.",
                additionalInfo=[{"type": "PolicyViolation", "info": {"policyAssignmentId": ASSIGNMENT}}],
            ),
            Misconfigured,
            "azure-policy",
            (ASSIGNMENT,),
        ),
        (
            403,
            body(
                "AuthorizationFailed",
                f"{WHO} does not have authorization to perform action 'Microsoft.ContainerRegistry/registries/write' "
                f"over scope '{REGISTRY}' or the scope is invalid. If access was recently granted, please refresh your "
                "credentials.",
            ),
            Misconfigured,
            "azure-forbidden",
            (f"lacks 'Microsoft.ContainerRegistry/registries/write' on '{REGISTRY}'",),
        ),
        (
            403,
            body(
                "LinkedAuthorizationFailed",
                f"{WHO} has permission to perform action 'Microsoft.Network/privateEndpoints/write' on scope 'pe'; "
                "however, it does not have permission to perform action(s) 'Microsoft.Network/subnets/join/action' on "
                f"the linked scope(s) '{SUBNET}' (respectively) or the linked scope(s) are invalid.",
            ),
            Misconfigured,
            "azure-forbidden",
            (f"lacks 'Microsoft.Network/subnets/join/action' on '{SUBNET}'",),
        ),
        (
            403,
            body(
                "LinkedAuthorizationFailed",
                f"{WHO} has permission to perform action 'Microsoft.Network/privateEndpoints/write' on scope 'pe'; "
                "however, it does not have permission to perform action 'PrivateEndpointConnectionsApproval/action' on "
                f"the linked scope(s) '{REGISTRY}' or the linked scope(s) are invalid.",
            ),
            Misconfigured,
            "azure-forbidden",
            (f"lacks 'PrivateEndpointConnectionsApproval/action' on '{REGISTRY}'",),
        ),
        (412, body("PreconditionFailed"), Transient, "azure-raced", ()),
        (412, {"code": "PreconditionFailed", "message": "bare"}, Transient, "azure-raced", ("bare",)),
        (400, body("QuotaExceeded", "10 of 10 zones"), Misconfigured, "azure-quota", ("10 of 10 zones",)),
        (400, body("InvalidRequestPropertyValue", "not allowed"), Misconfigured, "azure-refused", ("not allowed",)),
        (500, body("InternalServerError"), Transient, "azure-unavailable", ()),
        (502, "<html>", Transient, "azure-unavailable", ()),
        (503, body("ServerTimeout"), Transient, "azure-unavailable", ()),
        (504, body("GatewayTimeout"), Transient, "azure-unavailable", ()),
    ],
)
def test_what_a_refusal_becomes(
    status: int, answer: Any, kind: type[RemediatorError], ours: str, named: tuple[str, ...]
) -> None:
    """What may pass is tried again; what stops us names the missing action and scope, the lock or the policy."""
    found = refused(answer_of(status, answer), "writing link", "/x")
    assert (type(found), found.code) == (kind, ours)
    assert all(words in found.message for words in named), found.message
    assert kind is not Misconfigured or found.hint


# By the code in the name of a recorded answer: our code. 404s are moved worlds; a failed state is no refusal.
RECORDED = {
    "LinkedInvalidPropertyId": "azure-refused",
    "PrivateEndpointConnectionStatusNotPending": "azure-moved",
    "InUseDdosProtectionPlanCannotBeDeleted": "azure-refused",
    "InUseNetworkSecurityGroupCannotBeDeleted": "azure-refused",
    "InUseSubnetCannotBeDeleted": "azure-refused",
    "CertificateInUse": "azure-refused",
    "InvalidRequestPropertyValue": "azure-refused",
    "ContainerAppRegistriesPasswordSecretRefNotFound": "azure-refused",
    "AuthorizationFailed": "azure-forbidden",
    "RetryableError": "azure-busy",
    "ExistingManagedCertificateOperationInProgress": "azure-busy",
    "MissingSubscriptionRegistration": "provider-not-registered",
    "InternalServerError": "azure-unavailable",
    "SubscriptionRequestsThrottled": "azure-throttled",
    "PreconditionFailed": "azure-raced",
    "RoleAssignmentExists": "azure-moved",
}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_each_recorded_refusal_has_its_code() -> None:
    """Every recorded answer becomes the one of our codes that fits it; none is left to a default by accident."""
    for path in sorted(CORPUS.glob("*.json")):
        answer = json.loads(path.read_text())["response"]
        code, status = path.stem.rsplit("_", 2)[-2:]
        if code == "FailedState":
            continue
        wanted = "azure-moved" if status == "404" else RECORDED[code]
        found = refused(answer_of(answer["status"], answer["body"]), "x", "/x")
        assert found.code == wanted, (path.name, found)


class Once:
    """An Azure that does something else at the first write."""

    def __init__(self, azure: Any, other: Any) -> None:
        self.handle, self.other, self.asked = azure.handle, other, 0
        azure.handle = self

    def __call__(self, method: str, url: str, headers: Any, content: bytes) -> Response:
        if method in ("GET", "POST"):
            return self.handle(method, url, headers, content)  # type: ignore[no-any-return]
        self.asked += 1
        if self.asked > 1:
            return self.handle(method, url, headers, content)  # type: ignore[no-any-return]
        return self.other(lambda: self.handle(method, url, headers, content))  # type: ignore[no-any-return]


def unheard(call: Any) -> Response:
    call()
    raise ServiceResponseTimeoutError("the answer timed out")


@pytest.mark.parametrize("name", list(CASES))
def test_a_write_without_an_answer_is_not_sent_again(name: str) -> None:
    """The client's own retries leave a write alone that may have been taken: the next look finds it done."""
    azure = est.small_azure(CASES[name].estate(), operation_polls=0)
    once, change = Once(azure, unheard), CASES[name].change
    applier = est.applier_of(azure)
    with pytest.raises(Transient, match="azure-timeout"):
        applier.start(est.approved(change), change)
    assert once.asked == 1
    assert applier.compare(change) is LiveState.DONE


@pytest.mark.parametrize(("status", "tries"), [(429, 2), (500, 1), (502, 1), (503, 1), (504, 1), (408, 1)])
def test_a_write_is_sent_again_only_where_it_was_surely_not_made(status: int, tries: int) -> None:
    """Throttling is before the deed; after any other failure the deed may have been done."""
    azure = est.small_azure(base(est.zone()), operation_polls=0)
    refusal = Response(status, {"Content-Type": "application/json", "Retry-After": "1"}, b"{}")
    once, change = Once(azure, lambda call: refusal), CASES["create-dns-record"].change
    applier = est.applier_of(azure)
    if tries == 1:
        with pytest.raises(Transient):
            applier.start(est.approved(change), change)
    else:
        applier.start(est.approved(change), change)
    assert once.asked == tries

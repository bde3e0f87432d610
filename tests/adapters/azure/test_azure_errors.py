"""Every error of azure-core and every error body of the corpus becomes one of ours."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pytest
from azure.core import exceptions as azure
from azure.identity import CredentialUnavailableError

from remediator.adapters.azure.error_body import MOST, answer_of
from remediator.adapters.azure.errors import refused, retry_after, translate, translated
from remediator.core.errors import Misconfigured, Rejected, RemediatorError, Stale, Transient
from tests.answered import Answered

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus" / "arm" / "errors"


def error(status: int, code: str, message: str = "words", **headers: str) -> azure.HttpResponseError:
    body = json.dumps({"error": {"code": code, "message": message}})
    return azure.HttpResponseError(response=Answered(status, body, **headers))


def classes() -> list[type[Exception]]:
    return [
        found
        for _, found in inspect.getmembers(azure, inspect.isclass)
        if issubclass(found, Exception) and found.__module__ == azure.__name__
    ]


EXPECTED: dict[type[Exception], tuple[type[RemediatorError], str]] = {
    azure.AzureError: (Transient, "azure-garbled"),
    azure.ServiceRequestError: (Transient, "azure-unreachable"),
    azure.ServiceResponseError: (Transient, "azure-unreachable"),
    azure.ServiceRequestTimeoutError: (Transient, "azure-timeout"),
    azure.ServiceResponseTimeoutError: (Transient, "azure-timeout"),
    azure.HttpResponseError: (Transient, "azure-garbled"),
    azure.DecodeError: (Transient, "azure-garbled"),
    azure.IncompleteReadError: (Transient, "azure-garbled"),
    azure.ResourceExistsError: (Stale, "azure-moved"),
    azure.ResourceNotFoundError: (Stale, "azure-moved"),
    azure.ResourceModifiedError: (Transient, "azure-raced"),
    azure.ResourceNotModifiedError: (Transient, "azure-garbled"),
    azure.ClientAuthenticationError: (Misconfigured, "azure-no-credential"),
    azure.TooManyRedirectsError: (Transient, "azure-garbled"),
    azure.ODataV4Error: (Transient, "azure-garbled"),
    azure.StreamConsumedError: (Transient, "azure-garbled"),
    azure.StreamClosedError: (Transient, "azure-garbled"),
    azure.ResponseNotReadError: (Transient, "azure-garbled"),
    azure.SerializationError: (Rejected, "azure-bad-request"),
    azure.DeserializationError: (Transient, "azure-garbled"),
}


def test_no_error_of_azure_core_is_unmapped() -> None:
    """A class that azure-core adds has no expectation here and fails this test."""
    assert set(classes()) == set(EXPECTED)


@pytest.mark.parametrize("kind", list(EXPECTED), ids=lambda kind: kind.__name__)
def test_each_error_leaves_as_ours(kind: type[Exception]) -> None:
    """Raised without an answer, each class becomes the one expected of it, and the cause is kept."""
    raised = kind.__new__(kind)
    Exception.__init__(raised, "the words")
    for name in ("response", "error", "status_code", "message"):
        if issubclass(kind, azure.AzureError):
            setattr(raised, name, None)
    with pytest.raises(RemediatorError) as caught, translated("reading registry", "/x"):
        raise raised
    assert (type(caught.value), caught.value.code) == EXPECTED[kind]
    assert caught.value.__cause__ is raised
    assert "reading registry /x" in caught.value.message


def test_an_identity_that_is_not_there_is_for_an_operator() -> None:
    """azure-identity's own errors derive from azure-core's and say that signing in failed."""
    found = translate(CredentialUnavailableError(message="no managed identity endpoint"), "reading", "/x")
    assert isinstance(found, Misconfigured)
    assert (found.code, bool(found.hint)) == ("azure-no-credential", True)


def test_a_refusal_by_the_token_endpoint_is_no_refusal_by_azure() -> None:
    """What Entra or the identity endpoint answers, with whatever status, says that signing in failed."""
    for status, body in ((400, {"error": "invalid_client", "error_description": "AADSTS7000215"}), (401, {})):
        raised = azure.ClientAuthenticationError(response=Answered(status, json.dumps(body)))
        assert translate(raised, "reading", "/x").code == "azure-no-credential"
    refusal = {"error": {"code": "InvalidAuthenticationToken", "message": "expired"}}
    raised = azure.ClientAuthenticationError(response=Answered(401, json.dumps(refusal)))
    assert translate(raised, "reading", "/x").code == "azure-unauthorized"


@pytest.mark.parametrize(
    ("status", "code", "kind", "ours"),
    [
        (429, "SubscriptionRequestsThrottled", Transient, "azure-throttled"),
        (429, "429", Transient, "azure-throttled"),
        (200, "429", Transient, "azure-throttled"),
        (429, "RetryableError", Transient, "azure-busy"),
        (409, "AnotherOperationInProgress", Transient, "azure-busy"),
        (400, "ReferencedResourceNotProvisioned", Transient, "azure-busy"),
        (500, "InternalServerError", Transient, "azure-unavailable"),
        (200, "InternalServerError", Transient, "azure-unavailable"),
        (502, "InvalidGatewayHost", Transient, "azure-unavailable"),
        (503, "ServerTimeout", Transient, "azure-unavailable"),
        (504, "GatewayTimeout", Transient, "azure-unavailable"),
        (408, "", Transient, "azure-unavailable"),
        (409, "ScopeLocked", Misconfigured, "azure-locked"),
        (403, "RequestDisallowedByPolicy", Misconfigured, "azure-policy"),
        (403, "AuthorizationFailed", Misconfigured, "azure-forbidden"),
        (403, "LinkedAuthorizationFailed", Misconfigured, "azure-forbidden"),
        (403, "", Misconfigured, "azure-forbidden"),
        (401, "InvalidAuthenticationToken", Misconfigured, "azure-unauthorized"),
        (401, "InvalidAuthenticationTokenTenant", Misconfigured, "azure-unauthorized"),
        (409, "MissingSubscriptionRegistration", Misconfigured, "provider-not-registered"),
        (400, "SubnetIsFull", Misconfigured, "subnet-full"),
        (400, "SubnetMustNotHaveDelegation", Misconfigured, "subnet-unusable"),
        (404, "ResourceNotFound", Stale, "azure-moved"),
        (404, "ManagedEnvironmentNotFound", Stale, "azure-moved"),
        (412, "PreconditionFailed", Transient, "azure-raced"),
        (200, "PreconditionFailed", Transient, "azure-raced"),
        (412, "", Transient, "azure-raced"),
        (409, "ConflictError", Transient, "azure-busy"),
        (429, "RetryableErrorDueToAnotherOperation", Transient, "azure-busy"),
        (400, "QuotaExceeded", Misconfigured, "azure-quota"),
        (409, "PrivateEndpointsPerVirtualNetworkLimitReached", Misconfigured, "azure-quota"),
        (400, "SubscriptionLimitExceeded", Misconfigured, "azure-quota"),
        (400, "InvalidRequestContent", Misconfigured, "azure-refused"),
        (409, "Conflict", Stale, "azure-moved"),
        (400, "PrivateEndpointCannotBeUpdatedInDisconnectedState", Stale, "azure-moved"),
        (400, "MoreThanOnePrivateDnsZoneGroupPerPrivateEndpointNotAllowed", Stale, "azure-moved"),
        (400, "GroupIdInvalid", Misconfigured, "azure-refused"),
    ],
)
def test_the_code_decides_before_the_status(status: int, code: str, kind: type[RemediatorError], ours: str) -> None:
    """Each refusal that azure-facts 7 names has its place, also when a failed operation says it with HTTP 200."""
    found = refused(answer_of(status, {"error": {"code": code, "message": "words"}}), "writing link", "/x")
    assert (type(found), found.code) == (kind, ours)
    assert (found.context["status"], found.context["azure_code"]) == (str(status), code)
    assert kind is not Misconfigured or found.hint


CLAIMS = (
    "The received access token is not valid: at least one of the claims 'puid' or 'altsecid' or 'oid' should be "
    "present. If you are accessing as application please make sure service principal is properly created in the tenant."
)


@pytest.mark.parametrize(
    ("status", "doing", "words", "ours"),
    [
        (401, "creating private endpoint", CLAIMS, "provider-not-registered"),
        (200, "following operation", CLAIMS, "provider-not-registered"),
        (400, "creating private endpoint", "Could not validate network rule.", "provider-not-registered"),
        (401, "reading", CLAIMS, "azure-unauthorized"),
        (401, "following operation", CLAIMS, "azure-unauthorized"),
    ],
)
def test_an_endpoint_without_the_registries_provider(status: int, doing: str, words: str, ours: str) -> None:
    """Words about claims or rules mean a provider that the endpoint's subscription lacks; to a question, our token."""
    body = {"error": {"code": "InvalidAuthenticationToken" if status == 401 else "BadRequest", "message": words}}
    found = refused(answer_of(status, body), doing, "/x")
    assert (type(found), found.code) == (Misconfigured, ours)
    assert ("subscription of the endpoint" in (found.hint or "")) == (ours == "provider-not-registered")


def test_a_zone_that_we_do_not_see_is_for_an_operator() -> None:
    """A link that overlaps with one that was not read would be refused again: no reason to ask people once more."""
    words = "A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to link …"
    found = refused(answer_of(400, {"error": {"code": "BadRequest", "message": words}}), "writing link", "/x")
    assert (type(found), found.code, "does not see" in (found.hint or "")) == (Misconfigured, "zone-unseen", True)


LOCKED = {"code": "ScopeLocked", "message": "it is locked"}


@pytest.mark.parametrize(
    "body",
    [
        {"error": LOCKED},
        LOCKED,
        {"Code": "ScopeLocked", "Message": "it is locked", "Details": None, "Innererror": None},
        {"error": LOCKED, "status": "Failed"},
        {"error": {"code": "BadRequest", "message": "", "details": [LOCKED]}},
        {"error": {"code": "BadRequest", "innererror": {"code": "x", "details": [LOCKED]}}},
    ],
)
def test_every_shape_of_error_body_is_read(body: Any) -> None:
    """Wrapped, bare, in capitals, of a failed operation, or with the reason further in: the same answer."""
    found = refused(answer_of(400, body), "writing", "/x")
    assert found.code == "azure-locked"
    assert "it is locked" in found.message


@pytest.mark.parametrize("body", [None, "", "<html>Bad gateway</html>", [], 7, {}, {"error": "odd"}, {"error": [1]}])
def test_a_body_that_is_no_error_body_does_no_harm(body: Any) -> None:
    """HTML of a proxy, nothing, or another type still gives one of our errors."""
    assert refused(answer_of(502, body), "reading", "/x").code == "azure-unavailable"


def test_waiting_times_come_from_the_header_or_the_words() -> None:
    """Retry-After as seconds or as a date counts; without it the number of seconds in the text does."""
    assert translate(error(429, "TooManyRequests", **{"Retry-After": "17"}), "x", "/x").retry_after == 17  # type: ignore[attr-defined]
    assert retry_after({"Retry-After": "0"}) is None
    assert retry_after({"Retry-After": "soon"}) is None
    dated = {"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}
    assert retry_after(dated) == 30
    assert retry_after({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT"}) is None
    spoken = translate(error(429, "TooManyRequests", "can be retried in 14 seconds"), "x", "/x")
    assert spoken.retry_after == 14  # type: ignore[attr-defined]


def test_nothing_secret_leaves() -> None:
    """Tokens, signatures, passwords and mail addresses are cut out, and the text is bounded and on one line."""
    secret = (
        "The client 'jane.doe@contoso.com' sent Bearer abc.def-ghi and eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0In0.sIg "
        "to https://x/operations/1?api-version=2024&t=123456&c=MIIabcdef&s=SIGNATURE&h=HASH, password=hunter2\n"
    )
    found = translate(error(403, "AuthorizationFailed", secret + "x" * 5000), "writing", "/x")
    for part in ("jane", "abc.def", "eyJ", "123456", "MIIabc", "SIGNATURE", "HASH", "hunter2", "\n"):
        assert part not in found.message
    assert "api-version=2024" in found.message
    assert len(found.message) < MOST + 200


def test_a_refusal_says_what_was_done_to_what_and_what_came_back() -> None:
    """The message carries the deed, the target, the status, Azure's code and its words."""
    found = translate(error(409, "ScopeLocked", "the scope is locked"), "writing link", "/zones/z")
    assert found.message == "writing link /zones/z: Azure answered 409, ScopeLocked: the scope is locked"


def recorded() -> list[Path]:
    return sorted(CORPUS.glob("*.json")) if CORPUS.is_dir() else []


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_recorded_errors_are_understood() -> None:
    """Every recorded error body gives its code and words, and a kind that fits its status."""
    assert len(recorded()) > 20
    for path in recorded():
        answer = json.loads(path.read_text())["response"]
        body = answer["body"]
        if answer["status"] == 200 and not (isinstance(body, dict) and body.get("error")):
            continue  # a resource in a failed state, not an error body
        found = answer_of(answer["status"], body)
        assert found.code, path.name
        kind = type(refused(found, "x", "/x"))
        if answer["status"] in (429, 500, 502, 503, 504):
            assert kind is Transient, path.name
        if answer["status"] == 404:
            assert kind is Stale, path.name
        if answer["status"] == 412:
            assert kind is Transient, path.name
        if answer["status"] == 403:
            assert kind is Misconfigured, path.name

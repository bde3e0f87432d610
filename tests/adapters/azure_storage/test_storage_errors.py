"""What Azure Storage refuses, and everything else that azure-core raises, becomes one of our errors."""

from __future__ import annotations

import inspect
from http.client import BadStatusLine
from typing import Any

import pytest
from azure.core import exceptions as azure
from azure.data.tables import TableTransactionError

from remediator.adapters.azure.storage.errors import TABLE_ROLE, storage_error, translated
from remediator.core.errors import Misconfigured, Rejected, RemediatorError, Stale, Transient
from tests.answered import Answered


def refused(status: int, code: str, message: str = "words", **headers: str) -> Any:
    """A refusal as the storage SDKs raise it: with the service's own code."""
    error: Any = azure.HttpResponseError(message, response=Answered(status, **headers))
    error.error_code = code
    return error


def ours(error: Exception) -> RemediatorError:
    return storage_error(error, "storing", "k in remediator", TABLE_ROLE)


CASES: list[tuple[int, str, type[RemediatorError], str]] = [
    (412, "UpdateConditionNotSatisfied", Transient, "lost-race"),
    (412, "ConditionNotMet", Transient, "lost-race"),
    (409, "EntityAlreadyExists", Transient, "lost-race"),
    (409, "", Transient, "lost-race"),
    (404, "ResourceNotFound", Transient, "lost-race"),
    (404, "TableNotFound", Misconfigured, "storage-missing"),
    (404, "QueueNotFound", Misconfigured, "storage-missing"),
    (409, "TableBeingDeleted", Transient, "storage-busy"),
    (409, "QueueBeingDeleted", Transient, "storage-busy"),
    (503, "ServerBusy", Transient, "storage-busy"),
    (500, "OperationTimedOut", Transient, "storage-busy"),
    (500, "InternalError", Transient, "storage-busy"),
    (429, "TooManyRequests", Transient, "storage-busy"),
    (408, "", Transient, "storage-busy"),
    (403, "AuthorizationPermissionMismatch", Misconfigured, "storage-forbidden"),
    (403, "AuthorizationFailure", Misconfigured, "storage-forbidden"),
    (403, "KeyBasedAuthenticationNotPermitted", Misconfigured, "storage-forbidden"),
    (403, "AuthenticationFailed", Misconfigured, "storage-forbidden"),
    (401, "InvalidAuthenticationInfo", Misconfigured, "storage-forbidden"),
    (400, "EntityTooLarge", Rejected, "row-too-large"),
    (400, "PropertyValueTooLarge", Rejected, "row-too-large"),
    (413, "RequestBodyTooLarge", Rejected, "row-too-large"),
    (400, "InvalidInput", Misconfigured, "storage-refused"),
    (400, "OutOfRangeInput", Misconfigured, "storage-refused"),
]


@pytest.mark.parametrize(("status", "code", "kind", "expected"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES])
def test_refusals(status: int, code: str, kind: type[RemediatorError], expected: str) -> None:
    """Each code of the service has its kind and our code, and its own code stays in message and context."""
    error = ours(refused(status, code))
    assert (type(error), error.code) == (kind, expected)
    assert code in error.message
    assert error.context["azure_code"] == code


def test_a_batch_names_its_code_too() -> None:
    """The refusal of a batch, which has a class of its own in the SDK, is treated like any other."""
    error: Any = TableTransactionError(message="0:The specified entity already exists.", response=Answered(409))
    assert ours(error).code == "lost-race"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AuthorizationPermissionMismatch", "Storage Table Data Contributor"),
        ("AuthorizationFailure", "firewall"),
        ("KeyBasedAuthenticationNotPermitted", "connection string"),
    ],
)
def test_the_hint_says_what_to_do(code: str, words: str) -> None:
    """Whoever is kept out reads which role is missing, that it may be the firewall, or that keys are off."""
    assert words in str(ours(refused(403, code)).hint)


def test_the_time_that_storage_names() -> None:
    """A busy account's Retry-After is passed on; without one no time is named."""
    busy = ours(refused(503, "ServerBusy", **{"Retry-After": "7"}))
    assert isinstance(busy, Transient)
    assert busy.retry_after == 7.0
    assert getattr(ours(refused(503, "ServerBusy")), "retry_after", 0) is None


def test_every_error_of_azure_core_is_ours() -> None:
    """Whatever class azure-core raises, with an answer or without, one of our errors comes out."""
    classes = [found for _, found in inspect.getmembers(azure, inspect.isclass) if found.__module__ == azure.__name__]
    errors = [found for found in classes if issubclass(found, Exception)]
    assert len(errors) >= 20
    for kind in errors:
        made = kind.__new__(kind)
        Exception.__init__(made, "words")
        made.__dict__.update(message="words", response=None, status_code=None, error=None, model=None, reason=None)
        with pytest.raises((Rejected, Misconfigured, Transient, Stale)), translated("storing", "k", TABLE_ROLE):
            raise made


def test_a_broken_answer_to_a_batch() -> None:
    """A batch whose answer is not HTTP, as the table SDK lets it through, is tried again later."""
    with pytest.raises(Transient) as caught, translated("storing", "k", TABLE_ROLE):
        raise BadStatusLine("changesetresponse_1")
    assert caught.value.code == "azure-garbled"


def test_signing_in_fails_elsewhere() -> None:
    """When there is no credential at all, the hint is about the identity and not about roles on the account."""
    error = ours(azure.ClientAuthenticationError("ManagedIdentityCredential authentication unavailable"))
    assert (type(error), error.code) == (Misconfigured, "azure-no-credential")


def test_no_secret_in_a_message() -> None:
    """What a service without a code says is cut to its first line and cleaned of signatures."""
    error = ours(
        refused(400, "", "bad url https://a.example/?sv=1&sig=abc%2Bdef\nAuthorization: Bearer eyJabcdefghij.x.y")
    )
    assert "abc%2Bdef" not in str(error)
    assert "Bearer" not in str(error)

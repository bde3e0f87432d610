"""Which of our errors is a refusal by Azure Storage?

Every call of this package stands inside `translated`. What never reached the storage service (signing in, timeouts,
broken answers) is translated as elsewhere by `adapters.azure.errors`. Codes: learn.microsoft.com "Common REST API error
codes", "Table Storage error codes", "Queue Storage error codes".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException

from azure.core import exceptions as azure

from remediator.adapters.azure.error_body import redacted
from remediator.adapters.azure.errors import retry_after, translate
from remediator.core.errors import Misconfigured, Rejected, RemediatorError, Transient

TABLE_ROLE = "Storage Table Data Contributor"
QUEUE_ROLE = "Storage Queue Data Contributor"
_NOT_THERE = ("tablenotfound", "queuenotfound")
_TOO_LARGE = frozenset(("entitytoolarge", "propertyvaluetoolarge", "requestbodytoolarge", "toomanyproperties"))
_GOING = frozenset(("tablebeingdeleted", "queuebeingdeleted"))
_LOST = frozenset(
    ("entityalreadyexists", "updateconditionnotsatisfied", "resourcenotfound", "entitynotfound", "conditionnotmet")
)
_NO_KEYS = "the account takes no keys: leave the connection string out and give the account's name"
_NETWORK = "let the function app's network or subnet in at the account's firewall, and check the key where one is used"
GOING_SECONDS = 40.0  # learn "Delete Table": 409 for at least 40 seconds


@contextmanager
def translated(doing: str, target: str, role: str) -> Iterator[None]:
    """Let only our own errors out; `role` is the Azure role that the call needs."""
    try:
        yield
    except (azure.AzureError, azure.SerializationError, azure.DeserializationError) as error:
        raise storage_error(error, doing, target, role) from error
    except HTTPException as error:  # the table SDK lets a broken answer to a batch through
        raise Transient("azure-garbled", f"{doing} {target}: {type(error).__name__}") from error


def code_of(error: azure.AzureError) -> str:
    """The service's own code, e.g. `TableNotFound`; "" where it named none."""
    code = getattr(error, "error_code", None) or ""
    return str(getattr(code, "value", code))


def is_missing(error: azure.AzureError) -> bool:
    """Whether the table or queue itself is not there."""
    return code_of(error).lower() in _NOT_THERE


def storage_error(error: Exception, doing: str, target: str, role: str) -> RemediatorError:
    """Our error for one of azure-core's."""
    if not isinstance(error, azure.HttpResponseError) or error.response is None or _is_elsewhere(error):
        return translate(error, doing, target)
    status, code = error.status_code or 0, code_of(error)
    known = code.lower()
    said = code or redacted(str(error.message).partition("\n")[0])
    message = f"{doing} {target}: storage answered {status}, {said}"
    context = {"doing": doing, "target": target, "status": str(status), "azure_code": code}
    if known in _TOO_LARGE or status == 413:
        return Rejected("row-too-large", message, context=context)
    if known in _GOING:
        return Transient("storage-busy", message, retry_after=GOING_SECONDS, context=context)
    if status in (408, 429) or status >= 500:
        return Transient("storage-busy", message, retry_after=_wait(error), context=context)
    if status == 412 or known in _LOST or (status in (404, 409) and known not in _NOT_THERE):
        return Transient("lost-race", message, retry_after=0.0, context=context)
    if known in _NOT_THERE:
        hint = f"create it, or give the identity the role {role}, which may create it"
        return Misconfigured("storage-missing", message, context=context, hint=hint)
    if status in (401, 403):
        return Misconfigured("storage-forbidden", message, context=context, hint=_hint(known, role))
    return Misconfigured("storage-refused", message, context=context, hint="the request cannot succeed as it stands")


def _hint(code: str, role: str) -> str:
    if code == "keybasedauthenticationnotpermitted":
        return _NO_KEYS
    grant = f"give the identity the role {role} on the storage account; it takes minutes"
    return f"{_NETWORK}; or {grant}" if code == "authorizationfailure" else grant


def _wait(error: azure.HttpResponseError) -> float | None:
    return retry_after(getattr(error.response, "headers", {}))


def _is_elsewhere(error: azure.HttpResponseError) -> bool:
    """Whether it was not the storage service that refused: an unreadable answer, or one of the token endpoint."""
    if isinstance(error, azure.DecodeError | azure.TooManyRedirectsError):
        return True
    return isinstance(error, azure.ClientAuthenticationError) and not hasattr(error, "error_code")

"""Which of our errors is a refusal by Azure?

Every call of this package to Azure stands inside `translated`. The code decides before the HTTP status does, because
a failed operation is an HTTP 200 and lock contention is a 429 (azure-facts 7).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from azure.core import exceptions as azure

from remediator.adapters.azure.error_body import Answer, answer_of, redacted
from remediator.core.errors import Misconfigured, Rejected, RemediatorError, Stale, Transient

# azure code, lower case → our code
BUSY = frozenset(
    (
        "retryableerror",
        "retryableerrorduetoanotheroperation",
        "anotheroperationinprogress",
        "referencedresourcenotprovisioned",
        "canceledandsupersededduetoanotheroperation",
        "operationpreempted",
        "conflicterror",
        "resourcebusy",
    )
)
THROTTLED = frozenset(("429", "toomanyrequests", "subscriptionrequeststhrottled", "resourcerequeststhrottled"))
DOWN = frozenset(
    ("internalservererror", "servertimeout", "gatewaytimeout", "serviceunavailable", "invalidgatewayhost", "badgateway")
)
MOVED = frozenset(
    (
        "resourcenotfound",
        "parentresourcenotfound",
        "resourcegroupnotfound",
        "notfound",
        "conflict",
        "invalidresourcereference",
        "invalidprivatelinkserviceid",
        "privateendpointcannotbeupdatedindisconnectedstate",
        "privateendpointconnectionstatusnotpending",
        "morethanoneprivatednszonegroupperprivateendpointnotallowed",
        "remotepeeringisdisconnected",
        "subnetsnotinsamevnet",
    )
)
OPERATOR: Mapping[str, tuple[str, str]] = {
    "scopelocked": ("azure-locked", "remove the management lock, or make the change through whoever holds it"),
    "requestdisallowedbypolicy": ("azure-policy", "an Azure Policy forbids it: ask for an exemption or another way"),
    "authorizationfailed": ("azure-forbidden", "give the identity the missing action on that scope; it takes minutes"),
    "linkedauthorizationfailed": (
        "azure-forbidden",
        "the identity also needs rights on the linked resource (subnet, zone or registry) that the text names",
    ),
    "subnetisfull": ("subnet-full", "the endpoint needs one address, and one more for each region: enlarge the subnet"),
    "subnetmustnothavedelegation": ("subnet-unusable", "choose a subnet that is not delegated"),
    "privateendpointcannotbecreatedinsubnet": ("subnet-unusable", "choose another subnet for the endpoint"),
    "privateendpointcannotbecreatedinsubnetthathasnetworkpoliciesenabled": (
        "subnet-unusable",
        "set privateEndpointNetworkPolicies of the subnet to Disabled, or choose another one",
    ),
    "missingsubscriptionregistration": (
        "provider-not-registered",
        "register the resource provider that the text names",
    ),
    "invalidauthenticationtokentenant": ("azure-unauthorized", "the resource belongs to another tenant"),
}
# An etag did not stand: somebody was faster by a moment. The next look tells whether the world has moved.
RACED = frozenset(("preconditionfailed",))
# azure-facts 1.5, 1.6: limits are not named by one code, and waiting does not lift them.
_QUOTA = re.compile(r"quota|limit(exceeded|reached)|maximum.*(exceeded|reached)")
_LIFT = "raise the quota or limit that the text names, or remove what is no longer needed"
# What an endpoint's creation says where its subscription has not registered the registries' provider (azure-facts 4).
UNREGISTERED = ("could not validate network rule", "'puid' or 'altsecid' or 'oid'")
_REGISTER = "register Microsoft.ContainerRegistry in the subscription of the endpoint, not only in the registry's"
# A plan links a zone only where no zone of the name is seen to be linked (azure-facts 3.3).
_UNSEEN = "the network links another zone of this name that the reader does not see: let it read the central zones"
_SIGN_IN = (
    "at a terminal: az login; in the app: check its managed identity, its tenant and the cloud that the settings name"
)
# azure-facts 7, in Azure's words
_CULPRITS = (
    (
        re.compile(r"perform action(?:\(s\))? ('[^']+') on the linked scope\(s\) ('[^']+')"),
        "the identity lacks {} on {}",
    ),
    (re.compile(r"authorization to perform action ('[^']+') over scope ('[^']+')"), "the identity lacks {} on {}"),
    (re.compile(r"following scope\(s\) are locked: ('[^']+')"), "there is a lock on {}"),
    (re.compile(r"\"policyAssignment\":\s*\{[^}]*\"id\":\s*\"([^\"]+)\""), "the policy assignment '{}' denies it"),
    (re.compile(r"policyAssignmentId: (\S+)"), "the policy assignment '{}' denies it"),
)
_SECONDS = re.compile(r"(\d{1,5})'? seconds?")


@contextmanager
def translated(doing: str, target: str) -> Iterator[None]:
    """Let only our own errors out; `doing` is an -ing phrase and `target` what it is done to."""
    try:
        yield
    except (azure.AzureError, azure.SerializationError, azure.DeserializationError) as error:
        raise translate(error, doing, target) from error
    except json.JSONDecodeError as error:  # of msal, where what stands at the identity endpoint is none
        raise _transient(
            "azure-garbled", doing, target, "signing in: the identity's answer could not be read"
        ) from error


def translate(error: Exception, doing: str, target: str) -> RemediatorError:
    """Our error for one of azure-core's (also for those that azure-identity derives from them)."""
    if isinstance(error, azure.HttpResponseError) and error.response is not None:
        if isinstance(error, azure.DecodeError):
            return _transient("azure-garbled", doing, target, "the answer could not be read")
        if isinstance(error, azure.TooManyRedirectsError):
            return Misconfigured("azure-refused", f"{doing} {target}: Azure redirects in circles", hint=_SIGN_IN)
        body = _body_of(error)
        answer = answer_of(error.status_code or 0, body)
        if isinstance(error, azure.ClientAuthenticationError) and not _from_resource_manager(body):
            said = f"{answer.code}: {answer.message}"
            return Misconfigured("azure-no-credential", f"{doing} {target}: signing in: {said}", hint=_SIGN_IN)
        return refused(answer, doing, target, retry_after(getattr(error.response, "headers", {})))
    words = redacted(str(error.args[0]) if error.args else "")
    match error:
        case azure.ClientAuthenticationError():
            return Misconfigured("azure-no-credential", f"{doing} {target}: signing in: {words}", hint=_SIGN_IN)
        case azure.ServiceRequestTimeoutError() | azure.ServiceResponseTimeoutError():
            return _transient("azure-timeout", doing, target, words)
        case azure.ServiceRequestError() | azure.ServiceResponseError():
            return _transient("azure-unreachable", doing, target, words)
        case azure.ResourceModifiedError():
            return _transient("azure-raced", doing, target, words)
        case azure.ResourceNotFoundError() | azure.ResourceExistsError():
            return Stale("azure-moved", f"{doing} {target}: {words}")
        case azure.SerializationError():
            return Rejected("azure-bad-request", f"{doing} {target}: the request cannot be written down: {words}")
        case _:
            return _transient("azure-garbled", doing, target, words)


def refused(answer: Answer, doing: str, target: str, wait: float | None = None) -> RemediatorError:
    """Our error for a refusal that Azure put into words."""
    context = {"doing": doing, "target": target, "status": str(answer.status), "azure_code": answer.code}
    context["said"] = answer.message
    said = f"{answer.code}: {answer.message}" if answer.code else answer.message or "no reason was given"
    culprit = _culprit(answer.message)
    message = f"{culprit}{doing} {target}: Azure answered {answer.status}, {said}"
    code = _deciding(answer)
    if _lacks_provider(answer, doing):
        return Misconfigured("provider-not-registered", message, context=context, hint=_REGISTER)
    if code in OPERATOR:
        ours, hint = OPERATOR[code]
        return Misconfigured(ours, message, context=context, hint=hint)
    if code in THROTTLED or code in BUSY or answer.status in (408, 429) or answer.status >= 500 or code in DOWN:
        ours = "azure-busy" if code in BUSY else "azure-throttled" if _throttles(code, answer) else "azure-unavailable"
        found = _SECONDS.search(answer.message) if wait is None and ours == "azure-throttled" else None
        return Transient(ours, message, retry_after=float(found[1]) if found else wait, context=context)
    if code in RACED or answer.status == 412:
        return Transient("azure-raced", message, context=context, hint="look again: somebody else was faster")
    if answer.status == 401:
        return Misconfigured("azure-unauthorized", message, context=context, hint=_SIGN_IN)
    if answer.status == 403:
        return Misconfigured("azure-forbidden", message, context=context, hint=OPERATOR["authorizationfailed"][1])
    if answer.status < 500 and _QUOTA.search(code):
        return Misconfigured("azure-quota", message, context=context, hint=_LIFT)
    if "overlapping namespaces" in answer.message:
        return Misconfigured("zone-unseen", message, context=context, hint=_UNSEEN)
    if code in MOVED or answer.status in (404, 409):
        return Stale("azure-moved", message, context=context, hint="look again: the world has moved")
    return Misconfigured("azure-refused", message, context=context, hint="the request cannot succeed as it stands")


def in_azures_words(problem: RemediatorError) -> str:
    """Azure's own code and words; ours where Azure said nothing."""
    said, code = problem.context.get("said"), problem.context.get("azure_code")
    return ": ".join(part for part in (code, said) if part) or str(problem)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a Retry-After header asks for, as a number or as a date; None where it is absent, 0 or odd."""
    text = headers.get("Retry-After") or headers.get("retry-after") or ""
    try:
        return float(text) if float(text) > 0 else None
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    sent = headers.get("Date") or headers.get("date")
    try:
        since = parsedate_to_datetime(sent) if sent else until
    except ValueError:
        return None
    seconds = (_aware(until) - _aware(since)).total_seconds()
    return seconds if seconds > 0 else None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _deciding(answer: Answer) -> str:
    """The outer code when the table knows it, else the first inner one that it knows (outer: BadRequest)."""
    known = (*OPERATOR, *BUSY, *THROTTLED, *DOWN, *RACED, *MOVED)
    codes = [_folded(code.lower()) for code in (answer.code, *answer.inner)]
    return next((code for code in codes if code in known), codes[0])


def _folded(code: str) -> str:
    """Each provider has its own name for it: ExistingManagedCertificateOperationInProgress (corpus, ARM errors)."""
    return "anotheroperationinprogress" if code.endswith("operationinprogress") else code


def _culprit(words: str) -> str:
    """The missing action, the locked scope or the policy that a refusal names, for the beginning of our message.

    Azure names it last, after ids that are long enough for a journal or a page to cut it off.
    """
    for pattern, said in _CULPRITS:
        if found := pattern.search(words):
            return f"{said.format(*found.groups())}: "
    return ""


def _lacks_provider(answer: Answer, doing: str) -> bool:
    """Whether an endpoint could not be made, in words that name everything but the reason.

    A refused question in the same words is about our own token; an operation that failed with them is not.
    """
    about_endpoint = "private endpoint" in doing or answer.status == 200
    return about_endpoint and any(words in answer.message.lower() for words in UNREGISTERED)


def _throttles(code: str, answer: Answer) -> bool:
    return code in THROTTLED or answer.status == 429


def _transient(code: str, doing: str, target: str, words: str) -> Transient:
    return Transient(code, f"{doing} {target}: {words}", context={"doing": doing, "target": target})


def _from_resource_manager(body: object) -> bool:
    """Whether Resource Manager refused our token; token endpoints put their error as a text, not as an object."""
    return isinstance(body, Mapping) and isinstance(body.get("error"), Mapping)


def _body_of(error: azure.HttpResponseError) -> object:
    try:
        text = error.response.text()  # type: ignore[union-attr]
    except (azure.AzureError, UnicodeError, ValueError):
        return error.message
    try:
        return json.loads(text) if text else error.message
    except ValueError:
        return str(text)

"""How is Azure Resource Manager asked?

One raw pipeline on azure-mgmt-core: bodies stay whole, throttling is waited out, an api-version that a cloud lacks is
replaced by the newest that it names. Called by `observer`, `applier` and `preflight`; the typed clients take their
policies from here too. Nothing here registers resource providers, which azure-mgmt-core's own policy would do on its
own (a write that nobody approved).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from azure.core.credentials import TokenCredential
from azure.core.exceptions import HttpResponseError, ServiceResponseError
from azure.core.pipeline import policies as core
from azure.core.rest import HttpRequest, HttpResponse
from azure.mgmt.core import ARMPipelineClient
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy, ARMHttpLoggingPolicy

from remediator.adapters.azure.arm_calls import ArmCalls
from remediator.adapters.azure.error_body import answer_of
from remediator.adapters.azure.errors import retry_after, translated
from remediator.core.cloud import Cloud
from remediator.core.errors import Misconfigured, Transient
from remediator.core.measures import Unmeasured
from remediator.core.resource_id import ResourceId
from remediator.ports import Telemetry

# Newest stable versions that we have seen answers of; the longest matching type counts.
VERSIONS: Mapping[str, str] = {
    "microsoft.containerregistry": "2025-11-01",
    "microsoft.network": "2024-05-01",
    "microsoft.network/privatednszones": "2024-06-01",  # the first that shows resolutionPolicy (azure-facts 3.5)
    "microsoft.network/dnsresolvers": "2022-07-01",
    "microsoft.network/dnsforwardingrulesets": "2022-07-01",
    "microsoft.app": "2025-01-01",
    "microsoft.alertsmanagement": "2019-05-05-preview",  # there is no stable one that changes states of single alerts
    "microsoft.authorization": "2022-04-01",
    "microsoft.authorization/locks": "2020-05-01",
    "microsoft.operationalinsights": "2023-09-01",
    "microsoft.resourcegraph": "2021-03-01",
    "microsoft.policyinsights": "2023-03-01",
    "microsoft.managedidentity": "2023-01-31",
    "microsoft.eventgrid": "2025-02-15",
    "microsoft.insights/actiongroups": "2023-01-01",
    "microsoft.insights/activitylogalerts": "2020-10-01",
    "microsoft.insights/scheduledqueryrules": "2023-12-01",
    "microsoft.web": "2024-11-01",
    "": "2022-12-01",  # subscriptions
}
_LACKING = frozenset(("noregisteredproviderfound", "invalidresourcetype", "invalidapiversionparameter"))
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(?:-[a-z0-9]+)?")
LONGEST_WAIT = 20.0  # seconds; a longer Retry-After is handed to the caller as Transient
WRITES = frozenset(("PUT", "PATCH", "DELETE"))


class BoundedRetries(core.RetryPolicy[HttpRequest, HttpResponse]):
    """Retries as azure-core does them, but never sleeps longer than a run may, and never makes a write again that may
    have been taken: whoever made it looks first whether it is there."""

    def is_retry(self, settings: dict[str, Any], response: Any) -> bool:
        """Whether to try again; a long Retry-After is the caller's to wait for."""
        answer = response.http_response
        if (retry_after(answer.headers) or 0.0) > LONGEST_WAIT:
            return False
        if response.http_request.method in WRITES and answer.status_code != 429:
            return False
        return bool(super().is_retry(settings, response))

    def increment(self, settings: dict[str, Any], response: Any = None, error: Exception | None = None) -> bool:
        """Count a try; whether there may be another one. A write without an answer has none."""
        if isinstance(error, ServiceResponseError) and response.http_request.method in WRITES:
            return False
        return bool(super().increment(settings, response, error))


@dataclass(frozen=True, slots=True)
class ArmAccess:
    """What every client of Resource Manager is made from.

    `base_url` replaces the cloud's own address; `verify` is True or the path of a CA file; `transport` is an
    azure-core transport that answers in process.
    """

    credential: TokenCredential
    cloud: Cloud
    base_url: str = ""
    verify: bool | str = True
    transport: Any = None
    telemetry: Telemetry = field(default_factory=Unmeasured)

    @property
    def endpoint(self) -> str:
        """Where Resource Manager is."""
        return (self.base_url or self.cloud.resource_manager).rstrip("/")

    def options(self) -> dict[str, Any]:
        """Keyword arguments for any azure-core client: policies and transport."""
        chosen: dict[str, Any] = {"policies": self._policies(), "connection_verify": self.verify}
        chosen |= {"connection_timeout": 10, "read_timeout": 60}
        if self.transport is not None:
            chosen["transport"] = self.transport
        return chosen

    def _policies(self) -> list[Any]:
        return [
            core.RequestIdPolicy(),
            core.HeadersPolicy(),
            core.UserAgentPolicy("remediator"),
            core.ProxyPolicy(),
            core.ContentDecodePolicy(),
            core.CustomHookPolicy(),  # before the retries: it sees one answer, the last
            core.RedirectPolicy(),
            BoundedRetries(retry_total=6, retry_status=5, retry_backoff_max=LONGEST_WAIT),
            ARMChallengeAuthenticationPolicy(self.credential, self.cloud.scope),
            core.SensitiveHeaderCleanupPolicy(),
            ArmCalls(self.telemetry),
            ARMHttpLoggingPolicy(),
        ]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer's headers, whose names are compared without case, and its bytes."""

    headers: Mapping[str, str]
    body: bytes


class Arm:
    """Raw reads of Resource Manager; safe to use from several threads."""

    def __init__(self, access: ArmAccess) -> None:
        self.access = access
        self._client: ARMPipelineClient[HttpRequest, HttpResponse] = ARMPipelineClient(
            access.endpoint, **access.options()
        )
        self._settled: dict[str, str] = {}

    def get(self, path: str, api_version: str = "") -> dict[str, Any]:
        """The body at a path (a resource id); raises our errors, `Stale` when it is not there."""
        with translated("reading", path):
            body = self._read(path, api_version).json()
        if not isinstance(body, dict):
            raise Transient("azure-garbled", f"reading {path}: the answer is not an object")
        return body

    def list_all(self, path: str, api_version: str = "") -> list[dict[str, Any]]:
        """All entries of a collection, over all of its pages."""
        with translated("listing", path):
            return [row for page in self._pages(path, api_version) for row in _rows(page, path)]

    def list_first(
        self, path: str, api_version: str, query: Mapping[str, str], pages: int
    ) -> tuple[list[dict[str, Any]], bool]:
        """The entries of the first pages of a collection that a query narrows down, and whether these were all."""
        entries: list[dict[str, Any]] = []
        with translated("listing", path):
            for number, page in enumerate(self._pages(path, api_version, query), start=1):
                entries += _rows(page, path)
                if number == pages:
                    return entries, not page.get("nextLink")
        return entries, True

    def question(self, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a question that is sent as POST and changes nothing."""
        with translated("asking", path):
            body = self._read(path, "", document=document).json()
        if not isinstance(body, dict):
            raise Transient("azure-garbled", f"asking {path}: the answer is not an object")
        return body

    def answer_to(self, path: str, document: Mapping[str, Any]) -> Answer:
        """The whole answer to a question that is sent as POST and changes nothing, not taken apart: it may be long."""
        with translated("asking", path):
            response = self._send(path, self.version(ResourceId(path).type), None, document, stream=True)
            body = response.read()
            response.raise_for_status()
            return Answer(response.headers, body)

    def act(
        self,
        doing: str,
        path: str,
        api_version: str,
        document: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> HttpResponse:
        """The answer to an action that is sent as POST, once: a POST that may have been taken is not sent again."""
        with translated(doing, path):
            response = self._send(path, api_version, query, document, method="POST", retry_total=0)
            response.raise_for_status()
            return response

    def ask(self, url: str, doing: str) -> HttpResponse:
        """GET an absolute address of Resource Manager, kept verbatim; the answer, whatever its status."""
        self._own(url)
        with translated(doing, urlsplit(url).path):
            return self._client.send_request(HttpRequest("GET", url))

    def version(self, resource_type: str) -> str:
        """The api-version for a type: the one that the cloud answered to, else the one in `VERSIONS`."""
        wanted = resource_type.lower()
        if wanted in self._settled:
            return self._settled[wanted]
        best = max(
            (known for known in VERSIONS if wanted == known or wanted.startswith(known + "/")), key=len, default=""
        )
        return VERSIONS[best]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _pages(self, path: str, api_version: str, query: Mapping[str, str] | None = None) -> Iterator[Any]:
        page = self._read(path, api_version, query).json()
        yield page
        while isinstance(page, dict) and page.get("nextLink"):
            self._own(str(page["nextLink"]))
            response = self._client.send_request(HttpRequest("GET", str(page["nextLink"])))
            response.raise_for_status()
            page = response.json()
            yield page

    def _read(
        self,
        path: str,
        api_version: str,
        query: Mapping[str, str] | None = None,
        document: Mapping[str, Any] | None = None,
    ) -> HttpResponse:
        resource_type = ResourceId(path).type
        response = self._send(path, api_version or self.version(resource_type), query, document)
        if response.status_code >= 400:
            other = None if api_version else supported_version(response)
            if other is None:
                raise HttpResponseError(response=response)
            self._settled[resource_type.lower()] = other
            response = self._send(path, other, query, document)
            response.raise_for_status()
        return response

    def _send(
        self,
        path: str,
        api_version: str,
        query: Mapping[str, str] | None,
        document: Mapping[str, Any] | None,
        method: str = "",
        **options: Any,
    ) -> HttpResponse:
        where = self.access.endpoint + quote("/" + path.strip("/"), safe="/@*$()!',;=+~")
        asked = {"api-version": api_version, **{name: quote(text, safe="") for name, text in (query or {}).items()}}
        verb = method or ("GET" if document is None else "POST")
        return self._client.send_request(HttpRequest(verb, where, params=asked, json=document), **options)

    def _own(self, url: str) -> None:
        """Refuse to carry our token to an address that is not Resource Manager's."""
        asked, ours = urlsplit(url), urlsplit(self.access.endpoint)
        host, home = asked.netloc.lower(), ours.netloc.lower()
        if asked.scheme != ours.scheme or not (host == home or host.endswith("." + home)):
            raise Misconfigured(
                "azure-elsewhere",
                f"asking {asked.scheme}://{host}: it is not {ours.scheme}://{home}, and our token stays at home",
            )


def _rows(page: Any, path: str) -> list[dict[str, Any]]:
    rows = page.get("value") if isinstance(page, dict) else None
    if not isinstance(rows, list):
        raise Transient("azure-garbled", f"listing {path}: the answer has no list of values")
    return [row for row in rows if isinstance(row, dict)]


def supported_version(response: HttpResponse) -> str | None:
    """The newest stable api-version that a refusal names as supported, None when it is another refusal.

    China and Government lag behind: `NoRegisteredProviderFound` and `InvalidResourceType` list what there is
    (azure-facts 7). A preview counts only where there is nothing else.
    """
    try:
        answer = answer_of(response.status_code, response.json())
    except ValueError:
        return None
    if answer.code.lower() not in _LACKING:
        return None
    text = str(response.text())
    at = text.lower().find("supported")
    named: list[str] = _VERSION.findall(text[at:]) if at >= 0 else []
    stable = [version for version in named if version.count("-") == 2]
    return max(stable or named, default=None)

"""How does a test signal get into a remediator that runs elsewhere, and how is its case file seen? Over HTTP.

`bootstrap` builds it for `remediator selftest`; it answers `core.selftest.Chain`. A caller is known by a function key
or an Entra token, a reader by a token, or on one machine by the identity provider `local`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import requests

from remediator.core.errors import Forbidden, Misconfigured, Rejected, RemediatorError, Transient
from remediator.core.incident import Status
from remediator.core.resource_id import ResourceId
from remediator.core.selftest import Seen

TIMEOUT = 30.0  # seconds
_KINDS: Mapping[int, type[RemediatorError]] = {401: Misconfigured, 403: Forbidden, 404: Rejected}


class RemoteChain:
    """`url` is the address of its pages; `headers` are made for each request and prove who asks.

    With `by_event` the signal goes to the webhook of Event Grid, else to `/api/remediations`.
    """

    def __init__(
        self, url: str, headers: Callable[[], Mapping[str, str]], *, by_event: bool, now: Callable[[], str]
    ) -> None:
        self._url, self._headers, self._by_event, self._now = url.rstrip("/"), headers, by_event, now

    def send(self, registry: ResourceId, mark: str) -> str:
        """As `Chain.send`."""
        if self._by_event:
            answer = self._call("POST", "/api/events", [self._event(registry, mark)])
            found = answer.get("incidents")
            incident = found[0] if isinstance(found, list) and found else None
        else:
            answer = self._call("POST", "/api/remediations", {"registry": registry.text}, {"Idempotency-Key": mark})
            incident = answer.get("incident")
        if not isinstance(incident, str):
            raise _not_ours(f"sending a test to {self._url}", f"it named no incident: {json.dumps(answer)[:300]}")
        return incident

    def look(self, incident: str) -> Seen:
        """As `Chain.look`."""
        found = self._call("GET", f"/api/incidents/{quote(incident, safe='')}", None)
        try:
            error = found.get("error")
            said = f"{error['code']}: {error['message']}" if isinstance(error, dict) else ""
            return Seen(Status(found["status"]), tuple(str(line["what"]) for line in found["journal"]), said)
        except (KeyError, TypeError, ValueError):
            raise _not_ours(f"looking at incident {incident}", "its document has another shape") from None

    def _event(self, registry: ResourceId, mark: str) -> dict[str, Any]:
        operation = "Microsoft.ContainerRegistry/registries/write"
        return {
            "id": f"selftest-{mark}",
            "topic": f"/subscriptions/{registry.subscription}",
            "subject": registry.text,
            "eventType": "Microsoft.Resources.ResourceWriteSuccess",
            "eventTime": self._now(),
            "dataVersion": "2",
            "metadataVersion": "1",
            "data": {"operationName": operation, "resourceUri": registry.text, "status": "Succeeded"},
        }

    def _call(self, method: str, path: str, body: object, more: Mapping[str, str] | None = None) -> dict[str, Any]:
        what = f"{'sending a test to' if body is not None else 'asking'} {self._url}{path}"
        try:
            answer = requests.request(
                method,
                self._url + path,
                json=body,
                headers={**self._headers(), **(more or {})},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.exceptions.RequestException as error:
            raise Transient("remote-unreachable", f"{what}: {type(error).__name__}") from error
        if answer.status_code in (408, 429, 502, 503, 504):
            raise Transient("remote-unreachable", f"{what}: it answered {answer.status_code}")
        found = _document(answer)
        if answer.status_code in (200, 202) and found is not None:
            return found
        raise _refusal(what, answer.status_code, found)


def _document(answer: requests.Response) -> dict[str, Any] | None:
    try:
        found = answer.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _refusal(what: str, status: int, found: Mapping[str, Any] | None) -> RemediatorError:
    """The code that was answered, or that what answers there is none of ours."""
    told = (found or {}).get("error")
    if not isinstance(told, dict) or not isinstance(told.get("code"), str):
        return _not_ours(what, f"it answered {status}")
    kind = _KINDS.get(status, Misconfigured if status >= 500 else Rejected)
    return kind(
        told["code"], f"{what}: it answered {status}: {told.get('message', told['code'])}", hint=told.get("hint")
    )


def _not_ours(what: str, why: str) -> RemediatorError:
    return Misconfigured(
        "remote-not-ours",
        f"{what}: {why}",
        hint="REMEDIATOR_PUBLIC_URL must be the address of a remediator whose sign-in lets keys and tokens through",
    )

"""How does a person at a terminal decide at a remediator that runs in Azure? Over its HTTP routes, with an Entra token.

`bootstrap` builds it for `remediator approve` and `reject` in mode azure. Who the person is, is told by the token and
checked there; nothing here is trusted. What it refuses comes back as our own error, with its code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import requests
from azure.core.credentials import TokenCredential

from remediator.adapters.remote.signing_in import token_of
from remediator.core.errors import Forbidden, Misconfigured, Rejected, RemediatorError, Transient

TIMEOUT = 30.0  # seconds
_KINDS: Mapping[int, type[RemediatorError]] = {401: Misconfigured, 403: Forbidden, 500: Misconfigured}


class RemoteDecisions:
    """`url` is the address of its pages, `scope` what a token is asked for, e.g. `api://<application id>/.default`."""

    def __init__(
        self, url: str, credential: Callable[[], TokenCredential], scope: str, *, verify: bool | str = True
    ) -> None:
        self._url, self._credential, self._scope, self._verify = url.rstrip("/"), credential, scope, verify

    def incident(self, incident: str) -> dict[str, Any]:
        """The incident as its document; raises as `decide`."""
        return self._call("GET", f"/api/incidents/{quote(incident, safe='')}", None)

    def decide(self, incident: str, decision: Mapping[str, str]) -> dict[str, Any]:
        """The incident after the decision; `Rejected` or `Forbidden` with the code that was answered, `Transient` when
        it may work later, `Misconfigured` where nobody can be signed in."""
        return self._call("POST", f"/api/incidents/{quote(incident, safe='')}/decisions", decision)

    def _call(self, method: str, path: str, body: Mapping[str, str] | None) -> dict[str, Any]:
        what = f"{'deciding' if body else 'asking'} at {self._url}"
        headers = {"Authorization": f"Bearer {token_of(self._credential(), self._scope, what)}"}
        try:
            answer = requests.request(
                method,
                self._url + path,
                json=body,
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
                verify=self._verify,
            )
        except requests.exceptions.RequestException as error:
            raise Transient("remote-unreachable", f"{what}: {type(error).__name__}") from error
        if answer.status_code == 200:
            return dict(_document(answer, what))
        raise _refusal(answer, what)


def _document(answer: requests.Response, what: str) -> Mapping[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Misconfigured(
            "remote-not-ours",
            f"{what}: it answered {answer.status_code} with something that is no document of a remediator",
            hint="REMEDIATOR_PUBLIC_URL must be the address of a remediator, and its sign-in must let tokens through",
        )
    return document


def _refusal(answer: requests.Response, what: str) -> RemediatorError:
    status = answer.status_code
    if status in (408, 429, 502, 503, 504):
        return Transient("remote-unreachable", f"{what}: it answered {status}")
    told = _document(answer, what).get("error")
    if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in ("code", "message")):
        return Misconfigured("remote-not-ours", f"{what}: it answered {status} without a reason")
    fields = {str(name): str(why) for name, why in dict(told.get("fields") or {}).items()}
    kind = _KINDS.get(status, Rejected)
    return kind(told["code"], told["message"], context=fields, hint=told.get("hint"))

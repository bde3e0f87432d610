"""As whom, and where, do we talk to Azure DevOps? A token or a managed identity, in a pipeline of azure-core.

The pipeline follows no redirect (Azure DevOps leads to its sign-in page whom it does not know), retries nothing, since
the flow does, and logs nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from azure.core import PipelineClient
from azure.core.credentials import TokenCredential
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline import policies as core
from azure.core.rest import HttpRequest, HttpResponse

from remediator.core.errors import Misconfigured

# learn.microsoft.com, "Use service principals and managed identities": the id of Azure DevOps in Entra ID.
SCOPE = "499b84ac-1321-427f-aa17-267ca6975798/.default"
TIMEOUTS: dict[str, Any] = {"connection_timeout": 10, "read_timeout": 30}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _no_credential() -> TokenCredential:
    raise Misconfigured("code-host-sign-in-refused", "signing in at Azure DevOps: there is no token and no identity")


@dataclass(frozen=True, slots=True)
class AzureDevOpsAccess:
    """A personal access token, else the identity that `credential` gives; `verify` is True or the path of a CA file."""

    token: str = field(default="", repr=False)
    credential: Callable[[], TokenCredential] = _no_credential
    verify: bool | str = True


class PersonalToken(core.SansIOHTTPPolicy[HttpRequest, HttpResponse]):
    """Basic authentication with an empty user (learn.microsoft.com, "Use personal access tokens")."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._header = "Basic " + base64.b64encode(f":{token}".encode()).decode()

    def on_request(self, request: PipelineRequest[HttpRequest]) -> None:
        """Put the header on it."""
        request.http_request.headers["Authorization"] = self._header


def checked(url: str) -> str:
    """The address of an organisation or collection; `Misconfigured` for one to which no token may go."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    safe = (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)) and port != 0
    below = parts.path.strip("/")
    named = bool(below) or host.endswith(".visualstudio.com")
    if not safe or not host or not named or parts.query or parts.fragment or parts.username is not None:
        raise Misconfigured(
            "code-host-address",
            f"connecting to a code host: {host or 'the address'} is no https address of an organisation",
            hint="the desired state names it: https://dev.azure.com/ORGANISATION, or your server's with the collection",
        )
    return url.rstrip("/")


def connect(access: AzureDevOpsAccess, url: str) -> PipelineClient[Any, Any]:
    """A client of a host; nothing is asked yet."""
    return PipelineClient(
        checked(url),
        policies=[
            core.HeadersPolicy({"Accept": "application/json"}),
            core.UserAgentPolicy("remediator"),
            core.ProxyPolicy(),
            _authentication(access),
        ],
        connection_verify=access.verify,
        **TIMEOUTS,
    )


def _authentication(access: AzureDevOpsAccess) -> Any:
    if access.token:
        return PersonalToken(access.token)
    return core.BearerTokenCredentialPolicy(access.credential(), SCOPE)

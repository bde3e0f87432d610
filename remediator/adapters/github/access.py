"""As whom, and where, do we talk to GitHub? From a token or an App's key to a connection of PyGithub.

PyGithub is imported here, at the first connection. Its retries, which may last for minutes, are switched off, and its
debug lines, one of which holds the answer in which an installation token is made.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from remediator.core.errors import Misconfigured

if TYPE_CHECKING:
    from github.Auth import Auth

TIMEOUT = 20  # seconds, for connecting and for the answer
# docs.github.com, "Best practices for using the REST API": at least a second between requests that change something.
SECONDS_BETWEEN_WRITES = 1.0
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_DATA_RESIDENCY = re.compile(r"[a-z0-9-]+\.ghe\.com")


@dataclass(frozen=True, slots=True)
class GitHubAccess:
    """A fine-grained token, or an App: its id, the installation's, and its private key (PEM).

    `verify` is True or the path of a CA file.
    """

    token: str = field(default="", repr=False)
    app_id: str = ""
    installation_id: int = 0
    private_key: str = field(default="", repr=False)
    verify: bool | str = True
    seconds_between_writes: float = SECONDS_BETWEEN_WRITES


def api_address(url: str) -> str:
    """Where the REST API of a host is (docs.github.com: api.github.com, `/api/v3` of a server, `api.` before the name
    of an enterprise with data residency); `Misconfigured` for an address to which no token may go."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not safe or not host or parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None:
        raise Misconfigured(
            "code-host-address",
            f"connecting to a code host: {host or 'the address'} is no https address of a host",
            hint="the desired state names it: https://github.com, or https:// and the name of your server",
        )
    if host in ("github.com", "www.github.com", "api.github.com"):
        return "https://api.github.com"
    if _DATA_RESIDENCY.fullmatch(host):
        return f"https://api.{host}"
    place = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{place}{f':{port}' if port else ''}/api/v3"


def connect(access: GitHubAccess, url: str) -> Any:
    """PyGithub's requester for a host; nothing is asked yet. `Misconfigured` where the key is none."""
    address = api_address(url)
    from github import Auth, Github

    for name in ("github.Requester", "github.GithubRetry"):
        logging.getLogger(name).addFilter(_no_details)
    auth: Auth.Auth = Auth.Token(access.token) if access.token else _app(access)
    waits: dict[str, Any] = {"seconds_between_requests": None, "seconds_between_writes": access.seconds_between_writes}
    client = Github(
        auth=auth,
        base_url=address,
        timeout=TIMEOUT,
        user_agent="remediator",
        verify=access.verify,
        retry=None,
        pool_size=8,
        **waits,
    )
    return client.requester


def _app(access: GitHubAccess) -> Auth:
    import jwt
    from cryptography.exceptions import UnsupportedAlgorithm
    from github import Auth

    try:
        app = Auth.AppAuth(access.app_id, access.private_key)
        app.create_jwt()
    except (ValueError, TypeError, AssertionError, jwt.PyJWTError, UnsupportedAlgorithm):
        usable = False  # what they say may show a part of the key
    else:
        usable = True
    if not usable:
        raise Misconfigured(
            "github-key-unusable",
            "signing in at GitHub: the App's private key cannot be used",
            hint="REMEDIATOR_GITHUB_PRIVATE_KEY holds the whole PEM that GitHub gave out, from BEGIN to END",
        )
    return Auth.AppInstallationAuth(app, access.installation_id)


def _no_details(record: logging.LogRecord) -> bool:
    """Whether a line of PyGithub may be logged: its debug lines hold bodies, one of them with a token."""
    return record.levelno > logging.DEBUG

"""The door of code hosts: something happened to a pull request or a branch, so its incident looks at once.

GitHub signs its webhook (docs.github.com, "Validating webhook deliveries": HMAC-SHA256 of the body as it came), Azure
DevOps sends a password (learn.microsoft.com, "Webhooks with Azure DevOps": basic authentication). What a payload says
decides nothing: the name of a branch is taken from it, and the host is asked.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from remediator.core.errors import Rejected
from remediator.signals.loose_json import items, mapping, word
from remediator.web.door import KIB, Call

# A pull request's event has 20 to 60 KiB; a push names every commit, up to 20.
LIMIT = 1024 * KIB
_MOST_BRANCHES = 10
_DELIVERY = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)
_SIGNATURE = "x-hub-signature-256"


def code_events(call: Call) -> Response:
    """`POST /api/code-events`: 202 with the ids of the incidents that look now.

    401 for whoever cannot prove to be the host, 404 where no secret is set.
    """
    headers, settings = call.request.headers, call.runtime.settings
    if not settings.github_hook_secret and not settings.azure_devops_hook_secret:
        raise HTTPException(404)
    if not call.whole:
        raise Rejected("body-too-long", f"an event of a code host has at most {LIMIT // KIB} KiB")
    by_github = _SIGNATURE in headers
    known = _signed(call, settings.github_hook_secret) if by_github else _known(call, settings.azure_devops_hook_secret)
    if not known:
        raise Rejected(
            "not-authenticated",
            "this event is neither signed by GitHub nor sent with the password of Azure DevOps",
            hint="the secret of the webhook must be the one that the settings name",
        )
    body = mapping(_json(call))
    branches = dict.fromkeys((_of_github if by_github else _of_azure_devops)(body))
    woken = [call.runtime.code_moved(branch) for branch in list(branches)[:_MOST_BRANCHES]]
    found = [one for one in woken if one]
    delivery = headers.get("x-github-delivery", "") or word(body, "id") or ""
    named = delivery if _DELIVERY.fullmatch(delivery) else ""
    host = "github" if by_github else "azure-devops"
    call.runtime.log.info("an event of a code host", host=host, delivery=named, incident=",".join(found))
    return JSONResponse({"incidents": found}, 202)


def _signed(call: Call, secret: str) -> bool:
    if not secret:
        return False
    wanted = "sha256=" + hmac.new(secret.encode(), call.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(call.request.headers.get(_SIGNATURE, "").encode(), wanted.encode())


def _known(call: Call, secret: str) -> bool:
    """Whether the password of the basic authentication is ours; its user may be any."""
    scheme, _, sent = call.request.headers.get("authorization", "").partition(" ")
    if not secret or scheme.lower() != "basic":
        return False
    try:
        _, _, password = base64.b64decode(sent.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(password, secret.encode())


def _json(call: Call) -> bytes | str:
    """The event; GitHub may send it as a field of a form."""
    kind = call.request.headers.get("content-type", "")
    if not kind.startswith("application/x-www-form-urlencoded"):
        return call.body
    try:
        return parse_qs(call.body.decode(), max_num_fields=4).get("payload", [""])[0]
    except (UnicodeDecodeError, ValueError):
        return ""


def _of_github(body: Mapping[str, object]) -> Iterator[str]:
    """The branch of a `pull_request` event, or of a `push`."""
    head = mapping(mapping(body.get("pull_request")).get("head"))
    yield from (name for name in (word(head, "ref"), word(body, "ref")) if name)


def _of_azure_devops(body: Mapping[str, object]) -> Iterator[str]:
    """The branch of a `git.pullrequest.*` event, or those of a `git.push`."""
    resource = mapping(body.get("resource"))
    updates = [mapping(one) for one in items(resource.get("refUpdates"))]
    names = (word(resource, "sourceRefName"), *(word(one, "name") for one in updates))
    yield from (name for name in names if name)

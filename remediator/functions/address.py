"""Which address of the web app does a call of a door mean? The host has routed it already, in ways that are its own.

It routes without regard to case and to a slash at the end, below a prefix that an app setting may change, and hands the
key over in the address or beside it. The web app knows one way to write each address: the door's route. Bytes that are
no text, and headers that the library's middleware stumbles over, end here.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, unquote_to_bytes, urlencode, urlsplit

import azure.functions as func

# The middleware raises for odd ports, and logs those that it does not like, whatever they say.
_LEFT_OUT = frozenset({"x-forwarded-port"})


def readable(request: func.HttpRequest, route: str) -> func.HttpRequest | None:
    """The request at the address of its route (`approvals/{token}`); None where what fills the route cannot."""
    try:
        sent = urlsplit(request.url)
        path, query = sent.path, sent.query or urlencode(dict(request.params))
        query.encode()
    except ValueError:
        path, query = "", ""
    try:
        filled = [quote(part, safe="") for part in _filled(route, path, request.route_params)]
    except ValueError:
        return None
    headers = {name: value for name, value in request.headers.items() if _is_header(name, value)}
    url = f"https://localhost/{'/'.join(filled)}" + (f"?{query}" if query else "")
    parts = {"params": request.params, "route_params": request.route_params, "body": request.get_body() or b""}
    return func.HttpRequest(request.method, url, headers=headers, **parts)


def _filled(route: str, path: str, known: Mapping[str, str]) -> list[str]:
    """The parts of the route: what the address has in its place, else what the host says.

    `ValueError` for bytes that are no text, and for a slash within a part, which would lead to another route.
    """
    wanted, sent = route.split("/"), path.strip("/").split("/")
    fits = len(sent) in (len(wanted), len(wanted) - route.endswith("?}")) and all(
        part.startswith("{") or part == there.lower() for part, there in zip(wanted, sent, strict=False)
    )
    filled = []
    for place, part in enumerate(wanted):
        if not part.startswith("{"):
            filled.append(part)
        elif fits and place < len(sent):
            filled.append(unquote_to_bytes(sent[place]).decode())
        elif text := known.get(part.strip("{?}")):
            filled.append(text)
        if "/" in filled[-1]:
            raise ValueError("a slash within a part")
    return filled


def _is_header(name: str, value: str) -> bool:
    try:
        (name + value).encode()
    except UnicodeError:
        return False
    return name.lower() not in _LEFT_OUT

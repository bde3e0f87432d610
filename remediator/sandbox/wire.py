"""Requests and answers as bytes on the wire, before any resource is known."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from remediator.sandbox.shape import too_deep

Body = dict[str, Any]


@dataclass(frozen=True)
class Response:
    """One HTTP answer; `body` is JSON text, or empty."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Request:
    """One HTTP request, its query and JSON body already parsed; header names are lower case."""

    method: str
    origin: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any

    @property
    def api_version(self) -> str:
        """The api-version asked for, or an empty string."""
        return self.query.get("api-version", "")

    def document(self) -> Body:
        """The body as an object; anything else counts as an empty one."""
        return self.body if isinstance(self.body, dict) else {}


class UnreadableBody(ValueError):
    """The request's body is not JSON."""


class UnreadableUrl(ValueError):
    """The request's address cannot be taken apart."""


def parse(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Request:
    """Take a raw request apart; query names are compared without case, as ARM does."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise UnreadableUrl(str(error)) from error
    query = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
    document: Any = None
    if body:
        try:
            document = json.loads(body, parse_constant=_no_number, parse_float=_finite)
        except (ValueError, RecursionError) as error:
            raise UnreadableBody(str(error)) from error
        if too_deep(document):
            raise UnreadableBody("it is nested too deeply")
    return Request(
        method=method.upper(),
        origin=f"{parts.scheme or 'https'}://{parts.netloc}" if parts.netloc else "",
        path="/" + unquote(parts.path).strip("/"),
        query=query,
        headers={name.lower(): value for name, value in headers.items()},
        body=document,
    )


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number in JSON")


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_number(text)


def reply(status: int, document: Any = None, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a JSON body, or without one when `document` is None."""
    sent = dict(headers or {})
    if document is None:
        return Response(status, {**sent, "Content-Length": "0"}, b"")
    payload = json.dumps(document, separators=(",", ":")).encode()
    return Response(status, {**sent, "Content-Type": "application/json; charset=utf-8"}, payload)

"""How does a request become a plain call, and an error an answer? Every route stands behind this door.

Bodies are read up to a limit, handlers are ordinary functions that run in a thread, known errors become a page or a
JSON document with their code, and every answer carries the same strict headers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from remediator.core.errors import Forbidden, Misconfigured, Rejected, RemediatorError, Stale, Transient
from remediator.views.html import STYLE_SOURCE, error_page
from remediator.views.plain import without_addresses
from remediator.web.identity import Principal, principal_of, sign_in_link
from remediator.web.runtime import WebRuntime

KIB = 1024
_STATUSES = {
    "not-authenticated": 401,
    "not-signed-in": 401,
    "incident-unknown": 404,
    "approval-link-unknown": 404,
    "body-too-long": 413,
    "too-many-requests": 429,
    "idempotency-key-reused": 422,
    "already-decided": 409,
    "approval-void": 409,
    "approval-expired": 410,
    "approver-not-allowed": 403,
    "approver-is-requester": 403,
}
HEADERS = {
    "content-security-policy": f"default-src 'none'; style-src {STYLE_SOURCE}; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "strict-transport-security": "max-age=31536000",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One request; `whole` is False when the body was longer than the route allows and only its beginning is here."""

    request: Request
    runtime: WebRuntime
    principal: Principal | None
    body: bytes
    whole: bool

    @property
    def path(self) -> str:
        """The path that was asked for."""
        return self.request.url.path

    @property
    def stopped(self) -> str:
        """Why every write is stopped, "" where it is not or nobody can say."""
        try:
            return self.runtime.stopped() or ""
        except RemediatorError:
            return ""


Handler = Callable[[Call], Response]


def door(runtime: WebRuntime, handler: Handler, *, limit: int = 16 * KIB) -> Callable[[Request], Awaitable[Response]]:
    """The route's endpoint: at most `limit` bytes of body, then the handler in a thread."""

    async def endpoint(request: Request) -> Response:
        body, whole = await _read(request, limit)
        principal = principal_of(request, runtime.settings)
        return await run_in_threadpool(_answer, handler, Call(request, runtime, principal, body, whole))

    return endpoint


async def _read(request: Request, limit: int) -> tuple[bytes, bool]:
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > limit:
            return bytes(read[:limit]), False
    return bytes(read), True


def _answer(handler: Handler, call: Call) -> Response:
    try:
        return handler(call)
    except RemediatorError as error:
        return refusal(call, error)


def refusal(call: Call, error: RemediatorError) -> Response:
    """A known error as JSON under /api, as a page elsewhere; addresses and tokens are not in it."""
    status = status_of(error)
    if status >= 500:
        call.runtime.log.error("answering a request", code=error.code, path=_route(call), status=status)
    headers = {}
    if isinstance(error, Transient):
        headers["retry-after"] = str(max(1, round(error.retry_after or 5)))
    message, hint = without_addresses(error.message, 600), without_addresses(error.hint or "", 600)
    if _speaks_json(call.path):
        context = error.context if status < 500 else {}
        fields = {without_addresses(key, 120): without_addresses(value) for key, value in context.items()}
        body = {"code": error.code, "message": message, **({"hint": hint} if hint else {}), "fields": fields}
        return JSONResponse({"error": body}, status, headers=headers)
    sign_in = sign_in_link(call.runtime.settings, call.path) if status == 401 else ""
    page = error_page(error.code, HTTPStatus(status).phrase, message, hint=hint, sign_in=sign_in, stopped=call.stopped)
    return HTMLResponse(page, status, headers=headers)


def status_of(error: RemediatorError) -> int:
    """The HTTP status of a known error."""
    if error.code in _STATUSES:
        return _STATUSES[error.code]
    match error:
        case Rejected():
            return 400
        case Forbidden():
            return 403
        case Stale():
            return 409
        case Transient():
            return 503
        case Misconfigured():
            return 500
    return 500


async def http_refusal(request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: an unknown route or a method that it has not."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return _plain_refusal(request, status, headers)


async def bug(request: Request, _: Exception) -> Response:
    """An error that nobody foresaw: no detail leaves; the host's log has the traceback."""
    return _plain_refusal(request, 500, HEADERS)


def _plain_refusal(request: Request, status: int, headers: dict[str, str]) -> Response:
    phrase = HTTPStatus(status).phrase
    code = phrase.lower().replace(" ", "-")
    message = "Something went wrong on our side." if status >= 500 else f"The server answered {status} to this address."
    if _speaks_json(request.url.path):
        return JSONResponse({"error": {"code": code, "message": message, "fields": {}}}, status, headers=headers)
    return HTMLResponse(error_page(code, phrase, message), status, headers=headers)


def _speaks_json(path: str) -> bool:
    return path.startswith("/api/") or path == "/healthz"


def _route(call: Call) -> str:
    """The route without what its parameters hold: an approval's token is in none of our logs."""
    return "/".join(call.path.split("/")[:2] if not call.path.startswith("/api/") else call.path.split("/")[:3])


class StrictHeaders:
    """Puts `HEADERS` on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the answer back with the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)

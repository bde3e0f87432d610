"""Which address leads where? One Starlette app for uvicorn and for Functions (`AsgiMiddleware`, `routePrefix` "").

`cli serve` mounts everything. Functions mounts `api` behind a route with function keys and `pages` behind an anonymous
one, so that no request can reach a keyed route through the open one.
"""

from __future__ import annotations

from collections.abc import Collection

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from remediator.web import (
    approvals,
    code_events,
    decisions,
    incidents,
    intake,
    openings,
    overview,
    remediations,
    signin,
)
from remediator.web.access import check_settings
from remediator.web.door import Call, StrictHeaders, bug, door, http_refusal
from remediator.web.runtime import IdentityKind, WebRuntime

API, PAGES = "api", "pages"


def create_app(runtime: WebRuntime, parts: Collection[str] = (API, PAGES)) -> Starlette:
    """The app with the wanted parts; `Misconfigured` when one of them could not tell who calls it."""
    settings = runtime.settings
    check_settings(settings, api=API in parts, pages=PAGES in parts)
    routes = [Route("/healthz", door(runtime, _health), methods=["GET"])]
    routes += _api(runtime) if API in parts else []
    routes += _pages(runtime) if PAGES in parts else []
    middleware = [Middleware(StrictHeaders)]
    if settings.identity is IdentityKind.LOCAL:
        # A name that resolves to loopback must not let a stranger's page talk to us (DNS rebinding).
        middleware.append(Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"]))
    app = Starlette(
        routes=routes,
        middleware=middleware,
        exception_handlers={HTTPException: http_refusal, Exception: bug},
    )
    # A redirect to an address with a slash would be built from the Host header, which the sender chooses.
    app.router.redirect_slashes = False
    return app


def _api(runtime: WebRuntime) -> list[Route]:
    routes = [
        Route("/api/alerts", door(runtime, intake.alerts, limit=intake.ALERT_LIMIT), methods=["POST"]),
        Route("/api/events", door(runtime, intake.events, limit=intake.EVENT_LIMIT), methods=["POST"]),
        Route("/api/events", door(runtime, intake.event_options), methods=["OPTIONS"]),
        Route("/api/remediations", door(runtime, remediations.remediate, limit=remediations.LIMIT), methods=["POST"]),
        Route("/api/code-events", door(runtime, code_events.code_events, limit=code_events.LIMIT), methods=["POST"]),
    ]
    if runtime.settings.identity is not IdentityKind.NONE:
        routes += [
            Route("/api/overview", door(runtime, overview.document), methods=["GET"]),
            Route("/api/incidents", door(runtime, incidents.list_document), methods=["GET"]),
            Route("/api/incidents/{incident}", door(runtime, incidents.one_document), methods=["GET"]),
            Route("/api/incidents/{incident}/decisions", door(runtime, decisions.decide), methods=["POST"]),
        ]
    return routes


def _pages(runtime: WebRuntime) -> list[Route]:
    routes = [
        Route("/overview", door(runtime, overview.page), methods=["GET"]),
        Route("/overview/{table}", door(runtime, overview.sheet), methods=["GET"]),
        Route("/incidents", door(runtime, incidents.list_page), methods=["GET"]),
        Route("/incidents/{incident}", door(runtime, incidents.one_page), methods=["GET"]),
        Route("/incidents/{incident}/openings", door(runtime, openings.ask), methods=["POST"]),
        Route("/approvals/{token}", door(runtime, approvals.show), methods=["GET"]),
        Route("/approvals/{token}", door(runtime, approvals.decide), methods=["POST"]),
    ]
    if runtime.settings.identity is IdentityKind.LOCAL:
        routes += [
            Route("/signin", door(runtime, signin.show), methods=["GET"]),
            Route("/signin", door(runtime, signin.sign_in), methods=["POST"]),
        ]
    return routes


def _health(_: Call) -> Response:
    return JSONResponse({"status": "ok"})

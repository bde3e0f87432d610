"""Doors for people: incidents and approvals as the web app shows them, and the host's probe.

Open at the host, since a browser has no function key: who may read and who may decide is checked by the web app.
"""

from __future__ import annotations

import azure.functions as func

from remediator.functions.web_app import Part, answer

doors = func.Blueprint()  # type: ignore[no-untyped-call]


@doors.function_name("approvals")
@doors.route("approvals/{token}", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def approvals(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """The page behind an approval link, and the answer that a person gives there."""
    return await answer(Part.PAGES, "approvals/{token}", req, context)


@doors.function_name("incidents")
@doors.route("incidents/{incident?}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def incidents(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """The incidents and one incident, as pages."""
    return await answer(Part.PAGES, "incidents/{incident?}", req, context)


@doors.function_name("incidents_api")
@doors.route("api/incidents/{incident?}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def incidents_api(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """The same, as JSON."""
    return await answer(Part.API, "api/incidents/{incident?}", req, context)


@doors.function_name("healthz")
@doors.route("healthz", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def healthz(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Whether the app can work: 200, or 5xx."""
    return await answer(Part.HEALTH, "healthz", req, context)

"""Doors for those who want to know how everything stands: the overview as a page, as tables and as JSON.

Open at the host, since a browser has no function key: who may read is checked by the web app.
"""

from __future__ import annotations

import azure.functions as func

from remediator.functions.web_app import Part, answer

doors = func.Blueprint()  # type: ignore[no-untyped-call]


@doors.function_name("overview")
@doors.route("overview/{table?}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def overview(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """The page, and its tables as CSV."""
    return await answer(Part.PAGES, "overview/{table?}", req, context)


@doors.function_name("overview_api")
@doors.route("api/overview", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def overview_api(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """The same, as JSON."""
    return await answer(Part.API, "api/overview", req, context)

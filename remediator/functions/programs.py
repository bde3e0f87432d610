"""Doors for programs over HTTP: alerts, Event Grid's webhook, requests for a remediation.

The host asks for a function key; who may call is checked again by the web app, which answers all of them.
"""

from __future__ import annotations

import azure.functions as func

from remediator.functions.web_app import Part, answer

doors = func.Blueprint()  # type: ignore[no-untyped-call]


@doors.function_name("alerts")
@doors.route("api/alerts", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
async def alerts(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """An alert of Azure Monitor, in any of its schemas: 202, or 5xx when it could not be kept."""
    return await answer(Part.API, "api/alerts", req, context)


@doors.function_name("events_webhook")
@doors.route("api/events", methods=["POST", "OPTIONS"], auth_level=func.AuthLevel.FUNCTION)
async def events_webhook(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Event Grid where its trigger is not used: both handshakes, and batches of both schemas."""
    return await answer(Part.API, "api/events", req, context)


@doors.function_name("remediations")
@doors.route("api/remediations", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
async def remediations(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """A person or a pipeline asks: 202 with the incident's id, or 4xx with an error for each field."""
    return await answer(Part.API, "api/remediations", req, context)

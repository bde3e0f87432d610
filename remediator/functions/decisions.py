"""The doors of approvers: yes and no without a page (the terminal's, a change-management system's), and a person's own
address that is to be let in.

Open at the host, since a function key says nothing of who decides: the web app asks for an identity.
"""

from __future__ import annotations

import azure.functions as func

from remediator.functions.web_app import Part, answer

doors = func.Blueprint()  # type: ignore[no-untyped-call]


@doors.function_name("decisions")
@doors.route("api/incidents/{incident}/decisions", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def decisions(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """An approver's decision about the plan of one incident."""
    return await answer(Part.API, "api/incidents/{incident}/decisions", req, context)


@doors.function_name("openings")
@doors.route("incidents/{incident}/openings", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def openings(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """An approver asks that their own address be let in for a while."""
    return await answer(Part.PAGES, "incidents/{incident}/openings", req, context)

"""The door of code hosts' webhooks.

Open at the host, since GitHub and Azure DevOps bring no function key: the web app asks for the webhook's own secret.
"""

from __future__ import annotations

import azure.functions as func

from remediator.functions.web_app import Part, answer

doors = func.Blueprint()  # type: ignore[no-untyped-call]


@doors.function_name("code_events")
@doors.route("api/code-events", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def code_events(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Something happened to a pull request or its branch: 202, and its incident looks at once."""
    return await answer(Part.API, "api/code-events", req, context)

"""The web app behind the host's HTTP doors: mounted in parts, each built at its first call.

The doors call `answer`; what the app answers, and to whom, is decided in `remediator.web`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from enum import Enum
from functools import cache

import azure.functions as func

from remediator.core.errors import RemediatorError
from remediator.functions.address import readable
from remediator.functions.runtime import current

_building = threading.Lock()


class Part(Enum):
    """The parts of the web app, each behind its own doors: none can be reached through the door of another."""

    API = ("api",)
    PAGES = ("pages",)
    HEALTH = ()


async def answer(part: Part, route: str, request: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """What the web app answers at the route of a door; 503 while the settings do not let it start, so that senders keep
    their payload."""
    meant = readable(request, route)
    if meant is None:
        return _refused(404, "not-found")
    try:
        # in a thread: other calls of this worker go on while the app is built
        app = await asyncio.to_thread(_app, part)
    except RemediatorError as error:
        logging.getLogger(__name__).error("starting the web app part=%s error=%s", part.name, error)
        return _refused(503, error.code)
    response: func.HttpResponse = await app.handle_async(meant, context)
    return response


def _refused(status: int, code: str) -> func.HttpResponse:
    body = json.dumps({"error": {"code": code}})
    return func.HttpResponse(body, status_code=status, mimetype="application/json")


def _app(part: Part) -> func.AsgiMiddleware:
    with _building:
        return _middleware(part)


@cache
def _middleware(part: Part) -> func.AsgiMiddleware:
    from remediator.web.app import create_app
    from remediator.web.wiring import web_runtime

    runtime = current()
    # the host has compared the key of every door that asks for one; a key that the settings name is compared again
    web = web_runtime(runtime, function_key=runtime.settings.function_key, platform_checks_keys=True)
    return func.AsgiMiddleware(create_app(web, part.value))  # type: ignore[no-untyped-call]

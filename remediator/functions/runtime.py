"""What the doors share within one worker process: the runtime, built at the first call that needs it.

Indexing must stay cheap (cold start), so bootstrap and the web app are imported here, inside the functions. Nothing
else is kept in memory: other instances answer other calls.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from dataclasses import replace
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

import azure.functions as func

from remediator.core.errors import RemediatorError

if TYPE_CHECKING:
    from remediator.bootstrap import Runtime

_building = threading.RLock()


class Part(Enum):
    """The parts of the web app, each behind its own doors: none can be reached through the door of another."""

    API = ("api",)
    PAGES = ("pages",)
    HEALTH = ()


def current() -> Runtime:
    """The runtime of this process; raises `Misconfigured` at each call until the settings are right."""
    with _building:
        return _runtime()


async def answer(part: Part, request: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """What the web app answers; 503 while the settings do not let it start, so that senders keep their payload."""
    try:
        # in a thread: other calls of this worker go on while the app is built
        app = await asyncio.to_thread(_app, part)
    except RemediatorError as error:
        logging.getLogger(__name__).error("starting the %s: %s", part.name.lower(), error)
        return func.HttpResponse(
            json.dumps({"error": {"code": error.code}}), status_code=503, mimetype="application/json"
        )
    response: func.HttpResponse = await app.handle_async(request, context)
    return response


def _app(part: Part) -> func.AsgiMiddleware:
    with _building:
        return _middleware(part)


@cache
def _runtime() -> Runtime:
    from remediator import bootstrap, settings

    return bootstrap.build(settings.from_environment())


@cache
def _middleware(part: Part) -> func.AsgiMiddleware:
    from remediator.web.app import create_app

    web = _runtime().web
    # The host has compared the key of every function that asks for one.
    checked = replace(web, settings=replace(web.settings, platform_checks_keys=True))
    return func.AsgiMiddleware(create_app(checked, part.value))

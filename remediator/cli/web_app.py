"""The web app of the terminal's doors: every route in one app."""

from __future__ import annotations

from starlette.applications import Starlette

from remediator.bootstrap import Runtime
from remediator.web.app import create_app
from remediator.web.wiring import web_runtime


def app_of(runtime: Runtime) -> Starlette:
    """The web app, with every route; `Misconfigured` where the settings do not say who may call or decide."""
    checked = runtime.settings.platform_checks_keys
    return create_app(web_runtime(runtime, function_key=runtime.function_key, platform_checks_keys=checked))

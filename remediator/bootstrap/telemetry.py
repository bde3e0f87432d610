"""Does anybody keep spans and measures? From the settings and the process's own variables to `ports.Telemetry`."""

from __future__ import annotations

from contextlib import ExitStack

from remediator.core.errors import Misconfigured
from remediator.ports import Log, Telemetry
from remediator.settings import Settings

OFF = "off"


def telemetry(settings: Settings, log: Log, ends: ExitStack) -> Telemetry:
    """What the variables ask for; `ends` sends what is left. Without its libraries the program works unmeasured, and
    the log says so."""
    from remediator.adapters.system import exporters
    from remediator.adapters.system.telemetry import LogTelemetry, OpenTelemetry

    if settings.telemetry == OFF:
        return LogTelemetry()
    providers = exporters.of_the_host()
    names = exporters.wanted()
    if providers is None and names:
        try:
            providers = exporters.set_up(names)
        except Misconfigured as error:
            log.error(error.message, code=error.code)
    if providers is None:
        return LogTelemetry()
    ends.callback(providers.close)
    return OpenTelemetry(providers.tracers, providers.meters)

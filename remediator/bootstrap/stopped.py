"""Is every write stopped, as far as this machine's settings can tell? For commands that only look at Azure."""

from __future__ import annotations

from contextlib import ExitStack

from remediator.bootstrap.storage import STORE_FILE, is_elsewhere, kept
from remediator.core.errors import RemediatorError
from remediator.settings import Settings


def stopped(settings: Settings) -> str:
    """Why every write is stopped; "" where it is not, where there is no store yet, and where it cannot be read."""
    from remediator.adapters.records.switch import RowSwitch
    from remediator.adapters.system.clock import SystemClock
    from remediator.adapters.system.log import SystemLog

    clock = SystemClock()
    with ExitStack() as ends:
        try:
            if not (settings.stopped or is_elsewhere(settings) or (settings.data_dir / STORE_FILE).exists()):
                return ""
            rows, _ = kept(settings, clock, SystemLog(), lambda _: None, ends)
            return RowSwitch(rows, clock, settings.stopped).stopped() or ""
        except RemediatorError:
            return ""

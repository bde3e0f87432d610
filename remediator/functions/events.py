"""The door of the Event Grid trigger: the host has checked the sender and split the batch."""

from __future__ import annotations

import azure.functions as func

from remediator.core.errors import RemediatorError, Transient
from remediator.core.signal import Quarantined, Signal
from remediator.functions.runtime import current
from remediator.signals.event_grid import parse_events

doors = func.Blueprint()  # type: ignore[no-untyped-call]


@doors.function_name("events")
@doors.event_grid_trigger("event")
def events(event: str) -> None:
    """One event of either schema, as the text that came. An error gives it back to Event Grid, which delivers again;
    what no second delivery would mend is kept in quarantine."""
    runtime = current()
    for parsed in parse_events(event):
        wrong = parsed.reason if isinstance(parsed, Quarantined) else None
        if isinstance(parsed, Signal):
            try:
                runtime.take_in(parsed)
            except Transient:
                raise
            except RemediatorError as error:
                wrong = str(error)
        if wrong:
            name = runtime.quarantine.keep("events", event.encode(), wrong)
            runtime.log.error("keeping a payload that was not understood", door="events", name=name)

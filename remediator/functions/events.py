"""The door of the Event Grid trigger: the host has checked the sender and split the batch."""

from __future__ import annotations

import azure.functions as func

from remediator.functions.runtime import current
from remediator.signals.event_grid import parse_events

LONGEST = 1024 * 1024  # of an event (azure-facts 5.3)

doors = func.Blueprint()  # type: ignore[no-untyped-call]


@doors.function_name("events")
@doors.event_grid_trigger("event")
def events(event: str) -> None:
    """One event of either schema, as the text that came. An error gives it back to Event Grid, which delivers again;
    what no second delivery would mend is kept in quarantine."""
    from remediator.flow.accept import accept
    from remediator.views.plain import without_addresses

    runtime = current()
    if wrong := accept(parse_events(event), runtime.take_in).wrong:
        kept = event.encode("utf-8", "surrogatepass")[:LONGEST]
        name = runtime.quarantine.keep("events", kept, without_addresses("; ".join(wrong), 1000))
        runtime.log.error("keeping a payload that was not understood", door="events", name=name, reasons=len(wrong))

"""The door of the Event Grid trigger: the host has checked the sender and split the batch."""

from __future__ import annotations

import azure.functions as func

from remediator.functions.runtime import current

doors = func.Blueprint()


@doors.function_name("events")
@doors.event_grid_trigger("event")
def events(event: str) -> None:
    """One event of either schema, as the text that came; an error gives it back to Event Grid, which delivers again."""
    current().take_in_events(event)

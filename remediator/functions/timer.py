"""The door of the clock: once a minute, whatever is due is sent on its way again.

The store is the truth and the queue a hint: a message that was lost is made up for here.
"""

from __future__ import annotations

import azure.functions as func

from remediator.functions.runtime import current

doors = func.Blueprint()  # type: ignore[no-untyped-call]


@doors.function_name("wake")
@doors.timer_trigger("timer", schedule="0 * * * * *")
def wake(timer: func.TimerRequest) -> None:
    """Send the id of each incident that is due; to advance it is the work queue's part."""
    current().wake_due()

"""The doors of the sweep: the clock that begins a pass, and the queue that has its parts judged by many workers.

A message is a pass's id, or that and a part's number. What failed at every delivery is sent again by the clock.
"""

from __future__ import annotations

import azure.functions as func

from remediator.core.queue_names import SWEEP
from remediator.functions.runtime import sweeper
from remediator.functions.work import CONNECTION

doors = func.Blueprint()  # type: ignore[no-untyped-call]


@doors.function_name("sweep")
@doors.timer_trigger("timer", schedule="30 */5 * * * *")
def sweep(timer: func.TimerRequest) -> None:
    """Begin a pass over everything where one is due, or take up what a worker left behind."""
    sweeper().begin()


@doors.function_name("sweep_part")
@doors.queue_trigger("message", queue_name=SWEEP, connection=CONNECTION)
def sweep_part(message: str) -> None:
    """Read a pass, or judge one part of it."""
    sweeper().carry_on(message)

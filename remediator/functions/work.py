"""Doors of the two queues: work, and what failed at every delivery. A message is an incident's id and nothing else."""

from __future__ import annotations

import azure.functions as func

from remediator.core.errors import Rejected
from remediator.core.queue_names import POISON, WORK
from remediator.functions.runtime import current

CONNECTION = "AzureWebJobsStorage"

doors = func.Blueprint()  # type: ignore[no-untyped-call]


@doors.function_name("work")
@doors.queue_trigger("message", queue_name=WORK, connection=CONNECTION)
def work(message: str) -> None:
    """Take the incident as far as it goes; a bug is raised, and the host delivers the message again."""
    current().advance(message)


@doors.function_name("work_poison")
@doors.queue_trigger("message", queue_name=POISON, connection=CONNECTION)
def work_poison(message: str) -> None:
    """Have a person called for the incident whose message failed every time."""
    try:
        current().flow.poisoned(message)
    except Rejected as error:
        if error.code != "incident-unknown":
            raise

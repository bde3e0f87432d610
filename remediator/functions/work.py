"""Doors of the two queues: work, and what five deliveries could not get done.

A message is an incident's id and nothing else.
"""

from __future__ import annotations

import azure.functions as func

from remediator.functions.runtime import current

QUEUE = "remediator-work"
CONNECTION = "AzureWebJobsStorage"

doors = func.Blueprint()


@doors.function_name("work")
@doors.queue_trigger("message", queue_name=QUEUE, connection=CONNECTION)
def work(message: str) -> None:
    """Takes the incident as far as it goes."""
    current().advance(message)


@doors.function_name("work_poison")
@doors.queue_trigger("message", queue_name=f"{QUEUE}-poison", connection=CONNECTION)
def work_poison(message: str) -> None:
    """Has a person called for the incident whose message failed every time."""
    current().poisoned(message)

"""What a killed process leaves: which cases the next one takes up, and which go on waiting."""

from __future__ import annotations

from datetime import timedelta

import pytest

from remediator.core.errors import Misconfigured, Transient
from remediator.core.incident import NEXT, Status

from .ports import in_status
from .world import World


def left_in(status: Status, minutes: float = 4, **fields: object) -> World:
    """A world with one case in a status, which is looked at again in some minutes."""
    world = World()
    world.flow.take_in(world.signal())
    world.queue.messages.clear()
    (case,) = world.store.cases.values()
    case.incident = in_status(case.incident, status, wake_at=world.clock.now() + timedelta(minutes=minutes), **fields)
    return world


@pytest.mark.parametrize("status", list(NEXT))
def test_every_open_case_is_taken_up(status: Status) -> None:
    """A case in any open status is found although its time has not come."""
    world = left_in(status)
    assert world.flow.wake_due() == ()
    assert world.flow.left_behind() == (world.incident.id,)


@pytest.mark.parametrize(("minutes", "found"), [(14, 0), (1, 0), (-1, 1)])
def test_a_case_that_waits_for_azures_time_goes_on_waiting(minutes: float, found: int) -> None:
    """A case that is to be tried again at a later time is left alone until then, so that restarts use up no tries."""
    assert len(left_in(Status.APPLYING, minutes, attempts=3).flow.left_behind()) == found


def test_an_ended_case_with_a_notice_is_taken_up() -> None:
    """A case that has ended and is to be woken within minutes, since a notice waits, is found."""
    world = left_in(Status.RESOLVED)
    assert world.flow.left_behind() == (world.incident.id,)


def test_what_cannot_be_read_stops_nobody() -> None:
    """Where a status cannot be read, the cases of the others are found and the log says which one it was."""
    world = left_in(Status.APPLYING, minutes=60)
    find = world.store.find

    def finding(*, status: Status, limit: int) -> object:
        if status is Status.OPEN:
            raise Misconfigured("document-damaged", "reading an incident")
        return find(status=status, limit=limit)

    world.store.find = finding
    assert world.flow.left_behind() == (world.incident.id,)
    assert ("finding what was left behind", {"status": "OPEN", "code": "document-damaged"}) in world.log.lines


def test_a_store_that_does_not_answer_stops_nobody() -> None:
    """A store that is busy at the start leaves the cases to the timer."""
    world = left_in(Status.APPLYING)

    def busy(*_: object, **__: object) -> object:
        raise Transient("store-busy", "reading")

    world.store.find, world.store.due = busy, busy
    assert world.flow.left_behind() == ()

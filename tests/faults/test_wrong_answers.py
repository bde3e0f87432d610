"""Azure, the store, the queue and the mail fail at any call, in every way: the story ends all the same."""

from __future__ import annotations

import pytest

from remediator.core.incident import Incident, Status
from tests.faults.checks import check_the_end
from tests.faults.machine import Machine
from tests.faults.stories import ENDS, calls_of, in_memory, machine, some
from tests.faults.wrongs import WRITES, WRONGS, StoreOut, WrongAt


def the_end(place: Machine, what: str, **known: int) -> Incident:
    """The incident, after everything that must hold; `what` went wrong."""
    try:
        return check_the_end(place, **known)
    except AssertionError as problem:
        told = [(one.status.value, [line.what for line in one.journal[-4:]]) for one in place.incidents()]
        raise AssertionError(f"{what}: {problem}: {told}") from problem


@pytest.mark.parametrize("kind", list(WRONGS))
def test_azure_fails_at_any_request(kind: str) -> None:
    """Whatever Azure answers to whichever request: one question, each change once, and the pull is mended."""
    wrong = WRONGS[kind]
    asked = [call.split()[1] for call in calls_of("resolved", in_memory()) if call.startswith("arm ")]
    number = len([verb for verb in asked if verb in WRITES]) if wrong.writes_only else len(asked)
    assert number >= 4
    for at in some(number, 4 if wrong.writes_only else 48, first=list(WRONGS).index(kind) * 7):
        place, seam = machine(in_memory()), WrongAt(at, wrong)
        place.live(seam)
        incident = the_end(place, f"{kind} at {at}, {seam.hit}")
        assert incident.status is Status.RESOLVED, f"{kind} at {at}, {seam.hit}: {incident.journal[-1].what}"
        assert incident.conflicts == 0, f"{kind} at {at}, {seam.hit}: {[line.what for line in incident.journal]}"


@pytest.mark.parametrize("story", list(ENDS))
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_store_queue_or_mail_fail_at_any_call(story: str, done: bool) -> None:
    """An outage of one call, be it before the call had its effect or after it, delays the story and changes no end."""
    calls = calls_of(story, in_memory())
    ours = [number for number, call in enumerate(calls) if not call.startswith("arm ")]
    assert len(ours) > 150
    for at in some(len(ours), 40, first=3):
        place, seam = machine(in_memory(), story), StoreOut(ours[at], done=done)
        place.live(seam)
        incident = the_end(place, f"out at {ours[at]}, {seam.hit}")
        assert incident.status is ENDS[story], f"out at {ours[at]}, {seam.hit}: {incident.journal[-1].what}"


@pytest.mark.parametrize("story", list(ENDS))
@pytest.mark.parametrize("times", [1, 2])
def test_operations_that_fail(story: str, times: int) -> None:
    """An operation that Azure accepts and lets fail is made again; whichever it is, the story ends the same."""
    whole = machine(in_memory(), story)
    whole.live()
    for at in some(len(whole.azure.writes), 3, first=times):
        place = machine(in_memory(), story)
        told, writes = place.azure.faults.on_write, [0]
        if at == 0:
            place.azure.faults.fail_operation(times)

        def on_write(method: str, path: str) -> None:
            writes[0] += 1  # noqa: B023
            if writes[0] == at:  # noqa: B023
                place.azure.faults.fail_operation(times)  # noqa: B023
            if told is not None:  # noqa: B023
                told(method, path)  # noqa: B023

        place.azure.faults.on_write = on_write
        place.live()
        incident = the_end(place, f"operation {at} fails", failed_operations=times)
        assert incident.status is ENDS[story], f"operation {at} fails: {incident.journal[-1].what}"

"""What fails at every delivery ends with a person who is told, and a door that could not wake anybody says so."""

from __future__ import annotations

import pytest

from remediator.core.errors import Transient
from remediator.core.incident import Status
from tests.faults.checks import check_the_end
from tests.faults.machine import Machine
from tests.faults.seams import Seam
from tests.faults.stories import in_memory, machine, some
from tests.faults.wrongs import StoreOut


class Bug(Exception):
    """Something that nobody has foreseen."""


class Buggy(StoreOut):
    """Every list of registries ends with a bug; and a store that is out at one call besides."""

    def __call__(self, name: str, call: object) -> object:  # type: ignore[override]
        """Make the call, unless it is the one with the bug."""
        if name.endswith("/registries"):
            raise Bug
        return super().__call__(name, call)  # type: ignore[arg-type]


def poisoned(at: int, *, done: bool) -> tuple[Machine, Seam]:
    """A world in which nothing can be looked at, with an outage at a call of the store."""
    place, seam = machine(in_memory()), Buggy(at, done=done)
    place.bugs = (Bug,)
    place.live(seam)
    return place, seam


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_a_bug_ends_with_a_person_whatever_else_fails(done: bool) -> None:
    """Five failures poison a message: the incident needs a person, who is told, though the store fails meanwhile."""
    _, seam = poisoned(10_000, done=done)
    assert len(seam.calls) > 50
    for at in some(len(seam.calls), 24, first=5):
        place, _ = poisoned(at, done=done)
        incident = check_the_end(place)
        assert (incident.status, incident.error and incident.error[0]) == (Status.NEEDS_HUMAN, "bug")
        assert "needs-human" in {template for template, _ in place.letters}
        assert place.azure.writes == []


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_a_door_that_could_not_wake_anybody_says_so(done: bool) -> None:
    """The claim is stored and the wake-up fails: the sender gets an error, and its repeat makes no second incident."""
    place, twin, plain = machine(in_memory()), machine(in_memory()), Seam()
    signal = place.signals[0][1]
    twin.process(plain).take_in(signal)
    with pytest.raises(Transient):
        place.process(StoreOut(plain.calls.index("queue send"), done=done)).take_in(signal)
    flow = place.process(Seam())
    again = flow.take_in(signal)
    assert again.joined
    (incident,) = place.incidents()
    held = flow.incidents.load(again.incident)
    known = held.incident.receive(held.letters)
    assert (incident.id, known.signal_count, len(known.signals)) == (again.incident, 1, 1)
    assert place.messages

"""Messages come twice, late, in any order or not at all, and two workers take them: nothing is done twice."""

from __future__ import annotations

from random import Random
from typing import TypeVar

import pytest

from remediator.core.incident import Status
from tests.faults.checks import check_the_end
from tests.faults.seams import Fuse, Seam
from tests.faults.stories import ENDS, in_memory, machine
from tests.flow.test_flow_killed import Turns
from tests.search.effort import EFFORT

T = TypeVar("T")


@pytest.mark.parametrize("story", list(ENDS))
def test_messages_in_any_order_twice_late_or_lost(story: str) -> None:
    """Wake-ups that come twice, minutes late, in another order or never, and a process that is killed besides."""
    for seed in range(5 * EFFORT):
        chance = Random(seed)
        place = machine(in_memory(), story)
        place.lasting = chance.random() < 0.5
        place.choose = chance.randrange

        def delays(delay: float, chance: Random = chance) -> list[float]:
            return [delay + chance.choice((0, 0, 1, 45, 200)) for _ in range(chance.choice((0, 1, 1, 2, 3)))]

        place.delays = delays
        place.live(*[Fuse(chance.randrange(40, 400)) for _ in range(chance.choice((0, 1, 3)))])
        incident = check_the_end(place)
        assert incident.status is ENDS[story], f"seed {seed}: {incident.journal[-1].what}"


class TurnSeam(Seam):
    """At each call somebody else may go on first."""

    def __init__(self, turns: Turns) -> None:
        super().__init__()
        self.turns = turns

    def __call__(self, name: str, call: object) -> object:  # type: ignore[override]
        """Make the call when it is our turn."""
        self.turns()
        return super().__call__(name, call)  # type: ignore[arg-type]


@pytest.mark.parametrize("story", list(ENDS))
@pytest.mark.parametrize("forced", [False, True], ids=["due", "forced"])
def test_two_workers_at_once(story: str, forced: bool) -> None:
    """However two workers take turns between any two calls, on one store and one Azure, it ends as with one."""
    for seed in range(3 * EFFORT):
        chance = Random(seed)
        place = machine(in_memory(), story)
        turns = Turns(iter(chance.choices((0, 1), k=20_000)))
        plain, workers = place.process(Seam()), [place.process(TurnSeam(turns)) for _ in range(2)]
        for number in range(60):
            place.deliver(plain, number)
            busy = [one.id for one in place.incidents() if one.busy]
            turns.run(*[lambda w=w: [w.advance(one, force=forced) for one in busy] for w in workers])  # noqa: B023
            place.answer(plain)
            place.clock.sleep(chance.choice((1, 20, 100)))
            if not place.signals and place.over():
                break
        incident = check_the_end(place)
        assert incident.status is ENDS[story], f"seed {seed}: {incident.journal[-1].what}"
        if story == "resolved":
            assert sum(one.status is Status.RESOLVED for one in place.incidents()) == 1

"""Each signal counts once, however often and late it is delivered again, and whoever takes it in."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from remediator.adapters.records.incidents import RowIncidents
from remediator.core.incident import Incident
from remediator.core.signal import Signal, SignalSource

from .cases import SHOP, ended, fresh, opened_case, signal
from .stores import Opener

SEVERAL = 120


def count_of(incidents: RowIncidents) -> int:
    """The count of the only incident."""
    (incident,) = incidents.find()
    held = incidents.load(incident.id)
    return held.incident.receive(held.letters).signal_count


def storm(seed: int) -> list[Signal]:
    """So many signals, half of them delivered twice and some of those again, in any order."""
    chance = random.Random(seed)
    several = [signal(number) for number in range(SEVERAL)]
    again = chance.choices(several, k=SEVERAL // 2)
    return chance.sample([*several, *again], k=SEVERAL + len(again))


def test_duplicates_far_apart_count_once(opened: Opener) -> None:
    """Duplicates that come through another process, hundreds of signals later, are known."""
    doors = [RowIncidents(opened()) for _ in range(2)]
    for number, one in enumerate(storm(1)):
        doors[number % 2].take_in(SHOP, one, fresh(f"new{number}"))
    assert count_of(doors[0]) == SEVERAL


def test_at_once_and_by_many(opened: Opener) -> None:
    """The same with sixteen callers at once on two processes."""
    doors = [RowIncidents(opened()) for _ in range(2)]

    def take(pair: tuple[int, Signal]) -> str:
        number, one = pair
        return doors[number % 2].take_in(SHOP, one, fresh(f"new{number}")).incident

    with ThreadPoolExecutor(16) as callers:
        assert len(set(callers.map(take, enumerate(storm(2))))) == 1
    assert count_of(doors[1]) == SEVERAL


def test_a_delivery_larger_than_a_batch(incidents: RowIncidents) -> None:
    """A delivery of many signals about one subject, some twice in it, is one incident that counts each once."""
    first, *others = [signal(number % 200) for number in range(300)]
    taken = incidents.take_in(SHOP, first, fresh(), others)
    assert (taken.joined, count_of(incidents)) == (False, 200)
    assert incidents.take_in(SHOP, first, fresh("two"), others).joined
    assert count_of(incidents) == 200


def test_the_same_id_of_another_sender_is_another_signal(incidents: RowIncidents) -> None:
    """Senders do not know each other's ids."""
    for source in (SignalSource.ALERT, SignalSource.EVENT_GRID):
        incidents.take_in(SHOP, replace(signal(), source=source), fresh())
    assert count_of(incidents) == 2


def test_a_duplicate_holds_nothing_up(incidents: RowIncidents) -> None:
    """An incident can be closed although a signal that it has counted was delivered again meanwhile."""
    held = opened_case(incidents)
    incidents.take_in(SHOP, signal(), fresh("two"))
    closed: Incident = incidents.save(held, ended(held.incident.receive(held.letters))).incident
    assert closed.status.ended


def test_a_duplicate_after_the_end_is_looked_at(incidents: RowIncidents) -> None:
    """What is delivered again once its incident has ended opens another one: somebody still says, look there."""
    held = opened_case(incidents)
    incidents.save(held, ended(held.incident.receive(held.letters)))
    again = incidents.take_in(SHOP, signal(), fresh("two"))
    assert (again.joined, again.incident != held.incident.id) == (False, True)

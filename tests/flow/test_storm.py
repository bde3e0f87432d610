"""A storm of signals for one incident: it is diagnosed and asked about like one signal, and counts them all."""

from __future__ import annotations

from dataclasses import replace

from remediator.core.incident import Status
from remediator.core.signal import SignalSource

from .ports import START
from .world import LINK, REGISTRY, WANTED, World


class Looks:
    """Counts the looks at the estate; each of them brings so many signals more."""

    def __init__(self, world: World, signals: int) -> None:
        self.world, self.signals, self.count = world, signals, 0
        self.observe = world.azure.observe
        world.azure.observe = self

    def __call__(self):
        self.count += 1
        for _ in range(self.signals):
            number = sum(case.mail_version for case in self.world.store.cases.values())
            self.world.flow.take_in(self.world.signal(1000 + number))
        return self.observe()


def test_people_are_asked_although_signals_go_on() -> None:
    """Where each look finds that another signal has come, people are asked after a few looks, once."""
    world = World()
    looks = Looks(world, 3)
    world.start()
    assert world.incident.status is Status.AWAITING_APPROVAL
    assert looks.count <= 6
    assert [line.status for line in world.incident.journal].count(Status.AWAITING_APPROVAL) == 1


def test_a_storm_is_a_look_a_minute() -> None:
    """While a question is open, three hundred signals within five minutes are no more than some twenty looks, and all
    of them are counted."""
    world = World()
    looks = Looks(world, 0)
    world.start()
    for number in range(300):
        world.flow.take_in(world.signal(number + 2))
        world.later(1)
    assert looks.count <= 30
    assert (world.incident.status, world.incident.signal_count) == (Status.AWAITING_APPROVAL, 301)


def test_what_a_storm_tells_is_looked_at() -> None:
    """When the world moves in a storm the plan is void a minute later at the latest, without another signal."""
    world = World(live={rid: after for rid, (_, after) in WANTED.items() if rid != LINK})
    world.start()
    for number in range(60):
        world.flow.take_in(world.signal(number + 2))
        world.run()
    asked = world.incident.request
    world.azure.live.clear()
    world.flow.take_in(world.signal(99))
    world.run()
    assert world.incident.request == asked
    world.later(61)
    assert asked is not None
    assert world.incident.request is not None
    assert world.incident.request.digest != asked.digest


def test_a_person_is_not_part_of_the_storm() -> None:
    """A person who asks in the middle of a storm has the estate looked at at once."""
    world = World(live={rid: after for rid, (_, after) in WANTED.items() if rid != LINK})
    world.start()
    for number in range(60):
        world.flow.take_in(world.signal(number + 2))
        world.run()
    looks = Looks(world, 0)
    world.flow.take_in(replace(world.signal(99), source=SignalSource.MANUAL, actor="bob-id", subject=REGISTRY))
    world.run()
    assert looks.count == 1
    assert world.clock.time == START

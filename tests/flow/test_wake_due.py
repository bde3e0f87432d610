"""The timer wakes whatever is due, however much it is."""

from __future__ import annotations

from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from remediator.flow.sweep import TICK

from .world import REGISTRY, World

SEVERAL = 1500


def many(world: World) -> set[str]:
    """So many open incidents whose messages were all lost."""
    taken = set()
    for number in range(SEVERAL):
        subject = ResourceId(f"{REGISTRY.text}{number}")
        taken.add(world.flow.take_in(Signal(SignalSource.ALERT, f"s{number}", subject=subject)).incident)
    world.queue.messages.clear()
    return taken


def test_a_tick_wakes_all_that_is_due() -> None:
    """Fifteen hundred incidents whose messages were lost are all sent again by one tick, each once."""
    world = World()
    taken = many(world)
    assert set(world.flow.wake_due()) == taken
    sent = [incident for _, incident in world.queue.messages]
    assert (len(sent), set(sent)) == (SEVERAL, taken)


def test_a_tick_ends_in_time() -> None:
    """Where sending is slow the tick ends before the next one comes; that one sends the others."""
    world = World()
    many(world)
    send = world.queue.send

    def slowly(incident: str, delay: float = 0.0) -> None:
        world.clock.sleep(0.1)
        send(incident, delay)

    world.queue.send = slowly
    began = world.clock.now()
    woken = world.flow.wake_due()
    assert 0 < len(woken) < SEVERAL
    assert world.clock.now() - began <= TICK * 1.01

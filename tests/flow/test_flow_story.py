"""Whole stories through `Flow`: the way of the data, with every port a stand-in."""

from __future__ import annotations

from dataclasses import replace

from remediator.core.incident import Status

from .world import ENDPOINT, LINK, WANTED, ZONE, World


def statuses(world: World) -> list[str]:
    return [line.status.value for line in world.incident.journal if line.status]


def test_from_signal_to_resolved() -> None:
    """A signal leads over plan, question, yes and three writes to a resolved incident."""
    world = World()
    world.start()
    world.say()
    world.run()
    assert statuses(world) == [
        "OPEN", "PLANNED", "AWAITING_APPROVAL", "APPROVED", "APPLYING", "APPLIED", "RESOLVED"
    ]  # fmt: skip
    assert [key[1] for key in world.azure.writes] == [ZONE.key, ENDPOINT.key, LINK.key]
    assert [template for template, _ in world.mail.delivered] == ["approval"] * 2 + ["resolved"] * 2
    assert world.incident.wake_at is None


def test_long_operations_are_followed() -> None:
    """A write that Azure works on for a while is polled until live state shows it, within the run."""
    world = World(polls=4)
    world.start()
    world.say()
    world.run()
    assert world.incident.status is Status.RESOLVED
    assert world.azure.mended


def test_a_run_ends_after_four_minutes() -> None:
    """A run that would take longer than four minutes saves where it is and sends itself again."""
    world = World(polls=60)
    world.start()
    world.say()
    began = world.clock.time
    world.run(limit=1)
    assert (world.clock.time - began).total_seconds() <= 240
    assert world.incident.status is Status.APPLYING
    assert world.queue.messages
    for _ in range(10):
        world.later(10)
    assert world.incident.status is Status.RESOLVED
    assert len(world.azure.writes) == 3


def test_nothing_wrong_is_closed_quietly() -> None:
    """A signal about a healthy registry ends without a notice."""
    world = World(live={rid: after for rid, (_, after) in WANTED.items()})
    world.start()
    assert world.incident.status is Status.NO_DRIFT
    assert world.mail.delivered == []


def test_a_message_that_is_not_due_does_nothing() -> None:
    """A second message for an incident that waits for people changes nothing and saves nothing."""
    world = World()
    incident = world.start()
    saves = len(world.store.saves)
    world.flow.advance(incident)
    assert len(world.store.saves) == saves


def test_a_lost_message_is_found_by_the_timer() -> None:
    """An incident whose message was lost is sent again by the timer."""
    world = World()
    world.flow.take_in(world.signal())
    world.queue.messages.clear()
    world.later(60)
    assert world.incident.status is Status.AWAITING_APPROVAL


def test_a_killed_worker_leaves_a_due_incident() -> None:
    """Whatever was saved last, an open incident is due again within five minutes or when its wait is over."""
    world = World()
    world.start()
    world.say()
    world.run()
    for saved in world.store.saves:
        if saved.status in (Status.PLANNED, Status.APPROVED, Status.APPLYING):
            assert (saved.wake_at - saved.updated_at).total_seconds() <= 300


def test_a_joined_signal_is_sent_too() -> None:
    """The id goes on the queue always, also when the signal joined an open incident."""
    world = World()
    first = world.flow.take_in(world.signal(1))
    second = world.flow.take_in(world.signal(2))
    assert (second.joined, second.incident) == (True, first.incident)
    assert [incident for _, incident in world.queue.messages] == [first.incident] * 2
    world.run()
    assert world.incident.signal_count == 2


def test_the_same_root_is_joined() -> None:
    """An incident whose root finding another open incident has already is joined to that one, and asks nobody."""
    world = World()
    first = world.start()
    mails = len(world.mail.delivered)
    second = world.flow.take_in(replace(world.signal(2), subject=ZONE)).incident
    world.run()
    joined = world.store.cases[second].incident
    assert (joined.status, joined.joined_to) == (Status.JOINED, first)
    assert len(world.mail.delivered) == mails

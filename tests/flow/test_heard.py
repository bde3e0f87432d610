"""Who hears of what is saved: events go into the same save, arrive at least once, and hold nothing up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from remediator.core.announcement import EventType
from remediator.core.errors import Misconfigured, Rejected, Transient
from remediator.core.incident import Notice, Status
from remediator.core.outbox import EVENTS, MAX_EVENT_DELIVERIES
from remediator.flow.heard import HeardIncidents

from .ports import Mailbox
from .world import LINK, World


class Topic(Mailbox):
    """A topic that takes events, after the errors that it was given."""

    @property
    def types(self) -> list[str]:
        return [template for template, _ in self.delivered]


def world_with_a_topic(**azure: object) -> tuple[World, Topic]:
    world, topic = World(**azure), Topic()
    channels = {"mail": world.mail, EVENTS: topic}
    world.flow = replace(world.flow, incidents=HeardIncidents(world.store), channels=channels)
    return world, topic


def named(*kinds: EventType) -> list[str]:
    return [kind.value for kind in kinds]


def test_a_story_is_heard_in_order() -> None:
    """From the opening to the end each event arrives once, in the order of the journal."""
    world, topic = world_with_a_topic()
    world.start()
    assert topic.types == named(EventType.OPENED, EventType.PROPOSED)
    world.say()
    world.run()
    assert topic.types[2:] == named(EventType.APPROVED, EventType.APPLIED, EventType.RESOLVED)
    assert world.incident.wake_at is None


def test_an_undone_story_is_heard() -> None:
    """When changes are taken back, others hear of that too."""
    world, topic = world_with_a_topic(hurts=LINK)
    world.start()
    world.say()
    world.run()
    assert topic.types[-1] == EventType.ROLLED_BACK.value


def test_a_new_incident_has_its_event_from_the_start() -> None:
    """The opening is announced in the very save that opens the incident; a signal that joins announces nothing."""
    world, _ = world_with_a_topic()
    world.flow.take_in(world.signal())
    assert [notice.template for notice in world.incident.outbox] == [EventType.OPENED.value]
    world.flow.take_in(world.signal(2))
    assert len(world.incident.outbox) == 1


def test_without_a_topic_nothing_is_announced() -> None:
    """Where nobody is to hear, no event lies in any outbox."""
    world = World()
    world.flow = replace(world.flow, incidents=HeardIncidents(world.store, announce=False))
    world.start()
    assert [notice for notice in world.incident.outbox if notice.channel == EVENTS] == []


def test_a_topic_that_is_down_holds_nothing_up() -> None:
    """While the topic is down the incident goes on and people are told; later every event arrives."""
    world, topic = world_with_a_topic()
    topic.errors = [Transient("azure-unreachable", "publishing")] * 8
    world.start()
    world.say()
    world.run()
    assert (world.incident.status, topic.types) == (Status.RESOLVED, [])
    keys = [notice.key for notice in world.incident.outbox if notice.channel == EVENTS]
    for _ in range(12):
        world.later(3600)
    assert sorted(key for _, key in topic.delivered) == sorted(keys)
    assert world.incident.wake_at is None


@pytest.mark.parametrize("problem", [Misconfigured("event-sender-refused", "no role"), Transient("azure-busy", "busy")])
def test_an_event_waits_for_two_days(problem: Exception) -> None:
    """A missing role or a topic that is down keeps an event waiting, an hour between tries at most, for two days."""
    world, topic = world_with_a_topic()
    topic.errors = [problem] * 10_000
    world.start()
    started = world.clock.time
    while _opened(world).waiting:
        wakes = [n.next_at for n in world.incident.outbox if n.waiting and n.channel == EVENTS and n.next_at]
        assert min(wakes) - world.clock.time <= timedelta(hours=1)
        world.later((min(wakes) - world.clock.time).total_seconds() + 1)
    assert timedelta(hours=40) < world.clock.time - started < timedelta(hours=60)
    assert (_opened(world).gave_up, _opened(world).attempts) == (True, MAX_EVENT_DELIVERIES)


def _opened(world: World) -> Notice:
    return next(notice for notice in world.incident.outbox if notice.channel == EVENTS)


def test_an_event_that_no_topic_takes_is_given_up() -> None:
    """An event that is too large would be refused each time: it is given up at once, and the next ones arrive."""
    world, topic = world_with_a_topic()
    topic.errors = [Rejected("event-too-large", "publishing")]
    world.start()
    assert topic.types == named(EventType.PROPOSED)


def test_a_killed_run_publishes_again_with_the_same_key() -> None:
    """A run that is killed after the topic took the event, and before that is saved, publishes it again as the same."""
    world, topic = world_with_a_topic()
    heard: list[tuple[str, str]] = []

    class Dies(Topic):
        def deliver(self, notice, incident) -> None:
            heard.append((notice.key, repr(notice.parameters)))
            raise KeyboardInterrupt

    channels = world.flow.channels
    world.flow = replace(world.flow, channels={**channels, EVENTS: Dies()})
    with pytest.raises(KeyboardInterrupt):
        world.start()
    world.flow = replace(world.flow, channels=channels)
    world.later(600)
    assert topic.delivered[0] == (EventType.OPENED.value, heard[0][0])
    assert repr(world.incident.outbox[0].parameters) == heard[0][1]


def test_a_run_that_is_killed_before_it_publishes_is_made_up_for() -> None:
    """An event that was saved and not published is due within five minutes, though the state itself waits for hours."""
    world, topic = world_with_a_topic()
    world.start()
    digest = world.incident.request.digest
    assert world.incident.wake_at - world.clock.time > timedelta(hours=17)
    held = world.flow.incidents.load(world.incident.id)
    noted = held.incident.to(Status.OPEN, world.clock.time, "the plan is void").to(
        Status.PLANNED, world.clock.time, "planned"
    )
    saved = HeardIncidents(Anything()).save(held, noted.rest(world.clock.time + timedelta(hours=24)))
    assert saved.incident.wake_at - world.clock.time <= timedelta(minutes=5)
    assert digest in dict(saved.incident.outbox[-1].parameters)["data"]
    assert topic.types == named(EventType.OPENED, EventType.PROPOSED)


class Anything:
    """A store that takes everything."""

    def save(self, held, incident):
        return replace(held, incident=incident)

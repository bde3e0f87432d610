"""Delivering: the outbox never blocks the state, and says everything once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.core.errors import Misconfigured, Transient
from remediator.core.incident import Status
from remediator.core.outbox import MAX_DELIVERIES
from remediator.core.reminding import next_reminder

from .ports import Mailbox
from .world import WANTED, ZONE, World


def test_a_failing_channel_does_not_block_the_state() -> None:
    """While mail is down the question is open, can be answered, and the case goes on to its end."""
    world = World()
    world.mail.errors = [Transient("mail-unreachable", "sending a mail")] * 4
    world.start()
    assert world.incident.status is Status.AWAITING_APPROVAL
    world.say()
    world.run()
    assert world.incident.status is Status.RESOLVED


def test_a_notice_is_tried_again_later() -> None:
    """A notice that could not be delivered is due again after a minute, then later and later, under the same key."""
    world = World()
    world.mail.errors = [Transient("mail-unreachable", "sending a mail")] * 2
    world.start()
    assert world.mail.delivered == []
    assert (world.incident.wake_at - world.clock.time).total_seconds() == 60
    keys = [notice.key for notice in world.incident.outbox]
    world.later(61)
    assert [key for _, key in world.mail.delivered] == keys
    assert world.incident.wake_at == next_reminder(world.incident.request, world.clock.time)


def test_a_notice_is_given_up() -> None:
    """After some tries a notice is given up and the incident is at rest."""
    world = World()
    world.mail.errors = [Transient("mail-unreachable", "sending a mail")] * 100
    world.start()
    for _ in range(100):
        world.later(600)
    notices = [notice for notice in world.incident.outbox if notice.template == "approval"]
    assert all(notice.gave_up and notice.attempts == MAX_DELIVERIES for notice in notices)


def test_the_fallback_channel() -> None:
    """When a channel refuses for good, or is not there at all, whoever stands in is told, and told once."""
    world = World()
    board = Mailbox()
    world.mail.errors = [Misconfigured("mail-refused", "sending a mail")] * 2
    channels = {"mail": world.mail, "board": board}
    world.flow = replace(world.flow, channels=channels, fallbacks={"mail": ("board:here",)})
    world.start()
    assert [template for template, _ in board.delivered] == ["approval"]
    world = World()
    board = Mailbox()
    world.flow = replace(world.flow, channels={"board": board}, fallbacks={"mail": ("board:here",)})
    world.start()
    assert len(board.delivered) == 1


def test_a_bug_in_a_channel_backs_off() -> None:
    """Each try is on record before it is made, so that a channel that crashes is not called without end."""
    world = World()
    world.mail.errors = [ValueError("a bug")]
    with pytest.raises(ValueError, match="a bug"):
        world.start()
    assert world.incident.outbox[0].attempts == 1
    assert world.incident.outbox[0].next_at > world.clock.time


def test_no_address_is_logged() -> None:
    """No recipient's address and no token is in any line of the log."""
    world = World()
    world.mail.errors = [Transient("mail-unreachable", "sending a mail to night@example.org")]
    world.start()
    world.say()
    world.run()
    assert "@" not in repr(world.log.lines)
    assert "token" not in repr(world.log.lines)


def test_two_plans_within_a_second_are_two_mails() -> None:
    """When the world moves within the second in which people were asked, they get the new question too."""
    world = World()
    world.start()
    world.azure.live[ZONE] = WANTED[ZONE][1]
    world.flow.take_in(world.signal(2))
    world.run()
    assert world.incident.status is Status.AWAITING_APPROVAL
    assert [template for template, _ in world.mail.delivered] == ["approval"] * 4
    assert len({key for _, key in world.mail.delivered}) == 4

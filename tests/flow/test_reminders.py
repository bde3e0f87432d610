"""A question that nobody answers: reminders on the way, and the end of the time."""

from __future__ import annotations

from dataclasses import replace

from remediator.core.incident import Status
from remediator.views.notice import asks, words

from .ports import Mailbox
from .world import World

HOUR = 3600


def test_nobody_answers() -> None:
    """After three quarters of the time all are reminded, then those who stand in; then the question is over."""
    world, board = World(), Mailbox()
    world.flow = replace(
        world.flow, channels={"mail": world.mail, "board": board}, fallbacks={"mail": ("board:night",)}
    )
    world.start()
    for _ in range(25):
        world.later(HOUR)
    assert [template for template, _ in world.mail.delivered] == ["approval"] * 2 + ["reminder"] * 2 + ["expired"] * 2
    assert [template for template, _ in board.delivered] == ["reminder"]
    assert world.incident.status is Status.EXPIRED


def test_nobody_is_reminded_of_an_answered_question() -> None:
    """Once somebody has said yes, no reminder follows."""
    world = World()
    world.start()
    world.later(HOUR)
    world.say()
    for _ in range(25):
        world.later(HOUR)
    assert "reminder" not in [template for template, _ in world.mail.delivered]


def test_a_reminder_can_be_answered() -> None:
    """A reminder asks as the question did, with the same link, and says that it is one."""
    world = World()
    world.start()
    for _ in range(19):
        world.later(HOUR)
    notice = next(notice for notice in world.incident.outbox if notice.template == "reminder")
    told = words(notice, world.incident)
    assert asks(notice)
    assert "Reminder: approval wanted" in told.subject
    assert any("Nobody has decided yet" in paragraph for paragraph in told.paragraphs)
    assert told.action == "Read and decide"

"""Reminders: when, to whom, and once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from remediator.core.approval import ApprovalLink, ApprovalRequest
from remediator.core.incident import Incident, Notice
from remediator.core.reminding import due_reminders, next_reminder
from remediator.core.resource_id import ResourceId

AT = datetime(2026, 3, 1, tzinfo=UTC)
STAND_INS = {"teams": ("a@x.org", "b@x.org"), "mail": ("teams:night",)}


def asked(*recipients: str, hours: int = 8) -> Incident:
    links = tuple(ApprovalLink(f"hash of {one}", one) for one in recipients)
    request = ApprovalRequest("d1:x", AT, AT + timedelta(hours=hours), links)
    return replace(Incident("i1", ResourceId("/registries-by-host/acrone.azurecr.cn"), AT), request=request)


def told(notices: tuple[Notice, ...]) -> list[tuple[str, str, str]]:
    """Channel, whose link, and who gets it."""
    known = [(notice.channel, dict(notice.parameters)) for notice in notices]
    return [(channel, one["recipient"], one.get("instead", one["recipient"])) for channel, one in known]


def over_time(incident: Incident) -> list[tuple[float, list[tuple[str, str, str]]]]:
    """Hours after the question, and who was told then, looking just when the next step is said to be due."""
    assert incident.request is not None
    seen, now = [], AT
    while (at := next_reminder(incident.request, now)) is not None:
        now = at
        made = due_reminders(incident, now, STAND_INS)
        if made:
            seen.append(((now - AT) / timedelta(hours=1), told(made)))
        incident = incident.notify(*made)
        assert due_reminders(incident, now, STAND_INS) == ()
    return seen


def test_who_was_asked_by_mail() -> None:
    """Whoever was asked is reminded in the last quarter of the time, and then those are told who stand in."""
    assert over_time(asked("c@x.org", "d@x.org")) == [
        (6.0, [("mail", "c@x.org", "c@x.org"), ("mail", "d@x.org", "d@x.org")]),
        (7.0, [("teams", "c@x.org", "teams:night")]),
    ]


def test_a_team_alone_is_followed_by_mail() -> None:
    """A card may never have been posted: where only teams were asked, mail follows after a quarter of an hour, once."""
    assert over_time(asked("teams:ops")) == [
        (0.25, [("mail", "teams:ops", "a@x.org"), ("mail", "teams:ops", "b@x.org")]),
        (6.0, [("teams", "teams:ops", "teams:ops")]),
        (7.0, [("mail", "teams:ops", "a@x.org"), ("mail", "teams:ops", "b@x.org")]),
    ]


def test_who_was_asked_does_not_stand_in() -> None:
    """Whoever has a link of their own is reminded with it, and does not get another one's."""
    hours, others = over_time(asked("teams:ops", "a@x.org"))[-1]
    assert hours == 7.0
    assert sorted(others) == [("mail", "teams:ops", "b@x.org"), ("teams", "a@x.org", "teams:night")]


def test_after_an_outage_one_step_is_taken() -> None:
    """Where several steps are due at once, only the latest is taken, and none of the earlier ones afterwards."""
    incident = asked("teams:ops")
    late = AT + timedelta(hours=7, minutes=30)
    made = due_reminders(incident, late, STAND_INS)
    assert {one[2] for one in told(made)} == {"a@x.org", "b@x.org"}
    assert due_reminders(incident.notify(*made), late, STAND_INS) == ()


def test_without_anybody_who_stands_in_the_last_reminder_stands() -> None:
    """Where nobody stands in, the step that is due is the reminder of those who were asked."""
    late = AT + timedelta(hours=7, minutes=30)
    assert told(due_reminders(asked("c@x.org"), late, {})) == [("mail", "c@x.org", "c@x.org")]


def test_another_question_is_another_matter() -> None:
    """What was said of an earlier question does not count for the next one."""
    incident = asked("c@x.org")
    incident = incident.notify(*due_reminders(incident, AT + timedelta(hours=6), {}))
    assert incident.request is not None
    later = replace(incident.request, asked_at=AT + timedelta(days=1), expires_at=AT + timedelta(days=1, hours=8))
    again = replace(incident, request=later)
    assert len(due_reminders(again, AT + timedelta(days=1, hours=6), {})) == 1
    assert due_reminders(replace(again, request=None), AT, {}) == ()

"""Which transitions others hear of, and what is frozen when they happen."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from remediator.core.actor import Actor
from remediator.core.announcement import EventType, announcements
from remediator.core.azure_write import AzureWrite, WriteSource
from remediator.core.how_long import minutes_of_exposure, minutes_to_mend, since_when
from remediator.core.incident import NEXT, Incident, Status, may_go
from remediator.core.outbox import EVENTS
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource

AT = datetime(2026, 3, 1, tzinfo=UTC)
FRESH = Incident("i1", ResourceId("/registries-by-host/acrone.azurecr.cn"), AT).note(AT, "opened", status=Status.OPEN)
CLOSED = {Status.NO_DRIFT, Status.REPORTED, Status.JOINED, Status.FORBIDDEN, Status.REJECTED, Status.EXPIRED}


def heard(before: Status, after: Status) -> list[str]:
    """The types of what others hear of a transition."""
    incident = replace(FRESH, status=before)
    return [notice.template for notice in announcements(incident, incident.to(after, AT, "x"))]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (Status.OPEN, Status.PLANNED, EventType.PROPOSED),
        (Status.PLANNED, Status.APPROVED, EventType.APPROVED),
        (Status.AWAITING_APPROVAL, Status.APPROVED, EventType.APPROVED),
        (Status.APPLYING, Status.APPLIED, EventType.APPLIED),
        (Status.AWAITING_MERGE, Status.APPLIED, EventType.APPLIED),
        (Status.APPLIED, Status.RESOLVED, EventType.RESOLVED),
        (Status.UNDOING, Status.ROLLED_BACK, EventType.ROLLED_BACK),
        (Status.NEEDS_HUMAN, Status.OPEN, EventType.OPENED),
    ],
)
def test_transitions_that_others_hear_of(before: Status, after: Status, kind: EventType) -> None:
    """Each of these transitions is one event of its type."""
    assert heard(before, after) == [kind.value]


@pytest.mark.parametrize("before", NEXT)
def test_every_end_is_heard(before: Status) -> None:
    """However an incident ends, others hear that it has: whoever counts open ones counts right."""
    for after in (status for status in Status if status.ended and may_go(before, status)):
        (kind,) = heard(before, after)
        assert (kind == EventType.CLOSED.value) == (after in CLOSED)
        assert (kind == EventType.NEEDS_HUMAN.value) == (after is Status.NEEDS_HUMAN)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.APPLIED, Status.APPLIED),
        (Status.AWAITING_APPROVAL, Status.OPEN),
        (Status.PLANNED, Status.AWAITING_APPROVAL),
        (Status.APPROVED, Status.APPLYING),
        (Status.APPLYING, Status.UNDOING),
    ],
)
def test_transitions_that_others_do_not_hear_of(before: Status, after: Status) -> None:
    """A look that leads to another look, a void plan and the steps in between are no events."""
    assert heard(before, after) == []


def test_a_new_incident_is_heard_of_once() -> None:
    """The opening line of a new incident is its first event; later lines without a transition are none."""
    (opened,) = announcements(None, FRESH)
    assert (opened.template, opened.channel, opened.key) == (EventType.OPENED.value, EVENTS, "event-1")
    assert announcements(FRESH, FRESH.note(AT, "something")) == ()


def test_the_key_is_the_journal_line() -> None:
    """An event's notice is named after the journal line of which it tells, so that asking twice gives one notice."""
    planned = FRESH.note(AT, "something").to(Status.PLANNED, AT, "planned")
    made = announcements(FRESH, planned)
    assert [notice.key for notice in made] == ["event-3"]
    assert len(planned.notify(*made).notify(*announcements(FRESH, planned)).outbox) == 1


def test_what_is_told_is_frozen() -> None:
    """A notice that was made holds what was true then, whatever the incident becomes."""
    planned = FRESH.to(Status.PLANNED, AT, "planned")
    (notice,) = announcements(FRESH, planned)
    facts = json.loads(dict(notice.parameters)["data"])
    later = replace(planned, app=ResourceId("/x")).notify(notice).to(Status.FORBIDDEN, AT, "no")
    assert json.loads(dict(later.outbox[0].parameters)["data"]) == facts
    assert (facts["status"], facts["app"]) == ("PLANNED", None)
    assert facts["journal"] == {"line": 2, "hash": planned.journal[1].hash}


def test_lists_are_bounded() -> None:
    """An incident of a thousand registries names fifty in an event."""
    many = tuple(ResourceId(f"/r/{number}") for number in range(1000))
    (notice,) = announcements(None, replace(FRESH, registries=many))
    assert len(json.loads(dict(notice.parameters)["data"])["registries"]) == 50


def test_how_long_it_was_exposed_and_took() -> None:
    """Exposure counts from the write behind it or the first signal that tells its time, mending from the opening; a
    sender's clock that is ahead makes neither shorter than from the opening."""
    at = AT + timedelta(minutes=30)
    ahead = Signal(SignalSource.ALERT, "a", AT + timedelta(minutes=20))
    assert minutes_of_exposure(FRESH.receive((ahead,)), at) == minutes_to_mend(FRESH, at) == 30.0
    told = FRESH.receive((ahead, Signal(SignalSource.ALERT, "b", AT - timedelta(minutes=5))))
    assert minutes_of_exposure(told, at) == 35.0
    written = AzureWrite(ResourceId("/x"), "delete", AT - timedelta(minutes=90), Actor(), None, WriteSource.EVENT)
    assert since_when(replace(told, caused_by=written)) == written.at
    assert minutes_to_mend(replace(told, caused_by=written), at + timedelta(seconds=20)) == 30.3

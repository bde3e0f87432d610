"""The outbox: keys, tries, fallbacks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from remediator.core.incident import Incident
from remediator.core.outbox import (
    MAX_DELIVERIES,
    channel_of,
    claimed,
    delivered,
    due,
    failed,
    next_try,
    notices,
)
from remediator.core.resource_id import ResourceId

AT = datetime(2026, 3, 1, tzinfo=UTC)
FRESH = Incident("i1", ResourceId("/registries-by-host/acrone.azurecr.cn"), AT)


@pytest.mark.parametrize(
    ("recipient", "channel"),
    [("night@example.org", "mail"), ("teams:operations", "teams"), ("a:b@example.org", "a"), ("operations", "mail")],
)
def test_the_channel_of_a_recipient(recipient: str, channel: str) -> None:
    """A recipient may name its channel before a colon; anything else goes by mail."""
    assert channel_of(recipient) == channel


def test_one_notice_for_each_recipient() -> None:
    """Who is named twice is told once; the key of a notice holds no address and is the same for the same moment."""
    made = notices("approval", ("a@x.org", "b@x.org", "a@x.org"), AT, reason="why")
    assert len(made) == 2
    assert not any("@" in notice.key for notice in made)
    assert made == notices("approval", ("a@x.org", "b@x.org"), AT, reason="why")
    assert len(FRESH.notify(*made).notify(*made).outbox) == 2


def test_two_questions_within_a_second_are_two() -> None:
    """Notices of the same second that say different things have different keys; a repeat keeps its own."""
    one = notices("approval", ("a@x.org",), AT, digest="d1:one")
    other = notices("approval", ("a@x.org",), AT, digest="d1:other")
    assert len(FRESH.notify(*one).notify(*other).notify(*one).outbox) == 2


def test_tries_get_rarer_until_it_is_given_up() -> None:
    """Each try is a while after the one before, an hour at most; after the last one the notice waits no more."""
    incident = FRESH.notify(*notices("approval", ("a@x.org",), AT))
    pauses, now = [], AT
    while (notice := due(incident, now)) is not None:
        incident = claimed(incident, notice, now)
        assert due(incident, now) is None
        incident = failed(incident, incident.outbox[0], for_good=False, fallbacks={})
        later = next_try(incident)
        if later is not None:
            pauses.append((later - now) / timedelta(minutes=1))
            now = later
    assert pauses == [1, 2, 4, 8, 16]
    assert (incident.outbox[0].gave_up, incident.outbox[0].attempts) == (True, MAX_DELIVERIES)


def test_a_fallback_has_no_fallback() -> None:
    """A notice that was given up goes by its fallback channel once, also where channels name each other."""
    incident = FRESH.notify(*notices("approval", ("a@x.org",), AT))
    names = {"mail": ("teams:ops",), "teams": ("a@x.org", "b@x.org")}
    incident = failed(incident, incident.outbox[0], for_good=True, fallbacks=names)
    assert [notice.channel for notice in incident.outbox] == ["mail", "teams"]
    incident = failed(incident, incident.outbox[1], for_good=True, fallbacks=names)
    assert len(incident.outbox) == 2


def test_what_is_delivered_is_over() -> None:
    """A delivered notice is neither due nor waited for."""
    incident = FRESH.notify(*notices("approval", ("a@x.org",), AT))
    done = delivered(incident, incident.outbox[0], AT)
    assert (due(done, AT + timedelta(days=9)), next_try(done)) == (None, None)


def test_those_who_stand_in_get_the_same_link() -> None:
    """Whoever stands in gets the link of the recipient; who was told already is not told again."""
    asked = ("teams:ops", "a@x.org")
    incident = FRESH.notify(*notices("approval", asked, AT, digest="d1:x"))
    stands = {"teams": ("a@x.org", "b@x.org")}
    incident = failed(incident, incident.outbox[0], for_good=True, fallbacks=stands)
    told = [dict(notice.parameters) for notice in incident.outbox[2:]]
    assert [(one["recipient"], one["instead"], one["digest"]) for one in told] == [("teams:ops", "b@x.org", "d1:x")]


def test_another_question_is_told_again() -> None:
    """Who stands in for one question stands in for the next one too."""
    stands = {"teams": ("b@x.org",)}
    incident = FRESH
    for digest in ("d1:x", "d1:y"):
        [notice] = notices("approval", ("teams:ops",), AT, digest=digest)
        incident = failed(incident.notify(notice), notice, for_good=True, fallbacks=stands)
    assert [notice.channel for notice in incident.outbox] == ["teams", "mail", "teams", "mail"]

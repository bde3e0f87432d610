"""The case file: transitions, signals, who is interested, what a moved world means."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediator.core.errors import Misconfigured, Rejected, Stale
from remediator.core.incident import MAX_SIGNALS, NEXT, Incident, Notice, Status, may_go
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from remediator.core.words import MAX_TEXT

AT = datetime(2026, 3, 1, tzinfo=UTC)
FRESH = Incident("i1", ResourceId("/registries-by-host/acrone.azurecr.cn"), AT)


def signal(number: int, actor: str | None = None) -> Signal:
    return Signal(SignalSource.EVENT_GRID, f"s{number}", actor=actor)


@pytest.mark.parametrize("status", Status)
def test_every_open_status_may_need_a_human(status: Status) -> None:
    """Every open status may go to NEEDS_HUMAN, and an ended one only to OPEN."""
    if status.ended:
        assert {target for target in Status if may_go(status, target)} == {Status.OPEN}
    else:
        assert may_go(status, Status.NEEDS_HUMAN)


def test_a_transition_that_is_not_allowed() -> None:
    """A transition that the table does not know is refused, and one that it knows is journaled once."""
    with pytest.raises(Rejected) as refused:
        FRESH.to(Status.APPLYING, AT, "at once")
    assert refused.value.code == "transition-not-allowed"
    planned = FRESH.to(Status.PLANNED, AT, "planned")
    assert [line.status for line in planned.journal] == [Status.PLANNED]


def test_rest_follows_the_status() -> None:
    """A wake-up time stands while the status is open or a notice waits, and only then."""
    assert FRESH.rest(AT).wake_at == AT
    ended = FRESH.to(Status.NO_DRIFT, AT, "nothing")
    assert ended.rest(AT).wake_at is None
    assert ended.notify(Notice("k", "resolved", "mail")).rest(AT).wake_at == AT


def test_a_signal_counts_once() -> None:
    """The same signal again is one signal; the same id from another source is another one."""
    twice = FRESH.receive((signal(1), signal(1), replace(signal(1), source=SignalSource.ALERT)))
    assert twice.signal_count == 2


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from([None, "a", "b", "c"])), max_size=80))
def test_the_last_signals_are_kept_and_no_actor_is_forgotten(received: list[tuple[int, str | None]]) -> None:
    """However many signals come, the last ones are all there, and so is everybody who caused a drift."""
    signals = list({number: signal(number, actor) for number, actor in received}.values())
    incident = FRESH
    for one in signals:
        incident = incident.receive((one,))
    assert incident.signals[-MAX_SIGNALS:] == tuple(signals[-MAX_SIGNALS:])
    assert len(incident.signals) <= 2 * MAX_SIGNALS
    assert incident.interested == {s.actor for s in signals if s.actor}
    assert incident.signal_count == len(signals)


def test_a_program_is_no_requester() -> None:
    """Only a person's request names a requester; who caused an event is interested all the same."""
    incident = FRESH.receive((signal(1, "Actor-1"),))
    assert (incident.requester, incident.interested) == (None, {"actor-1"})


@pytest.mark.parametrize("status", NEXT)
def test_a_moved_world(status: Status) -> None:
    """A moved world leads back to OPEN with all approvals void; the third time, and with no way back, to a person."""
    moved = replace(FRESH, status=status).moved(AT, Stale("plan-moved", "applying"))
    assert moved.status is (Status.OPEN if may_go(status, Status.OPEN) else Status.NEEDS_HUMAN)
    third = replace(FRESH, status=status, conflicts=2).moved(AT, Stale("plan-moved", "applying"))
    assert third.status is Status.NEEDS_HUMAN


def test_texts_are_one_short_line() -> None:
    """What an error says is kept as one line of bounded length, with the code first and the hint last."""
    problem = Misconfigured("no-right", "reading\nzones", hint="grant Reader")
    assert FRESH.needs_human(AT, problem).journal[-1].what == "no-right: reading zones. grant Reader"
    long = FRESH.needs_human(AT + timedelta(1), Misconfigured("no-right", "x" * 9999))
    assert len(long.journal[-1].what) == MAX_TEXT


def test_the_first_correlation_id_stays() -> None:
    """The id of the first sender that named one is kept, however many signals come after and name others."""
    first, second = "AAAAAAAA-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002"
    incident = FRESH.receive((signal(0), replace(signal(1), correlation=first)))
    incident = incident.receive(replace(signal(n), correlation=second) for n in range(2, 4 * MAX_SIGNALS))
    assert incident.correlation == first.lower()


@pytest.mark.parametrize("text", ["night@example.org", "a token", "x" * 40, "ab", "0" * 65, "12345678\n"])
def test_a_text_is_no_correlation_id(text: str) -> None:
    """What a sender put where its correlation id belongs is kept out of the incident unless it looks like one."""
    assert FRESH.receive((replace(signal(1), correlation=text),)).correlation is None

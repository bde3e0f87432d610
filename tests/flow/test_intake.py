"""Intake: a signal finds its incident, and the incident is always woken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.core.errors import Rejected, Transient
from remediator.core.signal import Signal, SignalSource

from .world import APP, REGISTRY, World


def test_a_failed_send_is_an_error_to_the_caller() -> None:
    """When the queue does not take the id the caller gets an error, and the same signal again opens no second case."""
    world = World()
    world.queue.broken = True
    with pytest.raises(Transient, match="queue-unreachable"):
        world.flow.take_in(world.signal())
    world.queue.broken = False
    assert world.flow.take_in(world.signal()).joined
    assert len(world.store.cases) == 1
    assert world.incident.signal_count == 1


def test_intake_asks_azure_nothing() -> None:
    """A signal is taken in without a look at the estate."""
    world = World()
    world.flow.take_in(world.signal())
    assert world.azure.seen == {}
    assert world.incident.diagnosis is None


def test_a_manual_request_names_requester_way_and_app() -> None:
    """A person's request is recorded with the requester's id, the way and the app."""
    world = World()
    asked = Signal(SignalSource.MANUAL, "m1", subject=REGISTRY, app=APP.text, actor="bob-id", requested_way="report")
    world.flow.take_in(asked)
    incident = world.incident
    assert (incident.requester, incident.way, incident.app) == ("bob-id", "report", APP)


def test_a_mail_address_is_no_requester() -> None:
    """A request that names its requester by a mail address is refused: addresses are not kept."""
    world = World()
    asked = Signal(SignalSource.MANUAL, "m1", subject=REGISTRY, actor="bob@example.org")
    with pytest.raises(Rejected) as refused:
        world.flow.take_in(asked)
    assert refused.value.code == "requester-not-an-id"
    assert "bob@" not in str(refused.value)
    assert world.store.cases == {}


def test_a_signal_about_nothing_is_refused() -> None:
    """A signal that names nothing we can look at opens no case."""
    world = World()
    with pytest.raises(Rejected) as refused:
        world.flow.take_in(replace(world.signal(), subject=None))
    assert refused.value.code == "signal-without-subject"
    assert world.queue.messages == []

"""Our own writes wake us: they end quietly, at the incident that made them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.core.actor import ActorKind
from remediator.core.incident import Incident, Status
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource

from .world import ENDPOINT, LINK, SUB, ZONE, World

OURS = "99999999-0000-4000-8000-000000000009"
STRANGER = "88888888-0000-4000-8000-000000000008"


def echo(world: World, rid: ResourceId, actor: str | None = OURS) -> Incident:
    """The event of a write comes in and is handled."""
    signal = Signal(
        SignalSource.EVENT_GRID,
        f"echo-{rid.name}-{actor}-{world.clock.time}",
        world.clock.time,
        rid,
        operation=f"{rid.type}/write",
        actor=actor,
        actor_kind=ActorKind.APPLICATION,
    )
    taken = world.flow.take_in(signal)
    world.flow.advance(taken.incident, force=True)
    return world.store.cases[taken.incident].incident


def stopped_in(status: Status) -> World:
    """A world whose incident has made its changes and is in this status; Azure has lost the link again."""
    world = World()
    world.flow = replace(world.flow, identities=frozenset({OURS}))
    world.start()
    world.say()
    world.run()
    (case,) = world.store.cases.values()
    assert case.incident.status is Status.RESOLVED
    case.incident = replace(case.incident, status=status, wake_at=None if status.ended else world.clock.time)
    world.azure.live.pop(LINK)
    return world


@pytest.mark.parametrize("status", [Status.APPLYING, Status.APPLIED, Status.UNDOING])
@pytest.mark.parametrize("actor", [OURS, None])
def test_an_echo_of_work_in_hand(status: Status, actor: str | None) -> None:
    """While the writer is at work, the event of its write joins it without a look at Azure, also where the event does
    not say who wrote."""
    world = stopped_in(status)
    (writer,) = world.store.cases
    world.azure.seen = {}
    found = echo(world, ZONE, actor)
    assert (found.status, found.joined_to) == (Status.JOINED, writer)
    assert (found.outbox, world.azure.seen) == ((), {})


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.NEEDS_HUMAN, Status.ROLLED_BACK])
def test_a_late_echo(status: Status) -> None:
    """When the writer has ended and something is broken again, its late event asks nobody, and names the writer."""
    world = stopped_in(status)
    (writer,) = world.store.cases
    mails = len(world.mail.delivered)
    found = echo(world, ENDPOINT)
    assert (found.status, found.joined_to) == (Status.REPORTED, writer)
    assert "our own write" in found.journal[-1].what
    assert len(world.mail.delivered) == mails


def test_an_echo_where_all_is_well() -> None:
    """When nothing is wrong the event ends as nothing to do."""
    world = stopped_in(Status.RESOLVED)
    world.azure.live = dict(world.azure.seen)
    found = echo(world, ZONE)
    assert (found.status, found.outbox) == (Status.NO_DRIFT, ())


def test_somebody_elses_write_is_no_echo() -> None:
    """A write of another account to the same resource is looked at and asked about."""
    world = stopped_in(Status.RESOLVED)
    assert echo(world, ZONE, STRANGER).status is Status.AWAITING_APPROVAL


def test_a_write_of_ours_that_no_plan_made() -> None:
    """A write by our identity to something that no incident touched is a signal like any other."""
    world = stopped_in(Status.RESOLVED)
    other = ResourceId(f"/subscriptions/{SUB}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/far")
    assert echo(world, other).status is Status.AWAITING_APPROVAL


def test_an_echo_beside_another_signal() -> None:
    """An event of ours that lies in one mailbox with an alert hides nothing: the alert is answered."""
    world = stopped_in(Status.RESOLVED)
    alert = Signal(SignalSource.ALERT, "alert", world.clock.time, ZONE)
    world.flow.take_in(alert)
    assert echo(world, ZONE).status is Status.AWAITING_APPROVAL

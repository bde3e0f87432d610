"""Who caused the drift is asked once, kept in the case file, and may not approve."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from remediator.core.actor import Actor, ActorKind
from remediator.core.approval import Person
from remediator.core.azure_write import AzureWrite, WriteSource
from remediator.core.errors import Rejected
from remediator.core.incident import Incident, Status
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from remediator.core.unknown import Unknown

from .ports import START
from .world import ALICE, LINK, REGISTRY, WANTED, ZONE, World

TERRAFORM = Actor("11111111-0000-0000-0000-000000000001", ActorKind.APPLICATION)
OURS = Actor("33333333-0000-0000-0000-000000000003", ActorKind.APPLICATION)


class Log:
    """`ports.History` that says what the test says, and remembers what it was asked."""

    def __init__(self, *writes: AzureWrite, unknown: str = "") -> None:
        self.written, self.unknown = writes, unknown
        self.asked: list[tuple[tuple[ResourceId, ...], timedelta]] = []

    def writes(self, about, since, until):
        self.asked.append((tuple(about), until - since))
        return Unknown(self.unknown) if self.unknown else self.written


def deleted(rid: ResourceId = ZONE, actor: Actor = TERRAFORM, minutes: float = 5, **fields: object) -> AzureWrite:
    return AzureWrite(rid, f"{rid.type}/delete", START - timedelta(minutes=minutes), actor, "c-1", **fields)


def told(write: AzureWrite, number: int = 1) -> Signal:
    """The event of a write."""
    return Signal(
        SignalSource.EVENT_GRID,
        f"e-{number}",
        at=write.at,
        subject=write.resource,
        operation=write.operation,
        actor=write.actor.id,
        actor_kind=write.actor.kind,
        correlation=write.correlation,
    )


def with_log(log: Log | None, **azure: object) -> World:
    world = World(**azure)
    world.flow = replace(world.flow, history=log, identities=frozenset({OURS.id or ""}))
    return world


def said(incident: Incident) -> list[str]:
    return [line.what for line in incident.journal if line.what.startswith(("last written", "who did it"))]


def test_an_alert_and_the_log() -> None:
    """An alert names nobody; the activity log of the week before tells who it was, and the journal says so once."""
    log = Log(deleted())
    world = with_log(log)
    world.start()
    assert world.incident.caused_by == deleted()
    assert log.asked == [((ZONE, world_endpoint(), REGISTRY), timedelta(days=7, minutes=2))]
    assert said(world.incident) == [
        "last written before it was noticed: Microsoft.Network/privateDnsZones/delete of privatelink.azurecr.cn by "
        f"application {TERRAFORM.id} at 2026-03-01 01:55:00 UTC (correlation c-1; from the activity log)"
    ]


def world_endpoint() -> ResourceId:
    return next(rid for rid in WANTED if rid.type.endswith("privateEndpoints"))


def test_an_event_tells_it_by_itself() -> None:
    """Without a log the event that came names the account, and the source is the event."""
    world = with_log(None)
    world.flow.take_in(told(deleted()))
    world.run()
    assert world.incident.caused_by == deleted(source=WriteSource.EVENT)
    assert world.incident.status is Status.AWAITING_APPROVAL


def test_an_unreadable_log_stops_nothing() -> None:
    """Where the log cannot be read nobody is named, the journal says why, and people are asked all the same."""
    world = with_log(Log(unknown="the activity log of rg cannot be read: 403"))
    world.start()
    assert (world.incident.status, world.incident.caused_by) == (Status.AWAITING_APPROVAL, None)
    assert said(world.incident) == ["who did it is not known: the activity log of rg cannot be read: 403"]


def test_a_log_that_says_nothing() -> None:
    """A log without a fitting write names nobody and leaves no line."""
    world = with_log(Log(deleted(LINK.parent.child("A", "x"), minutes=1)))
    world.start()
    assert (world.incident.caused_by, said(world.incident)) == (None, [])


def test_nobody_asks_where_all_is_well() -> None:
    """The log is not asked when there is nothing to do."""
    log = Log(deleted())
    world = with_log(log, live={rid: after for rid, (_, after) in WANTED.items()})
    world.start()
    assert (world.incident.status, log.asked) == (Status.NO_DRIFT, [])


def test_our_own_write_is_nobody() -> None:
    """What our identity wrote is not named as the cause."""
    world = with_log(Log(deleted(actor=OURS)))
    world.start()
    assert world.incident.caused_by is None


def test_who_caused_it_cannot_approve() -> None:
    """The person whom the log names may say no and not yes; somebody else may."""
    world = with_log(Log(deleted(actor=Actor(ALICE.id.upper(), ActorKind.PERSON))))
    world.start()
    with pytest.raises(Rejected, match="caused it cannot approve") as caught:
        world.say()
    assert caught.value.code == "approver-is-requester"
    world.say(person=Person("bob-id", "Bob"))
    world.run()
    assert world.incident.status in (Status.APPLIED, Status.RESOLVED)


def test_a_second_look_does_not_forget() -> None:
    """When all is diagnosed again and the log says nothing any more, the case file keeps what it knew, said once."""
    log = Log(deleted())
    world = with_log(log)
    world.start()
    log.written, world.azure.live = (), {ZONE: WANTED[ZONE][1]}
    world.flow.take_in(world.signal(2))
    world.run()
    assert len(log.asked) == 2
    assert world.incident.caused_by == deleted()
    assert len(said(world.incident)) == 1


def test_a_joined_incident_knows_its_event() -> None:
    """An incident that joins another one keeps who its own event names, without a question to the log."""
    log = Log()
    world = with_log(log)
    world.start()
    world.flow.take_in(told(deleted()))
    world.run()
    joined = next(case.incident for case in world.store.cases.values() if case.incident.subject == ZONE)
    assert (joined.status, joined.caused_by) == (Status.JOINED, deleted(source=WriteSource.EVENT))
    assert len(log.asked) == 1

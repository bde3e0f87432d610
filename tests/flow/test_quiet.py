"""Nobody is asked or told twice a day about the very same; a person who asks is answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.core.desired import Decision, DesiredState, RegistryIntent, Way
from remediator.core.finding import Finding, Severity
from remediator.core.incident import Incident, Status
from remediator.core.policy import Ruling
from remediator.core.signal import SignalSource

from .world import ALICE, ASK, ENDPOINT, REGISTRY, WANTED, ZONE, World

DAY = 24 * 3600.0
FORBID = Ruling(Decision.FORBID, Way.REPORT, ("it would break other",))


def signalled(world: World, number: int, **fields: object) -> Incident:
    """One more signal, and what becomes of it."""
    signal = replace(world.signal(number), **fields)
    taken = world.flow.take_in(signal)
    world.run()
    return world.store.cases[taken.incident].incident


def ended(status: Status) -> World:
    """A world whose first case has ended so, an hour ago."""
    world = World(ruling=FORBID if status in (Status.FORBIDDEN, Status.REPORTED) else ASK)
    if status is Status.REPORTED:
        (intent,) = world.desired.state.registries
        world.desired.state = DesiredState(registries=(replace(intent, way=Way.REPORT),))
    world.start()
    if status is Status.REJECTED:
        world.say(yes=False, reason="not tonight")
    if status is Status.EXPIRED:
        world.later(DAY + 60)
    world.run()
    assert world.incident.status is status
    world.clock.sleep(3600)
    return world


SAID = {
    Status.REJECTED: f"rejected by {ALICE.id} on 2026-03-01 02:00 UTC (incident i0001)",
    Status.EXPIRED: "expired on 2026-03-02 02:01 UTC (incident i0001)",
    Status.FORBIDDEN: "the policy forbade the same plan on 2026-03-01 02:00 UTC (incident i0001)",
    Status.REPORTED: "reported on 2026-03-01 02:00 UTC (incident i0001)",
}


@pytest.mark.parametrize("status", list(SAID))
def test_the_same_plan_is_not_told_again_within_a_day(status: Status) -> None:
    """The next signals lead to quiet reports that say who decided and when; after a day people hear of it again."""
    world = ended(status)
    mails, began = len(world.mail.delivered), world.clock.time
    for number in range(2, 24):
        found = signalled(world, number)
        assert (found.status, found.outbox) == (Status.REPORTED, ())
        assert SAID[status] in found.journal[-1].what
        world.clock.sleep(3600)
    assert len(world.mail.delivered) == mails
    world.clock.sleep(2 * 3600)
    assert (world.clock.time - began).total_seconds() < 1.1 * DAY
    assert signalled(world, 99).outbox != ()
    assert len(world.mail.delivered) == mails + 2


@pytest.mark.parametrize("status", list(SAID))
def test_a_person_who_asks_is_answered(status: Status) -> None:
    """A request by a person asks again about a plan that was rejected, lapsed, forbidden or reported."""
    world = ended(status)
    mails = len(world.mail.delivered)
    found = signalled(world, 2, source=SignalSource.MANUAL, actor="bob-id")
    assert found.status is (Status.AWAITING_APPROVAL if world.azure.ruling is ASK else status)
    assert len(world.mail.delivered) == mails + 2


def test_another_plan_is_asked_about() -> None:
    """When a part was mended meanwhile the plan is another one: people are asked."""
    world = ended(Status.REJECTED)
    world.azure.live[ZONE] = WANTED[ZONE][1]
    assert signalled(world, 2).status is Status.AWAITING_APPROVAL


def test_the_same_plan_under_another_name_is_the_same() -> None:
    """A plan that was rejected is not asked about again because the signal names another resource."""
    world = ended(Status.REJECTED)
    found = signalled(world, 2, subject=ENDPOINT)
    assert (found.status, found.outbox) == (Status.REPORTED, ())


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.FORBIDDEN, Status.REPORTED])
def test_another_ruling_is_told(status: Status) -> None:
    """Once the policy rules otherwise about the same plan, what was said before does not count."""
    world = ended(status)
    world.azure.ruling = ASK if world.azure.ruling is FORBID else FORBID
    world.desired.state = DesiredState(registries=(RegistryIntent(),))
    assert signalled(world, 2).outbox != ()


def test_a_no_outlives_another_ruling() -> None:
    """A plan that a person has rejected is not applied within the day because the policy would let it pass now."""
    world = ended(Status.REJECTED)
    world.azure.ruling = Ruling(Decision.AUTO, Way.DIRECT, ("all kinds may pass",), 0)
    assert signalled(world, 2).status is Status.REPORTED
    assert world.azure.writes == []


def test_a_report_for_one_person_silences_nobody() -> None:
    """Where a person wanted a report and no more, the next signal asks those who decide."""
    world = World()
    asked = signalled(world, 1, source=SignalSource.MANUAL, actor="bob-id", requested_way="report")
    assert asked.status is Status.REPORTED
    assert signalled(world, 2).status is Status.AWAITING_APPROVAL


def test_a_resolved_plan_is_asked_about_again() -> None:
    """A plan that was applied and is needed again, since somebody took its work away, is a new question."""
    world = World()
    world.start()
    world.say()
    world.run()
    world.azure.live.clear()
    assert signalled(world, 2).status is Status.AWAITING_APPROVAL


def test_findings_of_another_subject_are_told() -> None:
    """The same findings without a plan are told for each subject."""
    hand_made = Finding("custom-dns", REGISTRY, Severity.UNKNOWN, "its own DNS", advice="ask its owner")
    world = World(live={rid: after for rid, (_, after) in WANTED.items()}, extra_rule=hand_made)
    assert len(signalled(world, 1).outbox) == 2
    assert signalled(world, 2).outbox == ()
    assert len(signalled(world, 3, subject=ENDPOINT).outbox) == 2

"""Diagnosing and asking: where a finding leads when there is no plan, or nobody to ask."""

from __future__ import annotations

from dataclasses import replace

from remediator.core.desired import Decision, DesiredState, RegistryIntent, Way
from remediator.core.errors import Misconfigured, Transient
from remediator.core.finding import Finding, Severity
from remediator.core.incident import Status
from remediator.core.policy import Ruling

from .world import REGISTRY, WANTED, ZONE, World

HAND_MADE = Finding("custom-dns", REGISTRY, Severity.UNKNOWN, "its own DNS", advice="ask its owner")


def healthy(**azure: object) -> World:
    return World(live={rid: after for rid, (_, after) in WANTED.items()}, **azure)


def test_findings_without_a_plan_are_reported() -> None:
    """What only a person can mend is reported to people, and nothing is changed."""
    world = healthy(extra_rule=HAND_MADE)
    world.start()
    assert world.incident.status is Status.REPORTED
    assert [template for template, _ in world.mail.delivered] == ["reported"] * 2
    assert world.azure.writes == []


def test_the_same_report_is_not_sent_twice_a_day() -> None:
    """The same findings of the same subject are told once in a day, whatever number of signals come."""
    world = healthy(extra_rule=HAND_MADE)
    world.start()
    for number in range(2, 6):
        world.clock.sleep(300)
        world.flow.take_in(world.signal(number))
        world.run()
    assert len(world.mail.delivered) == 2
    world.clock.sleep(24 * 3600)
    world.flow.take_in(world.signal(9))
    world.run()
    assert len(world.mail.delivered) == 4


def test_a_forbidden_plan_is_told() -> None:
    """A plan that the policy forbids ends the case, with its reasons told."""
    world = World(ruling=Ruling(Decision.FORBID, Way.REPORT, ("it would break other → acrone",)))
    world.start()
    assert world.incident.status is Status.FORBIDDEN
    assert dict(world.incident.outbox[0].parameters)["reason"] == "it would break other → acrone"


def test_report_only_is_reported() -> None:
    """Where the document says report only, a plan is reported and not called forbidden."""
    world = World(ruling=Ruling(Decision.FORBID, Way.REPORT, ("the desired state says: report only",)))
    world.desired.state = DesiredState(registries=(RegistryIntent(way=Way.REPORT),))
    world.start()
    assert world.incident.status is Status.REPORTED


def test_nobody_to_ask() -> None:
    """Where nobody is named who could be asked, the case needs a person and the hint says what to set."""
    world = World()
    world.desired.state = DesiredState()
    world.flow = replace(world.flow, recipients=())
    world.start()
    assert world.incident.status is Status.NEEDS_HUMAN
    assert "approvers.notify" in world.incident.error[1]


def test_an_unreadable_estate_is_tried_again() -> None:
    """When Azure cannot be read the incident stays open and comes back, later each time."""
    world = World()
    observe = world.azure.observe

    def dark():
        raise Transient("azure-unreachable", "listing registries: timeout")

    world.azure.observe = dark
    world.start()
    waits = []
    for _ in range(4):
        assert world.incident.status is Status.OPEN
        waits.append((world.incident.wake_at - world.clock.time).total_seconds())
        world.later(waits[-1] + 1)
    assert waits == [10, 20, 40, 80]
    world.azure.observe = observe
    world.later(1000)
    assert (world.incident.status, world.incident.attempts) == (Status.AWAITING_APPROVAL, 0)


def test_a_missing_right_needs_a_person() -> None:
    """What an operator must mend ends with a person and the hint, and is not tried again."""
    world = World()

    def refused():
        raise Misconfigured("no-right", "listing registries: 403", hint="grant Reader")

    world.azure.observe = refused
    world.start()
    assert world.incident.status is Status.NEEDS_HUMAN
    assert "grant Reader" in world.incident.error[1]


def test_a_signal_after_the_diagnosis_is_looked_at() -> None:
    """A signal that comes between the diagnosis and the ruling sends the case back to look again."""
    world = World()
    load, wanted = world.store.load, []

    def loading(incident):
        if not wanted and world.store.cases[incident].incident.status is Status.PLANNED:
            wanted.append(True)
            world.flow.take_in(world.signal(2))
        return load(incident)

    world.store.load = loading
    world.start()
    statuses = [line.status for line in world.incident.journal if line.status]
    assert statuses == [
        Status.OPEN,
        Status.PLANNED,
        Status.OPEN,
        Status.PLANNED,
        Status.AWAITING_APPROVAL,
    ]


def test_an_unknown_id_is_dropped_with_a_word() -> None:
    """A message with an id that the store does not know is logged and done with."""
    world = World()
    world.flow.advance("nobody")
    assert world.log.lines[-1][1] == {"incident": "nobody"}


def test_who_hears_of_it() -> None:
    """Those whom the desired state names for the registry are asked, and the recipients by default."""
    world = World()
    world.start()
    assert [link.recipient for link in world.incident.request.links] == ["night@example.org", "day@example.org"]
    assert world.incident.registries == (REGISTRY,)
    assert world.incident.diagnosis.findings[0].target == ZONE

"""Applying: what is checked before a write, what stops it, what is undone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.core.change import ChangeKind
from remediator.core.desired import Decision, Way
from remediator.core.errors import Forbidden, Misconfigured, Rejected, Transient
from remediator.core.execution import StepState
from remediator.core.incident import Status
from remediator.core.policy import Ruling

from .world import ASK, ENDPOINT, LINK, NETWORK, REGISTRY, WANTED, ZONE, World


def approved(**azure: object) -> World:
    world = World(**azure)
    world.start()
    world.say()
    return world


def states(world: World) -> list[StepState]:
    return [step.state for step in world.incident.execution.steps]


def test_nothing_is_applied_when_the_world_moved_after_the_yes() -> None:
    """When a fresh look gives another plan nothing is written, the yes is void, and people are asked anew."""
    world = approved()
    world.azure.live[ENDPOINT] = {"registry": "another"}
    world.clock.sleep(1)
    world.run()
    assert world.azure.writes == []
    assert world.incident.status is Status.AWAITING_APPROVAL
    assert (world.incident.approvals, world.incident.conflicts) == ((), 1)
    assert [template for template, _ in world.mail.delivered] == ["approval"] * 4


def test_a_world_that_moves_three_times_needs_a_person() -> None:
    """The third conflict ends with a person who is called."""
    world = approved()
    for number in range(3):
        world.azure.live[ENDPOINT] = {"registry": f"another {number}"}
        world.clock.sleep(1)
        world.run()
        if number < 2:
            world.say()
    assert world.incident.status is Status.NEEDS_HUMAN
    assert world.azure.writes == []
    assert "needs-human" in {template for template, _ in world.mail.delivered}


def test_a_part_that_others_did_is_skipped() -> None:
    """What somebody else has done meanwhile is skipped and not ours to undo; the rest is applied under the same yes."""
    world = approved()
    world.azure.live[ZONE] = WANTED[ZONE][1]
    world.run()
    assert world.incident.status is Status.RESOLVED
    assert states(world) == [StepState.SKIPPED, StepState.DONE, StepState.DONE]
    assert [step.wrote for step in world.incident.execution.steps] == [False, True, True]


def test_a_conflict_in_the_middle_keeps_what_is_done() -> None:
    """A change that finds neither before nor after stops the plan; what is done stays, the rest is planned anew."""
    world = approved(polls=2)
    start = world.azure.start

    def meddling(right, change):
        world.azure.live[LINK] = {"network": "foreign"}
        return start(right, change)

    world.azure.start = meddling
    world.run()
    assert world.incident.status is Status.AWAITING_APPROVAL
    assert [change.kind for change in world.incident.diagnosis.plan.changes] == [ChangeKind.CREATE_LINK]
    assert world.azure.live[ZONE] == WANTED[ZONE][1]
    assert world.azure.undone == []


def test_the_intent_is_saved_before_the_write() -> None:
    """When a write reaches Azure its STARTED is in the store already, with the lease held."""
    world = approved()
    start = world.azure.start

    def watching(right, change):
        index = right.plan.changes.index(change)
        assert world.incident.execution.steps[index].state is StepState.STARTED
        assert world.leases.rows
        return start(right, change)

    world.azure.start = watching
    world.run()
    assert world.incident.status is Status.RESOLVED


def test_what_the_lease_covers() -> None:
    """The lease names the incident and every registry, network, zone and endpoint of the plan, in sorted order."""
    world = approved()
    world.run()
    (names,) = {names for names in world.leases.taken if len(names) > 1}
    wanted = {f"incident:{world.incident.id}", REGISTRY.key, NETWORK.key, ZONE.key, ENDPOINT.key}
    assert names == tuple(sorted(wanted))


def test_a_lease_that_others_hold_is_waited_for() -> None:
    """While another run holds the lease nothing is written or saved, and the incident comes back later."""
    world = approved()
    other = world.leases.take((NETWORK.key,), "other", 120)
    saves = len(world.store.saves)
    world.run()
    assert (world.azure.writes, len(world.store.saves)) == ([], saves)
    other.release()
    world.later(60)
    assert world.incident.status is Status.RESOLVED


def test_a_lost_lease_stops_the_next_write() -> None:
    """When the lease is lost in the middle the next write is not made."""
    world = approved()
    start = world.azure.start

    def losing(right, change):
        world.leases.rows.clear()
        world.leases.take((NETWORK.key,), "other", 120)
        return start(right, change)

    world.azure.start = losing
    world.run()
    assert len(world.azure.writes) == 1
    world.azure.start = start
    world.later(400)
    assert world.incident.status is Status.RESOLVED
    assert len(world.azure.writes) == 3


def test_the_switch_stops_every_write() -> None:
    """While writes are stopped an approved plan waits, however long, and says so once."""
    world = approved()
    world.switch.reason = "maintenance"
    for _ in range(30):
        world.later(60)
    assert world.azure.writes == []
    assert world.incident.status is Status.APPROVED
    assert sum("maintenance" in line.what for line in world.incident.journal) == 1
    world.switch.reason = None
    world.later(60)
    assert world.incident.status is Status.RESOLVED


def test_the_switch_is_looked_at_before_each_write() -> None:
    """Somebody who stops writes in the middle of a plan stops the next one."""
    world = approved()
    start = world.azure.start

    def stopping(right, change):
        world.switch.reason = "enough"
        return start(right, change)

    world.azure.start = stopping
    world.run()
    assert len(world.azure.writes) == 1
    assert world.incident.status is Status.APPLYING


def test_a_transient_error_is_tried_again() -> None:
    """A 429 is waited out as long as Azure asks, the incident stays where it is, and nothing is written twice."""
    world = approved(on_start=[None, Transient("throttled", "creating an endpoint: 429", retry_after=120)])
    world.run()
    assert (world.incident.status, world.incident.attempts) == (Status.APPLYING, 1)
    assert (world.incident.wake_at - world.clock.time).total_seconds() == 120
    world.later(60)
    assert len(world.azure.writes) == 1
    world.later(61)
    assert world.incident.status is Status.RESOLVED
    assert len(world.azure.writes) == 3


def test_an_error_that_never_passes_needs_a_person() -> None:
    """After the last try of something that should have passed a person is called."""
    world = approved(on_start=[Transient("throttled", "429")] * 50)
    for _ in range(40):
        world.later(1000)
    assert world.incident.status is Status.NEEDS_HUMAN
    assert world.incident.error[0] == "throttled"


@pytest.mark.parametrize("error", [Misconfigured, Rejected, Forbidden])
def test_a_refused_first_write_needs_a_person(error: type) -> None:
    """When the first write is refused nothing was written: a person is called, with the hint."""
    world = approved(on_start=[error("no-right", "creating a zone: 403", hint="grant the role")])
    world.run()
    assert world.incident.status is Status.NEEDS_HUMAN
    assert "grant the role" in world.incident.error[1]
    assert world.azure.undone == []


@pytest.mark.parametrize("error", [Misconfigured, Rejected, Forbidden])
def test_a_refused_later_write_undoes_ours(error: type) -> None:
    """When a later write is refused our own are undone in reverse order and people are told."""
    world = approved(on_start=[None, None, error("locked", "creating a link: ScopeLocked")])
    world.run()
    assert world.incident.status is Status.ROLLED_BACK
    assert [key[1] for key in world.azure.undone] == [ENDPOINT.key, ZONE.key]
    assert world.azure.live == {}
    assert "rolled-back" in {template for template, _ in world.mail.delivered}


def test_an_accepted_write_that_fails_is_undone() -> None:
    """A write that Azure accepted and that then failed is compared too when our own are undone."""
    world = approved(polls=2)
    start = world.azure.start

    def failing(right, change):
        world.azure.failing_polls = 1 if change.target == ENDPOINT else 0
        return start(right, change)

    world.azure.start = failing
    world.run()
    assert world.incident.status is Status.ROLLED_BACK
    assert states(world) == [StepState.UNDONE, StepState.UNDONE, StepState.WAITING]
    assert world.azure.live == {}


def test_undo_leaves_what_others_changed() -> None:
    """What somebody changed after us is left alone when our own changes are undone, and is named."""
    world = approved(on_start=[None, None, Misconfigured("locked", "creating a link: ScopeLocked")])
    compare = world.azure.compare_undo

    def changed(change):
        if change.target == ZONE:
            world.azure.live[ZONE] = {"zone": "somebody else's"}
        return compare(change)

    world.azure.compare_undo = changed
    world.run()
    assert world.incident.status is Status.ROLLED_BACK
    assert world.azure.live == {ZONE: {"zone": "somebody else's"}}
    assert "except" in world.incident.journal[-1].what
    assert ZONE.name in world.incident.journal[-1].what


def test_the_policy_forbids_at_the_last_moment() -> None:
    """A plan that would by now break somebody's path is not applied although it was approved."""
    world = approved()
    world.azure.ruling = Ruling(Decision.FORBID, Way.REPORT, ("it would break other",))
    world.run()
    assert world.azure.writes == []
    assert world.incident.status is Status.FORBIDDEN


def test_a_plan_of_kinds_that_may_pass_asks_nobody() -> None:
    """Where the policy says auto the plan is applied without a question."""
    world = World(ruling=Ruling(Decision.AUTO, Way.DIRECT, ("all kinds may pass",), 0))
    world.start()
    assert world.incident.status is Status.RESOLVED
    assert {template for template, _ in world.mail.delivered} == {"resolved"}


@pytest.mark.parametrize("way", ["pull-request", "report"])
def test_other_ways_write_nothing(way: str) -> None:
    """A requester who asks for a report or a pull request gets no direct write."""
    world = World()
    world.flow.take_in(world.signal(requested_way=way))
    world.run()
    assert world.incident.status is (Status.REPORTED if way == "report" else Status.NEEDS_HUMAN)
    assert world.azure.writes == []


def test_an_approver_may_be_more_careful() -> None:
    """An approver who wants a pull request where none can be opened is told at once, and nothing is recorded."""
    world = World()
    world.start()
    with pytest.raises(Rejected) as refused:
        world.say(way="pull-request")
    world.run()
    assert (refused.value.code, world.azure.writes) == ("way-not-offered", [])
    assert world.incident.status is Status.AWAITING_APPROVAL


def test_a_bug_is_raised_and_ends_with_a_person() -> None:
    """An error that nobody foresaw is raised to the queue; from the poison queue the incident needs a person."""
    world = approved(on_start=[ValueError("a bug")])
    with pytest.raises(ValueError, match="a bug"):
        world.run()
    world.flow.poisoned(world.incident.id)
    world.run()
    assert world.incident.status is Status.NEEDS_HUMAN
    assert "needs-human" in {template for template, _ in world.mail.delivered}
    before = world.incident
    world.flow.poisoned(world.incident.id)
    assert world.incident == before


def test_error_texts_are_bounded() -> None:
    """However much Azure says, the journal and the case file keep a line of it."""
    world = approved(on_start=[Misconfigured("no-right", "x" * 5000)])
    world.run()
    assert all(len(line.what) <= 400 for line in world.incident.journal)
    assert len(world.incident.error[1]) <= 400


def test_a_document_too_new_is_left_untouched() -> None:
    """A case file that a newer program wrote is left as it is and looked at again later."""
    world = World()
    incident = world.flow.take_in(world.signal()).incident

    def too_new(_):
        raise Transient("document-too-new", "reading an incident of version 9")

    world.store.load = too_new
    world.run(limit=1)
    assert world.store.saves == []
    assert world.queue.messages[-1][1] == incident


def test_the_requesters_yes_does_not_apply() -> None:
    """A yes of somebody who turns out to have caused the drift gives no right to write."""
    world = approved()
    (case,) = world.store.cases.values()
    case.incident = replace(case.incident, requester="ALICE-id")
    world.run()
    assert world.azure.writes == []
    assert world.incident.status is Status.AWAITING_APPROVAL
    assert world.incident.diagnosis.ruling == ASK


def test_the_lease_outlives_a_long_operation() -> None:
    """While Azure works for longer than a lease lasts, nobody else gets it."""
    world = approved(polls=44)
    poll, others = world.azure.poll, []

    def polling(approved, operation):
        others.append(world.leases.take((NETWORK.key,), "other", 1))
        return poll(approved, operation)

    world.azure.poll = polling
    world.run(limit=1)
    assert len(others) > 40
    assert set(others) == {None}


def test_our_own_write_under_way_is_no_conflict() -> None:
    """A run that died right after a write goes on waiting for it: no conflict, no retry, no second write."""
    world = approved(polls=6)
    start = world.azure.start

    def dying(right, change):
        start(right, change)
        raise KeyboardInterrupt

    world.azure.start = dying
    with pytest.raises(KeyboardInterrupt):
        world.run()
    world.azure.start = start
    world.later(400)
    assert world.incident.status is Status.RESOLVED
    assert (world.incident.conflicts, len(world.azure.writes)) == (0, 3)
    assert not any(line.what.startswith("waiting") for line in world.incident.journal)


def test_a_void_yes_stays_void() -> None:
    """A yes that became void does not come back with the plan: people are asked anew, by new notices."""
    world = approved()
    observe, looks = world.azure.observe, []

    def flickering():
        seen = observe()
        looks.append(True)
        if len(looks) == 1:
            world.azure.seen[ENDPOINT] = {"registry": "another"}
        return seen

    world.azure.observe = flickering
    digest = world.incident.request.digest
    world.clock.sleep(1)
    world.run()
    assert world.incident.status is Status.AWAITING_APPROVAL
    assert (world.incident.request.digest, world.incident.approvals) == (digest, ())
    assert len({key for template, key in world.mail.delivered if template == "approval"}) == 4
    assert world.azure.writes == []


def test_the_switch_stops_undoing_too() -> None:
    """While writes are stopped our own changes are not undone either; the incident goes on when they may be."""
    world = approved(on_start=[None, None, Misconfigured("locked", "creating a link: ScopeLocked")])
    start_undo = world.azure.start_undo

    def stopping(right, change):
        world.switch.reason = "enough"
        return start_undo(right, change)

    world.azure.start_undo = stopping
    world.run()
    assert world.incident.status is Status.UNDOING
    assert len(world.azure.undone) == 1
    world.switch.reason = None
    world.azure.start_undo = start_undo
    world.later(61)
    assert world.incident.status is Status.ROLLED_BACK

"""Operations that Azure lets fail, and operations that do not end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from remediator.core.errors import HIDDEN, Misconfigured, Transient
from remediator.core.execution import StepState
from remediator.core.incident import Status
from remediator.core.resource_id import ResourceId
from remediator.ports import Started

from .world import ENDPOINT, LINK, ZONE, World

PASSING = Transient("operation-failed", "following operation /op/1: Azure answered 200, InternalServerError: Sorry.")


def approved(**azure: object) -> World:
    world = World(**azure)
    world.start()
    world.say()
    return world


def failing(world: World, times: int, *, undoing: bool = False) -> None:
    """Let the operations on the endpoint fail, that many times."""
    name = "start_undo" if undoing else "start"
    write, left = getattr(world.azure, name), [times]

    def start(right, change):
        if change.target == ENDPOINT and left[0]:
            left[0] -= 1
            world.azure.failing_polls, world.azure.failure = 1, PASSING
        return write(right, change)

    setattr(world.azure, name, start)


def stuck(world: World, hours: float = 1) -> None:
    """Let time pass."""
    until = world.clock.time + timedelta(hours=hours)
    while world.clock.time < until:
        world.later(60)


@pytest.mark.parametrize("times", [1, 2])
def test_an_operation_that_fails_is_tried_again(times: int) -> None:
    """A write whose operation fails with a reason that may pass is made again, and the plan goes on."""
    world = approved(polls=2)
    failing(world, times)
    world.run()
    assert world.incident.status is Status.RESOLVED
    step = world.incident.execution.steps[1]
    assert (step.state, step.tries, step.error) == (StepState.DONE, times, None)
    assert [key[1] for key in world.azure.writes] == [ZONE.key, *[ENDPOINT.key] * (times + 1), LINK.key]


def test_an_operation_that_fails_three_times_is_given_up() -> None:
    """After three failed operations of one change our own writes are undone, and the journal has Azure's words."""
    world = approved(polls=2)
    failing(world, 99)
    began = world.clock.time
    world.run()
    assert world.incident.status is Status.ROLLED_BACK
    assert world.clock.time - began < timedelta(minutes=10)
    assert [key[1] for key in world.azure.writes] == [ZONE.key, *[ENDPOINT.key] * 3]
    assert world.azure.live == {}
    (given_up,) = [line.what for line in world.incident.journal if line.status is Status.UNDOING]
    assert "InternalServerError: Sorry." in given_up


def test_the_tries_outlive_the_process() -> None:
    """How often an operation has failed is stored with the step: a run that dies after each failure counts on."""
    world = approved(polls=2)
    failing(world, 99)
    for _ in range(20):
        world.run(limit=1)
        world.leases.rows.clear()
        world.queue.messages.clear()
        world.later(400)
    assert [key[1] for key in world.azure.writes].count(ENDPOINT.key) == 3
    assert world.incident.status is Status.ROLLED_BACK


def test_a_poll_that_cannot_be_made_is_no_failed_operation() -> None:
    """While the operation's address does not answer, the write is not made again."""
    world = approved(polls=2)
    poll, troubles = world.azure.poll, [Transient("azure-unavailable", "503")] * 5

    def polling(approved, operation):
        if troubles:
            raise troubles.pop()
        return poll(approved, operation)

    world.azure.poll = polling
    for _ in range(12):
        world.later(100)
    assert world.incident.status is Status.RESOLVED
    assert len(world.azure.writes) == 3
    assert [step.tries for step in world.incident.execution.steps] == [0, 0, 0]


def test_undoing_that_fails_is_tried_again_and_then_named() -> None:
    """An undo whose operation fails is made again, three times in all; then it is left and named, the rest undone."""
    for times, left in ((2, {}), (99, {ENDPOINT})):
        world = approved(polls=2)
        start = world.azure.start

        def refusing(right, change, start=start):
            if change.target == LINK:
                raise Misconfigured("azure-locked", "creating a link: ScopeLocked")
            return start(right, change)

        world.azure.start = refusing
        failing(world, times, undoing=True)
        world.run()
        assert world.incident.status is Status.ROLLED_BACK
        assert set(world.azure.live) == set(left)
        assert [key[1] for key in world.azure.undone] == [*[ENDPOINT.key] * 3, ZONE.key]
        assert ("except" in world.incident.journal[-1].what) is bool(left)


def test_our_operation_that_does_not_end() -> None:
    """A write of ours that Azure works on for more than an hour: a person is called, and nothing else is written."""
    world = approved(polls=10**6)
    stuck(world, 0.8)
    assert world.incident.status is Status.APPLYING
    stuck(world)
    assert (world.incident.status, world.incident.error[0]) == (Status.NEEDS_HUMAN, "operation-stuck")
    assert ([key[1] for key in world.azure.writes], world.azure.undone) == ([ZONE.key], [])
    assert "portal" in world.incident.error[1]
    assert "needs-human" in {template for template, _ in world.mail.delivered}


def test_somebody_elses_operation_that_does_not_end() -> None:
    """A target on which somebody else's operation runs for more than an hour: a person is called, nothing is done."""
    world = approved()
    start = world.azure.start

    def meddling(right, change):
        world.azure.operations[ENDPOINT] = [10**6, {"registry": "another"}]
        return start(right, change)

    world.azure.start = meddling
    stuck(world, 0.8)
    assert world.incident.status is Status.APPLYING
    stuck(world)
    assert (world.incident.status, world.incident.error[0]) == (Status.NEEDS_HUMAN, "operation-stuck")
    assert [key[1] for key in world.azure.writes] == [ZONE.key]


@pytest.mark.parametrize("ours", [True, False])
def test_undoing_that_does_not_end(ours: bool) -> None:
    """What cannot be undone since Azure is at work on it for more than an hour: a person is called."""
    world = approved(on_start=[None, None, Misconfigured("azure-locked", "creating a link: ScopeLocked")])
    compare = world.azure.compare_undo

    def busy(change):
        if ours:
            world.azure.polls = 10**6
        else:
            world.azure.operations.setdefault(ENDPOINT, [10**6, None])
        return compare(change)

    world.azure.compare_undo = busy
    stuck(world, 0.8)
    assert world.incident.status is Status.UNDOING
    stuck(world)
    assert (world.incident.status, world.incident.error[0]) == (Status.NEEDS_HUMAN, "operation-stuck")
    assert len(world.azure.undone) == int(ours)
    assert ZONE in world.azure.live


HIDDEN_403 = Misconfigured("azure-forbidden", "following operation: 403", context=dict(HIDDEN))


def polled_with(world: World, answer: Callable[[], float | None], rid: ResourceId = ENDPOINT) -> list[str]:
    """Let every question about this resource's operation get such an answer; the questions."""
    poll, asked = world.azure.poll, []

    def polling(right, operation):
        if operation != rid.text:
            return poll(right, operation)
        asked.append(operation)
        return answer()

    world.azure.poll = polling
    return asked


def test_an_operation_that_may_not_be_asked_for_is_followed_by_its_resource() -> None:
    """Where Azure refuses to tell about the operation, live state says when it is over; nothing is made twice."""
    world = approved(polls=3)

    def refuse() -> float | None:
        raise HIDDEN_403

    asked = polled_with(world, refuse)
    world.run()
    assert world.incident.status is Status.RESOLVED
    assert len(asked) >= 2
    assert len(world.azure.writes) == 3


def test_an_address_that_fails_for_ten_minutes_is_left_for_the_resource() -> None:
    """Where Azure never answers about an operation the resource is looked at in the end: the plan goes on."""
    world = approved(polls=3)

    def fail() -> float | None:
        raise Transient("azure-unavailable", "following operation: 503")

    polled_with(world, fail)
    stuck(world)
    assert world.incident.status is Status.RESOLVED
    assert len(world.azure.writes) == 3


def test_an_operation_that_azure_has_forgotten_is_followed_by_its_resource() -> None:
    """A polling address that leads nowhere any more says nothing: the resource does, and the plan goes on."""
    world = approved(polls=3)
    polled_with(world, lambda: None)
    world.run()
    assert world.incident.status is Status.RESOLVED
    assert len(world.azure.writes) == 3


@pytest.mark.parametrize("undoing", [False, True])
def test_a_write_that_left_no_trace_is_made_again_after_minutes(undoing: bool) -> None:
    """An operation is over and the resource is as before: looked for during ten minutes, then made once more."""
    world = approved(polls=2, hurts=LINK if undoing else None)
    lost, name = [], "start_undo" if undoing else "start"
    write = getattr(world.azure, name)

    def losing(right, change):
        if change.target == ENDPOINT and not lost:
            lost.append(world.clock.time)
            return Started("/forgotten")
        return write(right, change)

    setattr(world.azure, name, losing)
    world.azure.operations.clear()
    poll = world.azure.poll
    world.azure.poll = lambda right, operation: None if operation == "/forgotten" else poll(right, operation)
    stuck(world)
    assert world.incident.status is (Status.ROLLED_BACK if undoing else Status.RESOLVED)
    journal = [line for line in world.incident.journal if "not to be seen yet" in line.what]
    assert journal
    (again,) = [line.at for line in journal if "trying again" in line.what]
    assert timedelta(minutes=8) < again - lost[0] < timedelta(minutes=20)

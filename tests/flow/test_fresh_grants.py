"""Rights that are given at this moment: what looks like a missing one is waited for, for a while; races with others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from remediator.core.errors import Misconfigured, Stale, Transient
from remediator.core.execution import StepState
from remediator.core.incident import Status

from .world import ENDPOINT, LINK, WANTED, ZONE, World

ACTION = "Microsoft.Network/privateEndpoints/write"
REFUSED = Misconfigured("azure-forbidden", f"the identity lacks '{ACTION}' on '{ENDPOINT}'", hint="give it")


def approved(**azure: object) -> World:
    world = World(**azure)
    world.start()
    world.say()
    return world


def ended(world: World) -> timedelta:
    """Let time pass until the case is over; how long that took."""
    began = world.clock.time
    world.run()
    while not world.incident.status.ended:
        world.later(5)
        assert world.clock.time - began < timedelta(hours=2)
    return world.clock.time - began


@pytest.mark.parametrize("times", [1, 6])
def test_a_grant_that_comes_late_is_waited_for(times: int) -> None:
    """A write that is refused for lack of rights is made once they are seen; the journal names action and scope."""
    world = approved(on_start=[None, *[REFUSED] * times])
    assert ended(world) < timedelta(minutes=12)
    assert world.incident.status is Status.RESOLVED
    assert len(world.azure.writes) == 3
    (waited,) = [line.what for line in world.incident.journal if "grant-not-seen" in line.what]
    assert ACTION in waited
    assert ENDPOINT.text in waited


def test_a_grant_that_never_comes_undoes_ours() -> None:
    """After ten minutes the right counts as missing: our own writes are undone and the action is named."""
    world = approved(on_start=[None, *[REFUSED] * 50])
    assert timedelta(minutes=9) < ended(world) < timedelta(minutes=15)
    assert world.incident.status is Status.ROLLED_BACK
    assert ACTION in (world.incident.error or ("", ""))[1]
    assert world.azure.live == {}


def test_a_first_write_without_a_right_ends_with_a_person() -> None:
    """Where nothing was written yet a person is called after ten minutes, with the action by its name."""
    world = approved(on_start=[REFUSED] * 50)
    assert timedelta(minutes=9) < ended(world) < timedelta(minutes=15)
    assert (world.incident.status, world.incident.error[0]) == (Status.NEEDS_HUMAN, "azure-forbidden")
    assert ACTION in world.incident.error[1]
    assert "needs-human" in {template for template, _ in world.mail.delivered}


def test_taking_back_waits_for_rights_too() -> None:
    """While undoing, a right that is missing for a while is waited for as well."""
    world = approved(hurts=LINK)
    start_undo, refusals = world.azure.start_undo, [REFUSED] * 3

    def refusing(right, change):
        if refusals:
            raise refusals.pop()
        return start_undo(right, change)

    world.azure.start_undo = refusing
    ended(world)
    assert world.incident.status is Status.ROLLED_BACK
    assert world.azure.live == {}


@pytest.mark.parametrize("code", ["azure-locked", "azure-policy", "azure-quota", "azure-refused", "subnet-full"])
def test_what_no_waiting_mends_is_told_at_once(code: str) -> None:
    """A lock, a policy, a quota or a wrong request calls a person within the same run."""
    world = approved(on_start=[Misconfigured(code, "creating a zone: refused")])
    world.run()
    assert (world.incident.status, world.incident.error[0]) == (Status.NEEDS_HUMAN, code)


def others_come_first(world: World, document: object, problem: Exception) -> None:
    """Let somebody create the endpoint in the moment before our write."""
    start = world.azure.start

    def late(right, change):
        if change.target == ENDPOINT and ENDPOINT not in world.azure.live:
            world.azure.live[ENDPOINT] = document
            raise problem
        return start(right, change)

    world.azure.start = late


RACES = [Transient("azure-raced", "creating an endpoint: 412"), Stale("change-moved", "it is not as it was")]


@pytest.mark.parametrize("problem", RACES, ids=["412", "moved"])
def test_a_race_with_somebody_who_did_the_same(problem: Exception) -> None:
    """What somebody else created a moment before us counts as done by him: the plan goes on, and it is not ours."""
    world = approved()
    others_come_first(world, WANTED[ENDPOINT][1], problem)
    ended(world)
    assert world.incident.status is Status.RESOLVED
    assert [step.state for step in world.incident.execution.steps] == [
        StepState.DONE,
        StepState.SKIPPED,
        StepState.DONE,
    ]
    assert not world.incident.execution.steps[1].wrote


def test_a_race_with_somebody_who_did_something_else() -> None:
    """What somebody else made of the target a moment before us is a conflict: everything is diagnosed again."""
    world = approved()
    others_come_first(world, {"registry": "another"}, RACES[0])
    world.run()
    world.later(30)
    assert world.incident.conflicts == 1
    assert world.azure.writes == [] or ENDPOINT.key not in {key[1] for key in world.azure.writes}


def test_a_race_that_is_lost_again_and_again_is_given_up() -> None:
    """After three lost races over one change ours is taken back, though nothing can be seen to have changed."""
    world = approved(on_start=[None, *[RACES[0]] * 50])
    assert ended(world) < timedelta(minutes=10)
    assert world.incident.status is Status.ROLLED_BACK
    assert [key[1] for key in world.azure.writes] == [ZONE.key]


def test_a_lost_race_while_undoing_is_looked_at_again() -> None:
    """What changed in the moment before it was taken back is compared once more, and left alone where it is his."""
    world = approved(hurts=LINK)
    start_undo = world.azure.start_undo

    def racing(right, change):
        if change.target == ZONE and world.azure.live[ZONE] == WANTED[ZONE][1]:
            world.azure.live[ZONE] = {"zone": "somebody else's"}
            raise Stale("change-moved", "it is not as we left it")
        return start_undo(right, change)

    world.azure.start_undo = racing
    ended(world)
    assert world.incident.status is Status.ROLLED_BACK
    assert world.azure.live == {ZONE: {"zone": "somebody else's"}}
    assert "except" in world.incident.journal[-1].what

"""A run that is killed before or after any save or call of a host, and begun again: one branch, one request.

People do their part whenever they see something to do: they approve, merge, and let the pipeline run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from remediator.core.desired import Way
from remediator.core.incident import Status
from remediator.core.pull_request import RequestState
from tests.search.effort import EFFORT

from .codehost import CodeWorld
from .test_flow_killed import Around, Fuse, Killed

STRIDE = 1 if EFFORT > 1 else 4


def _people(world: CodeWorld, *, merge: bool) -> None:
    """What people do when they see that it is their turn."""
    for request in world.host.requests:
        if merge and request.state is RequestState.OPEN:
            world.host.merged(world.host.requests.index(request))
        elif request.state is RequestState.MERGED and not world.azure.mended:
            world.pipeline()


def _story(world: CodeWorld, fuse: Fuse, meanwhile: Callable[[CodeWorld], None]) -> bool:
    """The story to its end, whoever has to repeat what. Was it killed?"""
    world.flow = world.flow_with(lambda port: Around(port, fuse))
    whole = world.flow_with(lambda port: port)
    for _ in range(300):
        if world.store.cases and all(case.incident.wake_at is None for case in world.store.cases.values()):
            return fuse.left <= 0
        try:
            if not world.store.cases:
                world.flow.take_in(world.signal())
            asked = world.incident.status is Status.AWAITING_APPROVAL
            if asked and any(template == "approval" for template, _ in world.mail.delivered):
                world.say(flow=world.flow)
            world.run()
            meanwhile(world)
            world.later(900)
        except Killed:
            world.flow = whole
    raise AssertionError(f"the story did not end: {world.told}")


def _each_kill(way: Way, end: Status, meanwhile: Callable[[CodeWorld], None], least: int) -> list[CodeWorld]:
    """The world after each place to die; by default after every fourth one, another one in each story."""
    worlds, killed, at = [], True, 1 + len(meanwhile.__qualname__ + way) % STRIDE
    while killed:
        world = CodeWorld(way=way)
        killed = _story(world, Fuse(at), meanwhile)
        assert world.incident.status is end, world.told
        worlds.append(world)
        at += STRIDE
    assert at > least
    return worlds


def _one_request(world: CodeWorld) -> None:
    assert [request.branch for request in world.host.requests] == [f"remediator/{world.incident.id}"]
    assert set(world.host.branches) == {f"remediator/{world.incident.id}"}
    assert len(set(world.host.proposals)) == 1, "the same commits every time"
    assert max(Counter(world.mail.delivered).values()) <= 2, "a notice comes again only under its own key"
    assert not world.leases.rows or all(until <= world.clock.time for _, until in world.leases.rows.values())


def test_killed_anywhere_it_is_one_request() -> None:
    """Wherever it is killed, one request is opened and merged, we write nothing to Azure, and it ends resolved."""
    for world in _each_kill(Way.PULL_REQUEST, Status.RESOLVED, lambda w: _people(w, merge=True), 150):
        _one_request(world)
        assert (world.azure.mended, world.azure.writes) == (True, [])
        assert world.incident.pull_request.over


def test_killed_anywhere_the_code_follows() -> None:
    """Applied now, with a request beside it: each change is written once, and one request is opened and followed."""
    for world in _each_kill(Way.BOTH, Status.RESOLVED, lambda w: _people(w, merge=True), 200):
        _one_request(world)
        assert set(Counter(world.azure.writes).values()) == {1}
        assert world.incident.pull_request.state == "merged"


def test_killed_anywhere_a_closed_request_stays_closed() -> None:
    """A person closes the request: wherever it is killed, that is a no, and no second one is opened."""

    def closing(world: CodeWorld) -> None:
        for request in world.host.requests:
            if request.state is RequestState.OPEN:
                world.host.refused()

    for world in _each_kill(Way.PULL_REQUEST, Status.REJECTED, closing, 100):
        _one_request(world)
        assert world.azure.writes == []


def test_killed_anywhere_a_request_that_nobody_needs_is_closed_once() -> None:
    """Somebody mends it by hand while the request is open: it is closed by us, with one comment."""

    def mending(world: CodeWorld) -> None:
        if world.host.requests:
            world.pipeline()

    for world in _each_kill(Way.PULL_REQUEST, Status.NO_DRIFT, mending, 100):
        _one_request(world)
        assert world.host.comments in (["drift-gone"], ["otherwise"])
        assert world.host.requests[0].closed_by_us


@pytest.mark.parametrize("way", [Way.PULL_REQUEST, Way.BOTH])
def test_killed_anywhere_while_the_code_moves(way: Way) -> None:
    """Others commit to the files that the request writes: it is put on the newest commit, and stays one request."""

    def pushing(world: CodeWorld) -> None:
        if len(world.host.requests) == 1 and world.host.head == 1:
            world.host.pushed("privatelink/main.bicep", "// theirs\n")
        elif len(world.host.proposals) > 1 or (world.host.proposals and world.host.proposals[0].base == "c2"):
            _people(world, merge=True)

    for world in _each_kill(way, Status.RESOLVED, pushing, 150):
        assert [request.branch for request in world.host.requests] == [f"remediator/{world.incident.id}"]
        assert world.host.files["privatelink/main.bicep"].startswith("// theirs\n")
        assert world.host.files["privatelink/main.bicep"].count("create") == 3

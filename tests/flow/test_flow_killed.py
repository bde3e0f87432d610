"""A step that is killed after any line and run again ends in the same world; two workers at once do no harm.

Every call of every port is a place to die, before it had its effect and after it. What the process held in memory is
then gone; Azure, the store, the queue and the clock live on.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remediator.core.incident import Status

from .world import LINK, World


class Killed(BaseException):
    """The process is gone: nothing catches this."""


class Around:
    """A port whose every call asks `gate` before and after."""

    def __init__(self, port: object, gate: Callable[[], None]) -> None:
        self._port, self._gate = port, gate

    def __getattr__(self, name: str) -> object:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*args: object, **fields: object) -> object:
            self._gate()
            answer = found(*args, **fields)
            self._gate()
            return Around(answer, self._gate) if hasattr(answer, "still_held") else answer

        return call


class Fuse:
    """Dies at the n-th call, and stays dead."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self) -> None:
        self.left -= 1
        if self.left <= 0:
            raise Killed


def story(world: World, fuse: Fuse) -> bool:
    """The story to its end, whoever has to repeat what: the sender, the queue, the timer, the person. Was it killed?"""
    world.flow = world.flow_with(lambda port: Around(port, fuse))
    whole = world.flow_with(lambda port: port)
    try:
        world.flow.take_in(world.signal())
    except Killed:
        world.flow = whole
        world.flow.take_in(world.signal())
    for _ in range(200):
        if all(case.incident.wake_at is None for case in world.store.cases.values()):
            return fuse.left <= 0
        try:
            asked = world.store.cases and world.incident.status is Status.AWAITING_APPROVAL
            if asked and any(template == "approval" for template, _ in world.mail.delivered):
                world.say(flow=world.flow)
            world.run()
            world.later(60)
        except Killed:
            world.flow = whole
    raise AssertionError(f"the story did not end: {world.incident.journal}")


def same_end(world: World, end: Status) -> None:
    """What must be true at the end, however often somebody had to begin again."""
    assert world.incident.status is end
    assert not world.leases.rows or all(until <= world.clock.time for _, until in world.leases.rows.values())
    assert set(Counter(world.azure.writes).values()) <= {1}, "each change is written once"
    assert set(Counter(world.azure.undone).values()) <= {1}, "each change is undone once"
    statuses = [line.status for line in world.incident.journal if line.status]
    assert statuses.count(end) == 1
    asked = {key for template, key in world.mail.delivered if template == "approval"}
    assert len(asked) == len(world.incident.request.links), "asked once"
    assert max(Counter(world.mail.delivered).values()) <= 2, "a notice comes again only under its own key"
    assert not any(notice.waiting for notice in world.incident.outbox)


@pytest.mark.parametrize("polls", [0, 3])
def test_killed_anywhere_it_ends_resolved(polls: int) -> None:
    """A story that is killed at any call of any port ends resolved, each change written once, asked once."""
    at = 0
    killed = True
    while killed:
        at += 1
        world = World(polls=polls)
        killed = story(world, Fuse(at))
        assert world.azure.mended
        same_end(world, Status.RESOLVED)
    assert at > 200


def test_killed_anywhere_it_ends_rolled_back() -> None:
    """A story whose last change breaks a bystander ends rolled back, each change undone once, wherever it is killed."""
    at = 0
    killed = True
    while killed:
        at += 1
        world = World(polls=2, hurts=LINK)
        killed = story(world, Fuse(at))
        assert world.azure.live == {}
        same_end(world, Status.ROLLED_BACK)


class Turns:
    """Lets one thread run at a time, from one call of a port to the next; who is next comes from a list."""

    def __init__(self, choices: Iterator[int]) -> None:
        self.choices = choices
        self.scheduler = threading.Semaphore(0)
        self.workers: dict[threading.Thread, threading.Semaphore] = {}
        self.errors: list[BaseException] = []

    def __call__(self) -> None:
        mine = self.workers.get(threading.current_thread())
        if mine is not None:
            self.scheduler.release()
            mine.acquire()

    def run(self, *tasks: Callable[[], object]) -> None:
        def work(task: Callable[[], object]) -> None:
            self.workers[threading.current_thread()].acquire()
            try:
                task()
            except BaseException as problem:
                self.errors.append(problem)
            finally:
                del self.workers[threading.current_thread()]
                self.scheduler.release()

        threads = [threading.Thread(target=work, args=(task,)) for task in tasks]
        self.workers.update({thread: threading.Semaphore(0) for thread in threads})
        for thread in threads:
            thread.start()
        while self.workers:
            alive = [thread for thread in threads if thread in self.workers]
            self.workers[alive[next(self.choices, 0) % len(alive)]].release()
            self.scheduler.acquire()
        for thread in threads:
            thread.join()
        if self.errors:
            raise self.errors[0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=400), st.sampled_from([0, 2]), st.booleans())
def test_two_workers_at_once(choices: list[int], polls: int, forced: bool) -> None:
    """However two workers and a person take turns on one incident, each change is written once and the end is the same.

    The store checks every transition of every save on the way.
    """
    world = World(polls=polls)
    turns = Turns(iter(choices))
    flow = world.flow_with(lambda port: Around(port, turns))
    incident = world.flow.take_in(world.signal()).incident
    turns.run(*[lambda: flow.advance(incident, force=forced)] * 2)
    world.later(60)
    for _ in range(3):
        if world.incident.status is Status.AWAITING_APPROVAL:
            break
        world.later(400)
    world.say()
    turns.run(*[lambda: flow.advance(incident, force=forced)] * 2)
    for _ in range(20):
        world.later(100)
    assert world.azure.mended
    same_end(world, Status.RESOLVED)

"""Wake-ups that are wanted at the same moment are one message, and nobody returns before one was sent for him."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from remediator.adapters.records.together import Together
from remediator.bootstrap.shared_work import SharedWork
from remediator.core.errors import Transient


class SlowQueue:
    """A queue whose first message takes until somebody lets it go."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, float]] = []
        self.under_way, self.go_on = threading.Event(), threading.Event()
        self.errors: list[Exception] = []

    def send(self, incident: str, delay: float = 0.0) -> None:
        first = not self.under_way.is_set()
        self.under_way.set()
        if first:
            assert self.go_on.wait(10)
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append((incident, delay))


class Nowhere:
    def send(self, incident: str, delay: float = 0.0) -> None:
        """Nothing is remembered here."""


def shared(queue: SlowQueue) -> tuple[SharedWork, Together[str, None]]:
    def send(ids: object) -> list[None]:
        queue.send(ids[0])  # type: ignore[index]
        return [None] * len(ids)  # type: ignore[arg-type]

    together: Together[str, None] = Together(send)
    return SharedWork(queue, queue, Nowhere(), lambda _: None, None, together), together  # type: ignore[arg-type]


def waiting(together: Together[str, None], key: str, many: int) -> None:
    """Until so many calls for a key are there."""
    for _ in range(10_000):
        if len(together._waiting.get(key, ())) >= many:
            return
        threading.Event().wait(0.001)
    raise AssertionError("the calls did not come")


def test_wake_ups_of_one_moment_are_one_message() -> None:
    """While a message is under way, all that want the same incident woken get the next one, and one is enough."""
    queue = SlowQueue()
    work, together = shared(queue)
    with ThreadPoolExecutor(8) as callers:
        first = callers.submit(work.send, "i1")
        assert queue.under_way.wait(10)
        others = [callers.submit(work.send, "i1") for _ in range(5)]
        waiting(together, "i1", 6)
        assert not any(one.done() for one in others)
        queue.go_on.set()
        for one in (first, *others):
            one.result(timeout=10)
    assert queue.sent == [("i1", 0.0), ("i1", 0.0)]


def test_each_is_told_of_the_failure() -> None:
    """A message that could not be sent is an error to each one who waited for it."""
    queue = SlowQueue()
    work, together = shared(queue)
    with ThreadPoolExecutor(8) as callers:
        first = callers.submit(work.send, "i1")
        assert queue.under_way.wait(10)
        others = [callers.submit(work.send, "i1") for _ in range(3)]
        waiting(together, "i1", 4)
        queue.errors = [Transient("store-busy", "sending"), Transient("store-busy", "sending")]
        queue.go_on.set()
        for one in (first, *others):
            with pytest.raises(Transient):
                one.result(timeout=10)
    assert queue.sent == []


def test_later_ones_are_sent_by_themselves() -> None:
    """A delayed wake-up has its own time and is no other's."""
    queue = SlowQueue()
    queue.go_on.set()
    work, _ = shared(queue)
    work.send("i1", 30.0)
    work.send("i1", 60.0)
    assert queue.sent == [("i1", 30.0), ("i1", 60.0)]

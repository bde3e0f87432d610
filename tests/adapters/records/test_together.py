"""Calls for one thing that come at the same moment are done together."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from remediator.adapters.records.together import MOST, Together
from remediator.core.errors import RemediatorError, Transient

PATIENCE = 20


class PowerCut(BaseException):
    """The program is gone."""


class Slow:
    """Does nothing until it is let go; remembers what it was given at once."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.batches: list[list[int]] = []
        self.failure: BaseException | None = None

    def __call__(self, things: Sequence[int]) -> list[str]:
        self.batches.append(list(things))
        self.begun.set()
        assert self.go.wait(PATIENCE)
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        return [f"done {thing}" for thing in things]


def gathered(together: Together[int, str], slow: Slow, things: Sequence[int]) -> list[str | BaseException]:
    """What the calls give when the first is under way while the others come."""

    def called(thing: int) -> str | BaseException:
        try:
            return together("key", thing)
        except (RemediatorError, PowerCut) as error:
            return error

    with ThreadPoolExecutor(len(things)) as pool:
        first = pool.submit(called, things[0])
        assert slow.begun.wait(PATIENCE)
        others = [pool.submit(called, thing) for thing in things[1:]]
        while len(together._waiting["key"]) < len(things):
            threading.Event().wait(0.001)
        slow.go.set()
        return [each.result(PATIENCE) for each in (first, *others)]


def test_one_call_is_one_call() -> None:
    """A call that meets no other is done at once, and nothing is kept of it."""
    together = Together[int, int](lambda things: [2 * thing for thing in things])
    assert [together("a", number) for number in range(3)] == [0, 2, 4]
    assert together._waiting == {}


def test_calls_that_wait_are_done_in_one_go() -> None:
    """While one is under way the others wait, and whoever is next does all of theirs; each gets its own result."""
    slow = Slow()
    together = Together[int, str](slow)
    assert gathered(together, slow, range(5)) == [f"done {thing}" for thing in range(5)]
    assert [sorted(batch) for batch in slow.batches] == [[0], [1, 2, 3, 4]]
    assert together._waiting == {}


def test_very_many_calls_are_done_in_several_goes() -> None:
    """No more than fifty are done at once."""
    slow = Slow()
    gathered(Together[int, str](slow), slow, range(MOST + 11))
    assert sorted(map(len, slow.batches)) == [1, 10, MOST]


def test_an_error_is_everybodys_who_was_part_of_it() -> None:
    """When a batch fails, all of it is told so, and nobody else."""
    slow = Slow()
    together = Together[int, str](slow)
    slow.failure = Transient("storage-busy", "busy")
    first, *others = gathered(together, slow, range(4))
    assert isinstance(first, Transient)
    assert others == ["done 1", "done 2", "done 3"]


def test_an_end_of_the_program_hides_no_call() -> None:
    """Where the one that was under way is ended, the others are done all the same."""
    slow = Slow()
    slow.failure = PowerCut()
    first, *others = gathered(Together[int, str](slow), slow, range(4))
    assert isinstance(first, PowerCut)
    assert others == ["done 1", "done 2", "done 3"]


def test_things_with_other_keys_do_not_mix() -> None:
    """Each batch is of one key."""
    seen: list[list[int]] = []
    together = Together[int, int](lambda things: seen.append(list(things)) or list(things))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda n: together(n % 3, n), range(60))) == list(range(60))
    assert all(len({thing % 3 for thing in batch}) == 1 for batch in seen)


def test_a_bug_is_raised_as_it_is() -> None:
    """What is no error of ours reaches the caller and leaves nothing behind."""
    together = Together[int, int](lambda things: [1 // 0])
    with pytest.raises(ZeroDivisionError):
        together("a", 1)
    assert together._waiting == {}

"""Wake-ups on one machine."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from remediator.adapters.local.work_inline import TRIES, InlineWork, WorkLoop
from remediator.adapters.system.clock import SystemClock
from remediator.core.errors import Transient
from tests.doubles import NOON, HandClock, ListLog


class Bench:
    """A queue with everything around it."""

    def __init__(self) -> None:
        self.clock, self.log, self.poisoned, self.seen = HandClock(), ListLog(), list[str](), list[str]()
        self.work = InlineWork(self.clock, self.log, self.poisoned.append)

    def failing(self, incident: str) -> None:
        self.seen.append(incident)
        raise RuntimeError("a bug")


@pytest.fixture
def bench() -> Bench:
    """An empty queue at noon."""
    return Bench()


def test_due_in_order(bench: Bench) -> None:
    """What is due is handled in the order of its time; what is not due waits."""
    bench.work.send("later", 10)
    bench.work.send("b")
    bench.clock.sleep(1)
    bench.work.send("a")
    assert bench.work.run_due(bench.seen.append) == 2
    assert bench.seen == ["b", "a"]
    assert bench.work.waiting == ((NOON + timedelta(seconds=10), "later"),)


def test_waits_once(bench: Bench) -> None:
    """An incident that is sent several times is handled once, at the earliest of the times."""
    bench.work.send("i", 30)
    bench.work.send("i", 5)
    bench.work.send("i", 60)
    assert bench.work.waiting == ((NOON + timedelta(seconds=5), "i"),)


def test_sent_while_handled(bench: Bench) -> None:
    """An incident that is sent while it is handled is handled again."""

    def handler(incident: str) -> None:
        bench.seen.append(incident)
        if len(bench.seen) < 3:
            bench.work.send(incident)

    bench.work.send("i")
    assert bench.work.run_due(handler) == 3


def test_until_idle_moves_the_clock(bench: Bench) -> None:
    """Running until idle waits by the clock for what comes later, and not beyond the horizon."""
    for delay in (0, 60, 120, 7200):
        bench.work.send(f"i{delay}", delay)
    assert bench.work.run_until_idle(bench.seen.append, 3600) == 3
    assert bench.seen == ["i0", "i60", "i120"]
    assert bench.clock.now() == NOON + timedelta(seconds=120)
    assert [incident for _, incident in bench.work.waiting] == ["i7200"]


def test_until_idle_ends(bench: Bench) -> None:
    """An incident that sends itself again for ever does not run for ever."""
    assert bench.work.run_until_idle(lambda incident: bench.work.send(incident, 60), 600) == 0
    bench.work.send("i")
    assert bench.work.run_until_idle(lambda incident: bench.work.send(incident, 60), 600) == 11


def test_failure_is_tried_again_then_poisoned(bench: Bench) -> None:
    """A handler that raises is logged and tried five times, with growing delay; then the incident is given up."""
    bench.work.send("bad")
    bench.work.send("good")
    bench.work.run_until_idle(lambda i: bench.failing(i) if i == "bad" else bench.seen.append(i), 3600)
    assert bench.seen.count("bad") == TRIES == 5
    assert bench.seen.count("good") == 1
    assert bench.poisoned == ["bad"]
    assert [error["failures"] for error in bench.log.errors] == [1, 2, 3, 4, 5]
    assert bench.clock.now() == NOON + timedelta(seconds=5 + 10 + 20 + 40)
    assert bench.work.waiting == ()


def test_success_clears_the_count(bench: Bench) -> None:
    """Only failures in a row count."""
    for _ in range(3):
        for _ in range(4):
            bench.work.send("i")
            bench.work.run_due(bench.failing)
            bench.clock.sleep(3600)
        bench.work.send("i")
        bench.work.run_due(bench.seen.append)
    assert bench.poisoned == []


def test_transient_names_its_time(bench: Bench) -> None:
    """A Transient error that names a time is tried again at that time."""

    def throttled(incident: str) -> None:
        raise Transient("arm-throttled", "too many requests", retry_after=17.0)

    bench.work.send("i")
    bench.work.run_due(throttled)
    assert bench.work.waiting == ((NOON + timedelta(seconds=17), "i"),)


def test_poison_that_fails(bench: Bench) -> None:
    """When giving up fails as well, it is logged and the other incidents go on."""
    work = InlineWork(bench.clock, bench.log, bench.failing)
    work.send("bad")
    work.run_until_idle(bench.failing, 3600)
    assert bench.log.errors[-1]["message"] == "giving up incident"


def test_loop_wakes_on_send(bench: Bench) -> None:
    """The thread of a server handles what is sent to it as soon as it is sent, and ends when it is told to."""
    work = InlineWork(SystemClock(), bench.log, bench.poisoned.append)
    handled = threading.Event()

    def handler(incident: str) -> None:
        bench.seen.append(incident)
        handled.set()

    loop = WorkLoop(work, handler)
    loop.start()
    work.send("i")
    assert handled.wait(10)
    assert loop.stop()
    assert bench.seen == ["i"]


def test_loop_waits_for_delays(bench: Bench) -> None:
    """The thread sleeps until a delayed wake-up is due, and an earlier one that comes later is not kept waiting."""
    work = InlineWork(SystemClock(), bench.log, bench.poisoned.append)
    both = threading.Event()

    def handler(incident: str) -> None:
        bench.seen.append(incident)
        if len(bench.seen) == 2:
            both.set()

    loop = WorkLoop(work, handler)
    loop.start()
    work.send("second", 0.2)
    work.send("never", 3600)
    work.send("first", 0.05)
    assert both.wait(10)
    assert loop.stop()
    assert bench.seen == ["first", "second"]


def test_loop_stops_before_it_started(bench: Bench) -> None:
    """Stopping a loop that was never started is harmless."""
    assert WorkLoop(bench.work, bench.failing).stop()


def test_a_bounded_memory_forgets_the_oldest(bench: Bench) -> None:
    """Where only so many are remembered, the one that came first is forgotten, be it due or not."""
    work = InlineWork(bench.clock, bench.log, bench.poisoned.append, most=2)
    for incident, delay in (("one", 5), ("two", 9), ("three", 1)):
        work.send(incident, delay)
    assert [incident for _, incident in work.waiting] == ["three", "two"]

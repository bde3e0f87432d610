"""The program is killed after a change, and starts again on what it has left: the same end, nothing twice."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from remediator.adapters.system import process
from remediator.bootstrap import Runtime
from remediator.cli.watched import watched
from remediator.core.incident import Status
from remediator.ports import Applier, Lease, Leases, Started
from tests.scenarios.town import Town, links_in, subjects_in

LEASE = 300.0


class Killed(BaseException):
    """The end of a process; nobody catches it."""


@dataclass
class Dying:
    """An applier whose process dies as soon as Azure has taken the write of that number."""

    inner: Applier
    left: int

    def start(self, approved: Any, change: Any) -> Started:
        """Make the write, and die before anybody hears of it."""
        started = self.inner.start(approved, change)
        self.left -= 1
        if self.left == 0:
            raise Killed
        return started

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


@dataclass
class Unreleased:
    """Leases that a dead process leaves behind."""

    inner: Leases

    def take(self, names: Any, owner: str, seconds: float) -> Lease | None:
        """As it is, but nobody gives it back."""
        lease = self.inner.take(names, owner, seconds)
        return None if lease is None else _Held(lease)


@dataclass
class _Held:
    inner: Lease

    def still_held(self) -> bool:
        return self.inner.still_held()

    def release(self) -> None:
        """A dead process releases nothing."""


def dying(runtime: Runtime, after: int) -> Runtime:
    """The runtime of a process that dies after that many writes."""
    flow = runtime.flow
    applier: Any = Dying(flow.applier, after)
    return replace(runtime, flow=replace(flow, applier=applier, leases=Unreleased(flow.leases)))


def approved(place: Town) -> str:
    """The first incident, up to the yes."""
    with place.program() as program:
        incident = program.alert(place.network.pull_app(place.app("album")).text)
        program.settle()
        (link,) = links_in(place.postbox)
        assert program.decide(link, "lin", "contosoalbum") == 200
    return incident


def killed_after(place: Town, writes: int) -> None:
    """Start the program and let it die after that many writes of its own."""
    place.clock.sleep(LEASE)  # the last one's lease runs out
    with place.program() as program:
        mortal = dying(program.runtime, writes)
        mortal.wake_due()
        with pytest.raises(Killed):
            mortal.run_until_idle(LEASE)


def finished(place: Town, incident: str) -> dict[str, Any]:
    """Start the program once more and let it come to its end."""
    place.clock.sleep(LEASE)
    with place.program() as program:
        program.settle(LEASE)
        return program.incident(incident)


def check_the_end(place: Town, found: dict[str, Any]) -> None:
    """Resolved, four writes, each once, in order; asked once."""
    assert found["status"] == "RESOLVED", found["journal"]
    planned = [change["target"].lower() for change in found["diagnosis"]["plan"]["changes"]]
    assert [path.lower() for _, path in place.azure.writes] == planned
    assert {step["state"] for step in found["execution"]["steps"]} == {"done"}
    assert place.pulls("album")
    assert place.pulls("catalog")
    asked = [line for line in found["journal"] if line["status"] == "AWAITING_APPROVAL"]
    mails = [subject for subject in subjects_in(place.postbox) if "Approval wanted" in subject]
    assert (len(asked), len(mails)) == (1, 1)


@pytest.mark.parametrize("writes", [1, 2, 3, 4])
def test_killed_after_a_change(town: Callable[[str], Town], writes: int) -> None:
    """A process that dies right after any write leaves a case that the next one brings to the same end."""
    place = town("first-incident")
    incident = approved(place)
    killed_after(place, writes)
    assert len(place.azure.writes) == writes
    check_the_end(place, finished(place, incident))


def test_killed_after_every_change(town: Callable[[str], Town]) -> None:
    """Four processes that each die after one write get as far as one that lives."""
    place = town("first-incident")
    incident = approved(place)
    for number in range(4):
        killed_after(place, 1)
        assert len(place.azure.writes) == number + 1
    check_the_end(place, finished(place, incident))


def test_killed_while_it_asks(town: Callable[[str], Town]) -> None:
    """A process that dies once the question is out leaves one question: the next one does not ask again."""
    place = town("first-incident")
    with place.program() as program:
        incident = program.alert(place.network.pull_app(place.app("album")).text)
        program.settle()
    for _ in range(2):
        place.clock.sleep(LEASE)
        with place.program() as program:
            program.settle()
            assert program.status(incident) == "AWAITING_APPROVAL"
    assert [subject for subject in subjects_in(place.postbox) if "Approval wanted" in subject] == [
        "[remediator] Approval wanted: contosoalbum.azurecr.cn"
    ]
    with place.program() as program:
        (link,) = links_in(place.postbox)
        assert program.decide(link, "lin", "contosoalbum") == 200
        program.settle(LEASE)
        check_the_end(place, program.incident(incident))


def died_after(place: Town, writes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `killed_after`, in a process of which the machine knows that it has ended; no time passes."""
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    ended.wait()
    name = f"{process.this_process().rpartition('/')[0]}/{ended.pid}@1"
    with monkeypatch.context() as patched:
        patched.setattr(process, "this_process", lambda: name)
        with place.program() as program:
            mortal = dying(program.runtime, writes)
            mortal.wake_due()
            with pytest.raises(Killed):
                mortal.run_until_idle(LEASE)
    assert len(place.azure.writes) == writes


@pytest.mark.parametrize("writes", [1, 2, 3, 4])
def test_the_next_process_goes_on_at_once(
    town: Callable[[str], Town], monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """What a killed process had in hand is taken up by the next one without waiting for its time to come."""
    place = town("first-incident")
    incident = approved(place)
    died_after(place, writes, monkeypatch)
    began = place.clock.now()
    with place.program() as program:
        assert program.runtime.take_up() == (incident,)
        program.runtime.run_until_idle(30)
        found = program.incident(incident)
    assert place.clock.now() - began < timedelta(minutes=1)
    check_the_end(place, found)


def test_whoever_starts_work_takes_up_what_was_left(
    town: Callable[[str], Town], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that only starts its work loop, of which there is one however often it is started, brings a case to its
    end that a killed one had in hand."""
    place = town("first-incident")
    incident = approved(place)
    died_after(place, 2, monkeypatch)
    saved: queue.Queue[Status] = queue.Queue()
    with place.program() as program:
        runtime = watched(program.runtime, lambda case, _: saved.put(case.status))
        runtime.start_work()
        runtime.start_work()
        assert [thread.name for thread in threading.enumerate()].count("work") == 1
        while not saved.get(timeout=30).ended:
            pass
        check_the_end(place, program.incident(incident))

"""Wake-ups on storage queues, as the host and as our own puller see them."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from remediator.adapters.azure.storage.account import StorageAccount
from remediator.adapters.azure.storage.puller import TRIES, Puller
from remediator.adapters.azure.storage.queue import LONGEST_DELAY, Delivery, StorageQueue
from remediator.core.errors import Misconfigured, Transient
from tests.azurite import Azurite, TestIdentity, azurite
from tests.doubles import ListLog

_numbers = itertools.count()
NOTHING: list[str] = []


class Bench:
    """A pair of fresh queues with a puller that is turned by hand; a message that failed comes back at once."""

    def __init__(self, server: Azurite) -> None:
        number = next(_numbers)
        self.account = server.account()
        self.work, self.poison = (StorageQueue(self.account, f"work{number}{end}") for end in ("", "-poison"))
        self.log, self.seen, self.poisoned = ListLog(), list[str](), list[str]()

    def puller(self, handler: Callable[[str], None]) -> Puller:
        return Puller(self.work, self.poison, handler, self.poisoned.append, self.log)

    def failing(self, incident: str) -> None:
        self.seen.append(incident)
        raise RuntimeError("a bug")


@pytest.fixture(params=[False, True], ids=["key", "identity"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(azurite(oauth=request.param))


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is given back can be received at once."""
    genuine = StorageQueue.postpone

    def postpone(self: StorageQueue, delivery: Delivery, seconds: int) -> None:
        genuine(self, delivery, 0)

    monkeypatch.setattr(StorageQueue, "postpone", postpone)


def received(queue: StorageQueue, most: int = 32) -> list[str]:
    return [delivery.text for delivery in queue.receive(60, most)]


def test_what_is_sent_is_received(bench: Bench) -> None:
    """Ids come out as they went in, on a queue that the first of them makes; while one has them nobody else does."""
    for incident in ("0123456789ab-1", "ü"):
        bench.work.send(incident)
    assert sorted(received(bench.work)) == ["0123456789ab-1", "ü"]
    assert received(bench.work) == NOTHING


def test_messages_are_what_the_host_expects(bench: Bench) -> None:
    """On the queue lies base64, as the host's trigger reads it, and it never expires."""
    bench.work.send("one")
    (message,) = bench.account.queue(bench.work.name).receive_messages()
    assert base64.b64decode(message.content) == b"one"
    assert message.expires_on is not None
    assert message.expires_on.year == 9999


@pytest.mark.parametrize("delay", [29.5, LONGEST_DELAY, 1e9])
def test_a_delay_hides_the_message(bench: Bench, delay: float) -> None:
    """A delayed message is not received before its time; a delay beyond seven days is cut to seven."""
    bench.work.send("later", delay)
    bench.work.send("now", -5)
    assert received(bench.work) == ["now"]


def test_a_message_put_there_by_hand(bench: Bench) -> None:
    """A text that is not base64 is received as it is, so that the messages behind it are not held up."""
    bench.work.send("one")
    bench.account.queue(bench.work.name).send_message("by-hand!")
    assert sorted(received(bench.work)) == ["by-hand!", "one"]


def test_deleting_late_does_no_harm(bench: Bench) -> None:
    """Who deletes or gives back a message that was received again by somebody else changes nothing."""
    bench.work.send("one")
    (late,) = bench.work.receive(60)
    bench.work.postpone(late, 0)
    (again,) = bench.work.receive(60)
    bench.work.delete(late)
    bench.work.postpone(late, 0)
    assert received(bench.work) == NOTHING
    bench.work.delete(again)
    bench.work.delete(again)
    assert again.count == 2


def test_the_puller_takes_what_went_well_off_the_queue(bench: Bench) -> None:
    """A message is handled once and is gone; an empty queue is nothing to do."""
    puller = bench.puller(bench.seen.append)
    bench.work.send("one")
    assert (puller.pull(), puller.pull()) == (1, 0)
    assert (bench.seen, bench.log.errors) == (["one"], [])
    assert received(bench.work) == NOTHING


def test_a_bug_ends_in_the_poison_queue(bench: Bench, at_once: None) -> None:
    """A message that fails is delivered five times, as by the host, and then ends with a person."""
    puller = bench.puller(bench.failing)
    bench.work.send("one")
    for _ in range(TRIES + 1):
        puller.pull()
    assert (bench.seen, bench.poisoned) == (["one"] * TRIES, ["one"])
    assert [error["failures"] for error in bench.log.errors] == [1, 2, 3, 4, 5]
    assert (received(bench.work), received(bench.poison)) == (NOTHING, NOTHING)


def test_a_failure_waits_half_a_minute(bench: Bench) -> None:
    """A message that failed is hidden for a while and not delivered again at once."""
    puller = bench.puller(bench.failing)
    bench.work.send("one")
    assert (puller.pull(), puller.pull()) == (1, 0)
    assert bench.seen == ["one"]


def test_who_fails_at_the_poison_queue_is_not_lost(bench: Bench, at_once: None) -> None:
    """When not even a person can be called, the message stays on the poison queue and is tried again."""
    failures = iter([Transient("storage-busy", "busy")] * 7)

    def calling(incident: str) -> None:
        for failure in failures:
            raise failure
        bench.poisoned.append(incident)

    puller = Puller(bench.work, bench.poison, bench.failing, calling, bench.log)
    bench.poison.send("one")
    for _ in range(8):
        puller.pull()
    assert bench.poisoned == ["one"]


def test_a_puller_in_its_thread(bench: Bench) -> None:
    """A started puller handles what lies on the queue, and ends when it is told to."""
    handled: list[str] = []

    def last(incident: str) -> None:
        handled.append(incident)
        puller.end()

    puller = bench.puller(last)
    bench.work.send("one")
    puller.start()
    puller.join(20)
    assert handled == ["one"]


def test_a_wrong_key() -> None:
    """Whom storage does not know is told so at once, with the role for queues."""
    wrong = StorageAccount(replace(azurite().place(), key="d3Jvbmc="), TestIdentity)
    with pytest.raises(Misconfigured) as caught:
        StorageQueue(wrong, "work").send("one")
    assert caught.value.code == "storage-forbidden"
    assert "Storage Queue Data Contributor" in str(caught.value.hint)

"""The function app with its case files on Tables and its wake-ups on a storage queue, built from variables alone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from remediator.core.incident import Incident, Status
from remediator.functions import runtime
from tests.azurite import azurite, fresh_account
from tests.functions_host import payloads
from tests.functions_host.conftest import ROOT
from tests.functions_host.host import FUNCTION_KEY, Answer
from tests.functions_host.stage import EASY_AUTH
from tests.functions_host.storage_host import StorageHost
from tests.functions_host.worker import Worker

WORK, POISON = "remediator-work", "remediator-work-poison"


@pytest.fixture
def host(worker: Worker, fresh_runtime: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StorageHost]:
    """The app beside a small Azure over HTTPS, with an account of its own in Azurite; no store is left in a file."""
    connection = azurite().connection(fresh_account())
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.delenv(name, raising=False)
    places = {"AzureWebJobsStorage": connection, "REMEDIATOR_DATA_DIR": str(tmp_path)}
    for name, value in (EASY_AUTH | places).items():
        monkeypatch.setenv(name, value)
    yield StorageHost(worker, ROOT, connection)
    if runtime._runtime.cache_info().currsize:
        runtime.current().close()
    assert not list(tmp_path.glob("*.sqlite*"))


def alert(host: StorageHost) -> Answer:
    answer = host.request("POST", "/api/alerts", payloads.log_alert(), key=FUNCTION_KEY)
    assert answer.status == 202
    return answer


def the_incident() -> Incident:
    (incident,) = runtime.current().find()
    return incident


def test_an_alert_goes_through_the_queue(host: StorageHost) -> None:
    """An alert is on the queue when it is answered; the trigger's message takes it to a question."""
    (incident,) = alert(host).json["incidents"]
    assert host.lying(WORK) == 1
    assert host.pump() == []
    assert runtime.current().load(incident).status is Status.AWAITING_APPROVAL
    assert host.lying(WORK) == 0


def test_a_lost_message_is_made_up_for(host: StorageHost) -> None:
    """When the queue has lost everything, the clock sends again what is due, and nothing else."""
    alert(host)
    host._queue(WORK).clear_messages()
    host.tick("wake")
    assert host.lying(WORK) == 1
    host.pump()
    assert the_incident().status is Status.AWAITING_APPROVAL
    host.tick("wake")
    assert host.lying(WORK) == 0


def test_a_bug_ends_with_a_person(host: StorageHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that fails at all five deliveries goes to the poison queue, and its incident becomes NEEDS_HUMAN."""
    alert(host)
    observer = type(runtime.current().flow.observer)
    monkeypatch.setattr(observer, "observe", lambda self: 1 / 0)
    assert len(host.pump()) == 5
    assert (the_incident().status, host.lying(WORK), host.lying(POISON)) == (Status.NEEDS_HUMAN, 0, 0)


def test_many_signals_at_once(host: StorageHost) -> None:
    """Forty different events for one registry at the same moment are one incident that has counted them all."""

    def deliver(number: int) -> int:
        return host.deliver("events", payloads.event(number)).status

    with ThreadPoolExecutor(8) as callers:
        assert set(callers.map(deliver, range(40))) == {202}
    host.pump()
    assert the_incident().signal_count == 40


def test_two_workers_on_one_queue(host: StorageHost) -> None:
    """Messages that are delivered twice, to two workers at once, lead to one plan and one question."""
    (incident,) = alert(host).json["incidents"]
    for _ in range(4):
        host.put(WORK, incident)
    with ThreadPoolExecutor(2) as workers:
        assert list(workers.map(lambda _: host.pump(), range(2))) == [[], []]
    host.tick("wake")
    host.pump()
    found = the_incident()
    assert found.status is Status.AWAITING_APPROVAL
    assert [line.status for line in found.journal].count(Status.AWAITING_APPROVAL) == 1


def test_an_unknown_id_is_harmless(host: StorageHost) -> None:
    """A message that names no incident is taken off its queue, on the poison queue too."""
    for queue in (WORK, POISON):
        host.put(queue, "0000-nobody")
    assert host.pump() == []
    assert (host.lying(WORK), host.lying(POISON)) == (0, 0)

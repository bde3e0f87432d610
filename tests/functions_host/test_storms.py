"""A storm at the doors of the app on a real storage server: one incident, every signal counted, one question."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from remediator.core.incident import Incident, Status
from remediator.functions import runtime
from remediator.sandbox import Azure, SandboxServer
from tests.azurite import azurite, fresh_account
from tests.functions_host import payloads
from tests.functions_host.conftest import ROOT
from tests.functions_host.host import FUNCTION_KEY
from tests.functions_host.stage import EASY_AUTH
from tests.functions_host.storage_host import StorageHost
from tests.functions_host.test_one_root import alert
from tests.functions_host.worker import Worker
from tests.hub_estate import Hub, hub, link_gone

DIFFERENT, AGAIN = 10_000, 2_000
BATCH = 100
CALLERS = 8
MANY = 40


@pytest.fixture
def places(worker: Worker, fresh_runtime: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The settings of an app on an account of its own."""
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.delenv(name, raising=False)
    connection = azurite().connection(fresh_account())
    found = EASY_AUTH | {"AzureWebJobsStorage": connection, "REMEDIATOR_DATA_DIR": str(tmp_path)}
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture
def host(worker: Worker, places: dict[str, str]) -> Iterator[StorageHost]:
    yield StorageHost(worker, ROOT, places["AzureWebJobsStorage"])
    if runtime._runtime.cache_info().currsize:
        runtime.current().close()


@pytest.fixture
def made() -> Hub:
    """Forty registries behind one zone that has lost its link."""
    found = hub(MANY)
    link_gone(found)
    return found


@pytest.fixture
def behind_one_zone(host: StorageHost, made: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[StorageHost]:
    """The app beside an Azure with that hub."""
    azure = Azure.from_estate(made.builder.document())
    with SandboxServer(azure) as server:
        monkeypatch.setenv("REMEDIATOR_ARM_ENDPOINT", server.arm_url)
        monkeypatch.setenv("REMEDIATOR_CA_FILE", str(server.ca_path))
        monkeypatch.setenv("REMEDIATOR_CLOUD", azure.cloud)
        monkeypatch.setenv("IDENTITY_ENDPOINT", server.identity_url)
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        yield host
        if runtime._runtime.cache_info().currsize:
            runtime.current().close()


def deliveries(seed: int) -> list[list[dict[str, Any]]]:
    """Ten thousand different events of one registry and two thousand of them again, in any order, a hundred each."""
    chance = random.Random(seed)
    numbers = [*range(DIFFERENT), *chance.choices(range(DIFFERENT), k=AGAIN)]
    chance.shuffle(numbers)
    events = [payloads.event(number) for number in numbers]
    return [events[start : start + BATCH] for start in range(0, len(events), BATCH)]


def all_incidents() -> list[Incident]:
    """Every incident, whatever its status."""
    return list(runtime.current().flow.incidents.find(limit=500))


def test_ten_thousand_signals_of_one_registry(host: StorageHost) -> None:
    """Twelve thousand deliveries of ten thousand events in any order, from many callers at once, are one incident that
    counts ten thousand, and one question. (How fast is what `remediator bench storm` measures.)"""

    def deliver(batch: list[dict[str, Any]]) -> int:
        return host.request("POST", "/api/events", batch, key=FUNCTION_KEY).status

    with ThreadPoolExecutor(CALLERS) as callers:
        assert set(callers.map(deliver, deliveries(7))) == {202}
    assert host.pump() == []
    (incident,) = all_incidents()
    assert (incident.status, incident.signal_count) == (Status.AWAITING_APPROVAL, DIFFERENT)
    assert [line.status for line in incident.journal].count(Status.AWAITING_APPROVAL) == 1
    assert len(incident.signals) <= 40


def test_forty_alerts_and_two_workers(behind_one_zone: StorageHost, made: Hub) -> None:
    """Alerts of forty apps about forty registries, handled by workers that race, end as one question that names all
    forty; every other incident is joined to it."""
    host = behind_one_zone

    def send(number: int) -> int:
        return host.request("POST", "/api/alerts", alert(made, number), key=FUNCTION_KEY).status

    with ThreadPoolExecutor(CALLERS) as callers:
        assert set(callers.map(send, range(MANY))) == {202}
    with ThreadPoolExecutor(4) as workers:
        assert [failures for failures in workers.map(lambda _: host.pump(), range(4)) if failures] == []
    for _ in range(3):
        host.tick("wake")
        host.pump()
    found = all_incidents()
    assert Counter(one.status for one in found) == {Status.AWAITING_APPROVAL: 1, Status.JOINED: MANY - 1}
    (leader,) = [one for one in found if one.status is Status.AWAITING_APPROVAL]
    assert {rid.text for rid in leader.registries} == set(made.registries)
    assert {one.joined_to for one in found if one is not leader} == {leader.id}
    assert len(runtime.current().joined(leader.id)) == MANY - 1
    assert leader.diagnosis is not None
    assert len(leader.diagnosis.plan.changes) == 1

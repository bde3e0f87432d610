"""What a door costs before it answers: requests to a real storage server, counted as they leave, and none to Azure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from remediator.functions import runtime
from tests.azurite import azurite, fresh_account
from tests.functions_host import payloads
from tests.functions_host.conftest import ROOT
from tests.functions_host.host import FUNCTION_KEY
from tests.functions_host.stage import EASY_AUTH
from tests.functions_host.storage_host import StorageHost
from tests.functions_host.worker import Worker


class Wire:
    """Every request of this process, as `METHOD what`."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def take(self) -> list[str]:
        """What was sent since it was last asked."""
        taken, self.sent = self.sent, []
        return taken


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    found, send = Wire(), requests.adapters.HTTPAdapter.send

    def counted(self: Any, request: requests.PreparedRequest, *rest: Any, **more: Any) -> Any:
        address = str(request.url).partition("?")[0]
        what = "batch" if address.endswith("$batch") else "message" if address.endswith("/messages") else address
        found.sent.append(f"{request.method} {what}")
        return send(self, request, *rest, **more)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", counted)
    return found


@pytest.fixture
def host(
    worker: Worker, fresh_runtime: None, tmp_path: Path, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StorageHost]:
    """The app on an account of its own, with an incident of the registry open and in memory."""
    connection = azurite().connection(fresh_account())
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.delenv(name, raising=False)
    places = {"AzureWebJobsStorage": connection, "REMEDIATOR_DATA_DIR": str(tmp_path)}
    for name, value in (EASY_AUTH | places).items():
        monkeypatch.setenv(name, value)
    host = StorageHost(worker, ROOT, connection)
    assert host.deliver("events", payloads.event(0)).status == 202
    wire.take()
    yield host
    runtime.current().close()


ONE = ["POST batch", "POST message"]


def test_an_event_of_the_trigger(host: StorageHost, wire: Wire) -> None:
    """An event about an open incident is one batch and one message, and nothing else leaves the process."""
    assert host.deliver("events", payloads.cloud_event(1)).status == 202
    assert wire.take() == ONE


def test_an_alert(host: StorageHost, wire: Wire) -> None:
    """So is an alert."""
    assert host.request("POST", "/api/alerts", payloads.activity_alert(), key=FUNCTION_KEY).status == 202
    assert wire.take() == ONE


def test_a_batch_of_two_hundred_events(host: StorageHost, wire: Wire) -> None:
    """Two hundred events of one delivery are as few batches as their rows need, and one message; all are counted."""
    batch = [payloads.event(number) for number in range(1, 201)]
    (incident,) = host.request("POST", "/api/events", batch, key=FUNCTION_KEY).json["incidents"]
    *batches, last = wire.take()
    assert (set(batches), len(batches) <= 4, last) == ({"POST batch"}, True, "POST message")
    held = runtime.current().flow.incidents.load(incident)
    assert held.incident.signal_count + len(held.letters) == 201


def test_a_first_signal(host: StorageHost, wire: Wire) -> None:
    """A signal that opens an incident also asks whether there is one and enters it into the index first."""
    event = payloads.event(7)
    event["data"]["resourceUri"] = event["subject"] = payloads.REGISTRY + "2"
    assert host.deliver("events", event).status == 202
    first, *others = wire.take()
    assert (first.split()[0], others) == ("GET", ["POST batch", *ONE])


@pytest.mark.parametrize("body", [b"[1,2,3]", b"[" + b"1," * 20_000 + b"1]"], ids=["few", "many"])
def test_what_is_not_understood_is_kept_once(host: StorageHost, wire: Wire, body: bytes) -> None:
    """A delivery whose parts mean nothing is kept whole, once, however many there are."""
    assert host.request("POST", "/api/events", body, key=FUNCTION_KEY).status == 202
    requests_sent = wire.take()
    assert requests_sent.count("POST batch") == len(requests_sent) == 2  # the index of labels, and the rows
    assert len(runtime.current().quarantine.names()) == 1

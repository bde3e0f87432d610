"""Where bootstrap keeps case files and wake-ups: which account the settings lead to, and what stands there."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from remediator import bootstrap
from remediator.adapters.azure.storage.queue import StorageQueue
from remediator.cli.watched import watched
from remediator.core.errors import Misconfigured
from remediator.core.incident import Incident, JournalLine, Status
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from remediator.sandbox import Azure, estates
from tests.azurite import ACCOUNTS, azurite, fresh_account, token

REGISTRY = ResourceId(
    "/subscriptions/4f1e2d3c-0001-4a00-8b00-00000000c001/resourceGroups/rg-album/providers/"
    "Microsoft.ContainerRegistry/registries/contosoalbum"
)
CLIENT = "33333333-3333-4333-8333-333333333333"


def built(folder: Path, *, sandbox: Azure | None = None, **variables: str) -> bootstrap.Runtime:
    environ = {"REMEDIATOR_DATA_DIR": str(folder), **variables}
    return bootstrap.build(bootstrap.settings(environ), sandbox=sandbox)


def signal(name: str = "a") -> Signal:
    return Signal(SignalSource.MANUAL, name, subject=REGISTRY)


def waiting(account: str) -> list[str]:
    """What lies on an account's work queue."""
    queue = StorageQueue(azurite().account(account), "remediator-work")
    return [delivery.text for delivery in queue.receive(1, 32)]


class Identity(BaseHTTPRequestHandler):
    """The endpoint at which a function app's identity gets its tokens."""

    asked: list[dict[str, list[str]]]

    def do_GET(self) -> None:
        self.asked.append(parse_qs(urlsplit(self.path).query))
        answer = {"access_token": token(), "expires_on": "4102444800", "resource": "x", "token_type": "Bearer"}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, list[str]]]]:
    """A managed identity on loopback; what it was asked for."""
    asked: list[dict[str, list[str]]] = []
    server = HTTPServer(("127.0.0.1", 0), type("Asked", (Identity,), {"asked": asked}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{server.server_port}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header")
    yield asked
    server.shutdown()
    server.server_close()


def test_without_an_account_everything_stays_here(tmp_path: Path) -> None:
    """Where no variable names an account, case files are in a file and wake-ups in the process."""
    with built(tmp_path) as runtime:
        runtime.take_in(signal())
        assert not runtime.work.shared
    assert (tmp_path / "remediator.sqlite").exists()


@pytest.mark.parametrize("name", ["AzureWebJobsStorage", "REMEDIATOR_STORAGE_CONNECTION"])
def test_a_connection_string_is_enough(tmp_path: Path, name: str) -> None:
    """With the connection string of the host or one of ours, two processes share case files, and the id is on the
    queue; nothing is kept on the machine but the key."""
    account = fresh_account()
    variables = {name: azurite().connection(account)}
    with built(tmp_path / "a", **variables) as one, built(tmp_path / "b", **variables) as other:
        taken = one.take_in(signal())
        assert other.take_in(signal("b")).joined
        assert [incident.id for incident in other.find()] == [taken.incident]
        assert one.work.shared
    assert waiting(account) == [taken.incident] * 2
    assert not (tmp_path / "a" / "remediator.sqlite").exists()


def test_the_queue_is_where_the_host_listens(tmp_path: Path) -> None:
    """With an account of its own for case files, wake-ups still go to the host's account."""
    ours, host = fresh_account(), fresh_account()
    connection = azurite().connection
    variables = {"REMEDIATOR_STORAGE_CONNECTION": connection(ours), "AzureWebJobsStorage": connection(host)}
    with built(tmp_path, **variables) as runtime:
        taken = runtime.take_in(signal())
    assert (waiting(host), waiting(ours)) == ([taken.incident], [])
    with built(tmp_path, AzureWebJobsStorage=connection(host)) as elsewhere:
        assert elsewhere.find() == ()


@pytest.mark.parametrize("client", ["", CLIENT])
def test_a_managed_identity_over_tls(
    tmp_path: Path, identity: list[dict[str, list[str]]], monkeypatch: pytest.MonkeyPatch, client: str
) -> None:
    """With the host's identity-based connection, tokens come from the app's managed identity and open both services."""
    server = azurite(oauth=True)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", server.ca_file)
    variables = {
        "AzureWebJobsStorage__tableServiceUri": f"{server.tables}/{ACCOUNTS[0]}",
        "AzureWebJobsStorage__queueServiceUri": f"{server.queues}/{ACCOUNTS[0]}",
        "AzureWebJobsStorage__clientId": client,
    }
    with built(tmp_path, **variables) as runtime:
        taken = runtime.take_in(signal(client or "none"))
        assert runtime.load(taken.incident).subject == REGISTRY
    assert identity
    assert all(asked["resource"] == ["https://storage.azure.com"] for asked in identity)
    assert all(asked.get("client_id", [""]) == [client] for asked in identity)


@pytest.mark.parametrize(
    "variables",
    [
        {"AzureWebJobsStorage": "nonsense"},
        {"REMEDIATOR_STORAGE_CONNECTION": "AccountName=a"},
        {"AzureWebJobsStorage__tableServiceUri": "http://a.table.core.windows.net"},
    ],
)
def test_an_account_that_cannot_be_found(tmp_path: Path, variables: dict[str, str]) -> None:
    """A connection string or address that leads nowhere keeps the program from starting."""
    with pytest.raises(Misconfigured, match="bad-storage-address"):
        built(tmp_path, **variables)


def test_two_names_for_one_account(tmp_path: Path) -> None:
    """An account by name and a connection string together are a mistake in the settings."""
    with pytest.raises(Misconfigured) as caught:
        built(tmp_path, REMEDIATOR_STORAGE_ACCOUNT="shop", REMEDIATOR_STORAGE_CONNECTION="x")
    assert caught.value.code == "bad-setting"


def test_nothing_is_asked_before_it_is_needed(tmp_path: Path) -> None:
    """A runtime is built for an account that cannot be reached, so that the doors can still answer."""
    with built(tmp_path, REMEDIATOR_STORAGE_ACCOUNT="shop", REMEDIATOR_CLOUD="AzureChinaCloud") as runtime:
        assert runtime.work.shared


def test_serve_pulls_from_the_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process without a host receives its wake-ups from the queue by itself, those of another process too."""
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.setenv(name, "")
    variables = {"AzureWebJobsStorage": azurite().connection(fresh_account()), "REMEDIATOR_MODE": "sandbox"}
    planned = threading.Event()

    def tell(_: Incident, line: JournalLine) -> None:
        if line.status is Status.PLANNED:
            planned.set()

    with built(tmp_path, **variables) as other:
        other.take_in(signal())
    with built(tmp_path, sandbox=Azure.from_estate(estates.load("first-incident")), **variables) as plain:
        watched(plain, tell).start_work()
        assert planned.wait(30)


def test_a_command_works_through_what_it_has_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command of the terminal takes its own incident on and leaves those of others to their workers."""
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.setenv(name, "")
    variables = {"AzureWebJobsStorage": azurite().connection(fresh_account()), "REMEDIATOR_MODE": "sandbox"}
    elsewhere = Signal(SignalSource.MANUAL, "b", subject=ResourceId(f"{REGISTRY.text}2"))
    with built(tmp_path, **variables) as other:
        left = other.take_in(elsewhere).incident
    with built(tmp_path, **variables) as runtime:
        ours = runtime.take_in(signal()).incident
        runtime.run_until_idle(1)
        assert runtime.load(left).status is Status.OPEN
        assert runtime.load(ours).status is not Status.OPEN

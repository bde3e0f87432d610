"""The doors with what bootstrap builds from the environment, and how often it is built."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from types import SimpleNamespace
from typing import Any

import pytest

from remediator import bootstrap
from remediator.core.incident import Status
from remediator.functions import runtime
from remediator.settings import Mode
from tests.functions_host import payloads
from tests.functions_host.host import FUNCTION_KEY, Host
from tests.functions_host.stage import EASY_AUTH

ENVIRONMENT = EASY_AUTH | {"REMEDIATOR_NOTIFY": "", "REMEDIATOR_STOPPED": ""}


@pytest.fixture
def environment(fresh_runtime: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A small Azure over HTTPS in this process, a store in a file, and wake-ups that only the queue delivers."""
    monkeypatch.delenv("IDENTITY_ENDPOINT", raising=False)
    monkeypatch.delenv("IDENTITY_HEADER", raising=False)
    for name, value in (ENVIRONMENT | {"REMEDIATOR_DATA_DIR": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(bootstrap.Runtime, "start_work", lambda self: None)
    yield monkeypatch
    if runtime._runtime.cache_info().currsize:
        runtime.current().close()


def test_the_environment_is_enough(host: Host, environment: Any) -> None:
    """With nothing but variables set, an alert becomes an incident that a queue message takes to a question."""
    answer = host.request("POST", "/api/alerts", payloads.log_alert(), key=FUNCTION_KEY)
    (incident,) = answer.json["incidents"]
    host.put("remediator-work", incident)
    assert host.pump() == []
    assert runtime.current().load(incident).status is Status.AWAITING_APPROVAL


def test_a_key_of_the_settings_is_compared_again(host: Host, environment: pytest.MonkeyPatch) -> None:
    """Where the settings name a function key, the one that satisfies the host alone is refused by our own code."""
    environment.setenv("REMEDIATOR_FUNCTION_KEY", "another-key-altogether")
    refused = host.request("POST", "/api/alerts", payloads.log_alert(), key=FUNCTION_KEY)
    assert (refused.status, refused.json["error"]["code"]) == (401, "not-authenticated")


def test_a_wrong_variable_is_an_answer(host: Host, environment: pytest.MonkeyPatch) -> None:
    """A variable that does not exist stops the doors with 503; once it is gone they work without a restart."""
    environment.setenv("REMEDIATOR_MODUS", "azure")
    assert host.request("GET", "/healthz").json == {"error": {"code": "bad-setting"}}
    environment.delenv("REMEDIATOR_MODUS")
    assert host.request("GET", "/healthz").status == 200


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("mode", list(Mode))
def test_many_first_calls_build_one_runtime(
    fresh_runtime: None, monkeypatch: pytest.MonkeyPatch, mode: Mode, shared: bool
) -> None:
    """Calls that come at once get the same runtime; its wake-ups are handled here unless the host delivers them."""
    made: list[Any] = []
    together = Barrier(2)

    def build(settings: object) -> Any:
        work = SimpleNamespace(shared=shared)
        calls = SimpleNamespace(settings=SimpleNamespace(mode=mode), work=work, started=0, close=lambda: None)
        calls.start_work = lambda: setattr(calls, "started", calls.started + 1)
        made.append(calls)
        with suppress(BrokenBarrierError):
            together.wait(timeout=0.1)  # a second builder, if there is one, is let in
        return calls

    monkeypatch.setattr(bootstrap, "build", build)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: runtime.current(), range(32)))
    assert len(made) == 1
    assert all(one is made[0] for one in found)
    assert made[0].started == (0 if shared else 1)

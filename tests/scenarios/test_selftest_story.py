"""`remediator selftest` against a remediator that runs: the whole chain, and each part of it broken."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from remediator import bootstrap
from remediator.bootstrap import Runtime
from remediator.cli.serving import WebServer
from remediator.cli.web_app import app_of
from remediator.core.incident import Status
from remediator.sandbox import Azure, SandboxServer, estates
from tests.azurite import azurite, fresh_account
from tests.cli.running import run

SETTINGS = {
    "REMEDIATOR_MODE": "sandbox",
    "REMEDIATOR_CLOUD": "AzureChinaCloud",
    "REMEDIATOR_IDENTITY_PROVIDER": "local",
    "REMEDIATOR_LOCAL_USER": "lin",
}


class Deployed:
    """A remediator within this process, with or without somebody who works."""

    def __init__(self, settings: dict[str, str], azure: Azure) -> None:
        self.settings, self.azure = settings, azure

    @contextmanager
    def running(self, *, working: bool = True) -> Iterator[Runtime]:
        """Serve it."""
        with WebServer() as server:
            self.settings["REMEDIATOR_PUBLIC_URL"] = server.url
            with bootstrap.build(bootstrap.settings(self.settings)) as runtime:
                if working:
                    runtime.start_work()
                server.start(app_of(runtime))
                yield runtime

    def test(self, *options: str, **more: str) -> tuple[int, dict[str, Any]]:
        """The exit code and the document of a test."""
        result = run("selftest", "--json", "--timeout", "1.5", *options, env={**self.settings, **more})
        found: dict[str, Any] = json.loads(result.stdout)
        assert found["schema"] == 1
        return result.exit_code, found


@pytest.fixture
def deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    azure = Azure.from_estate(estates.load("first-incident"), retry_after=0, operation_polls=0)
    with SandboxServer(azure) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", server.identity_url)
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        place = {
            "REMEDIATOR_ARM_ENDPOINT": server.arm_url,
            "REMEDIATOR_CA_FILE": str(server.ca_path),
            "REMEDIATOR_DATA_DIR": str(tmp_path / "data"),
        }
        yield Deployed({**SETTINGS, **place}, azure)


@pytest.mark.parametrize("via", ["request", "event"])
def test_the_whole_chain(deployed: Deployed, via: str) -> None:
    """A test signal comes out as NO_DRIFT: the estate was read for it, and nothing was written or asked."""
    with deployed.running() as runtime:
        code, found = deployed.test("--via", via)
        incident = runtime.load(found["incident"])
    assert (code, found["ok"], found["lost"]) == (0, True, None)
    assert [one["part"] for one in found["passed"]] == ["door", "store", "queue", "worker"]
    assert (incident.status, incident.outbox, incident.request) == (Status.NO_DRIFT, (), None)
    assert deployed.azure.writes == []
    assert len(deployed.azure.requests) > 5


def test_the_chain_over_a_storage_account(deployed: Deployed) -> None:
    """The same over tables and a queue of Azure Storage, whose messages a worker pulls."""
    deployed.settings["AzureWebJobsStorage"] = azurite().connection(fresh_account())
    with deployed.running():
        code, found = deployed.test("--timeout", "20")
    assert (code, found["ok"]) == (0, True)


def test_nobody_answers(deployed: Deployed) -> None:
    """Where nothing listens it was lost at the door."""
    with WebServer() as taken:
        free = taken.url
    code, found = deployed.test(REMEDIATOR_PUBLIC_URL=free)
    assert (code, found["lost"], found["passed"]) == (1, "door", [])


def test_a_wrong_key(deployed: Deployed) -> None:
    """A caller that the door does not know is told so, with the code."""
    with deployed.running():
        code, found = deployed.test(REMEDIATOR_FUNCTION_KEY="another-key")
    assert (code, found["lost"], "not-authenticated" in found["found"]) == (1, "door", True)


def test_secrets_of_the_app_are_not_needed(deployed: Deployed) -> None:
    """With an app's settings, whose secrets are references that only the app can read, the test needs none of them."""
    secret = "@Microsoft.KeyVault(VaultName=nowhere;SecretName=key)"
    deployed.settings["REMEDIATOR_FUNCTION_KEY"] = "a-key-of-callers-that-is-no-secret-here"
    with deployed.running():
        code, found = deployed.test(REMEDIATOR_APPROVAL_KEY=secret, REMEDIATOR_TEAMS_WEBHOOKS=secret)
        hidden = deployed.test(REMEDIATOR_FUNCTION_KEY=secret)
    assert (code, found["ok"]) == (0, True)
    assert (hidden[0], hidden[1]["lost"]) == (1, "door")  # a stand-in is shown to nobody


def test_nobody_works(deployed: Deployed) -> None:
    """A message that nobody takes is lost in the queue."""
    with deployed.running(working=False):
        code, found = deployed.test()
    assert (code, found["lost"]) == (1, "queue")
    assert [one["part"] for one in found["passed"]] == ["door", "store"]


def test_the_worker_cannot_read_azure(deployed: Deployed) -> None:
    """A worker without rights is where it was lost, with what Azure said."""
    deployed.azure.faults.refuse("/subscriptions")
    with deployed.running():
        code, found = deployed.test()
    assert (code, found["lost"]) == (1, "worker")
    assert "grant-not-seen" in found["found"]


def test_nobody_may_look(deployed: Deployed) -> None:
    """Without an identity provider case files cannot be watched: that is no success, and nothing is called lost."""
    deployed.settings |= {"REMEDIATOR_IDENTITY_PROVIDER": "none", "REMEDIATOR_LOCAL_USER": ""}
    with WebServer() as server:
        deployed.settings["REMEDIATOR_PUBLIC_URL"] = server.url
        with bootstrap.build(bootstrap.settings(deployed.settings)) as runtime:
            from remediator.web.app import create_app
            from remediator.web.wiring import web_runtime

            web = web_runtime(runtime, function_key=runtime.function_key, platform_checks_keys=False)
            server.start(create_app(web, ["api"]))
            code, found = deployed.test()
    assert (code, found["watched"], found["lost"]) == (1, False, None)


def test_serve_is_tested_from_another_process(tmp_path: Path) -> None:
    """`remediator serve` in one process, `remediator selftest` in another, with the same settings: it comes out."""
    program = [sys.executable, "-m", "remediator"]
    settings = {**SETTINGS, "REMEDIATOR_DATA_DIR": str(tmp_path), "PATH": ""}
    served = subprocess.Popen([*program, "serve", "--port", "0"], env=settings, stdout=subprocess.PIPE, text=True)
    try:
        assert served.stdout is not None
        said = served.stdout.readline() + served.stdout.readline()
        url = re.search(r"web (http://\S+)", said)
        assert url, said
        done = subprocess.run(
            [*program, "selftest", "--timeout", "30"],
            env={**settings, "REMEDIATOR_PUBLIC_URL": url[1]},
            capture_output=True,
            text=True,
            timeout=60,
        )
    finally:
        served.terminate()
        served.wait(timeout=20)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[1] for line in done.stdout.splitlines()[:4]] == ["door", "store", "queue", "worker"]

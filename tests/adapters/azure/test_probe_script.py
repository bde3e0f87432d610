"""The program that runs inside an environment, run here: as text by another Python, and against a loopback server."""

from __future__ import annotations

import io
import json
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import trustme

from remediator.adapters.azure import probe_script
from remediator.adapters.azure.probes import SCRIPT

HOST = "localhost"


class _Registry(BaseHTTPRequestHandler):
    status = 401

    def do_GET(self) -> None:
        asked = self.path == "/v2/"
        self.send_response(self.status if asked else 404)
        self.end_headers()
        self.wfile.write(b"denied")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> trustme.CA:
    """A certificate authority that the script trusts."""
    made = trustme.CA()
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    made.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return made


@pytest.fixture
def registry(authority: trustme.CA) -> Iterator[HTTPServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    with HTTPServer(("127.0.0.1", 0), _Registry) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def run(*arguments: str, port: int = 443) -> tuple[int, list[dict[str, Any]]]:
    out = io.StringIO()
    code = probe_script.main(list(arguments), out, port)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def said(lines: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    return [(line["check"], line["ok"]) for line in lines]


def test_a_login_server_that_answers_401_passes(registry: HTTPServer) -> None:
    """Name, TCP, TLS and `/v2/`, each with its line and the mark; the exit code is 0."""
    code, lines = run("--mark", "m1", "--login", f"{HOST}=127.0.0.1", port=registry.server_port)
    assert (code, said(lines)) == (0, [("name", True), ("tcp", True), ("tls", True), ("http", True)])
    assert {(line["probe"], line["host"]) for line in lines} == {("m1", HOST)}
    assert lines[0]["addresses"] == ["127.0.0.1"]


def test_a_data_endpoint_is_only_connected_to(registry: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a data endpoint would answer does not matter: 403 is usual there (azure-facts 10)."""
    monkeypatch.setattr(_Registry, "status", 403)
    code, lines = run("--mark", "m1", "--data", HOST, port=registry.server_port)
    assert (code, said(lines)) == (0, [("name", True), ("tcp", True), ("tls", True)])


@pytest.mark.parametrize("status", [200, 403, 500])
def test_any_other_answer_than_401_fails(registry: HTTPServer, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """A login server that lets everybody in, denies or is broken is not what a pull needs to see first."""
    monkeypatch.setattr(_Registry, "status", status)
    code, lines = run("--mark", "m1", "--login", HOST, port=registry.server_port)
    assert (code, said(lines)[-1]) == (1, ("http", False))
    assert lines[-1]["detail"].startswith(f"{status} b'denied'")


def test_a_certificate_that_nobody_trusts_fails(registry: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server in between that shows a certificate of its own is seen."""
    monkeypatch.delenv("SSL_CERT_FILE")
    code, lines = run("--mark", "m1", "--data", HOST, port=registry.server_port)
    assert (code, said(lines)) == (1, [("name", True), ("tcp", True), ("tls", False)])
    assert "CERTIFICATE_VERIFY_FAILED" in lines[-1]["detail"]


def test_a_closed_port_fails() -> None:
    """Where nobody listens the TCP check fails, and the next name is looked at all the same."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # taken, and nobody listens
        code, lines = run("--mark", "m1", "--data", HOST, "--data", HOST, port=silent.getsockname()[1])
    assert (code, said(lines)) == (1, [("name", True), ("tcp", False)] * 2)


def test_another_address_fails_at_the_name() -> None:
    """An address that is not among the expected ones ends the look before anything is connected to."""
    code, lines = run("--mark", "m1", "--login", f"{HOST}=10.0.0.4,10.0.0.5")
    assert (code, said(lines)) == (1, [("name", False)])
    assert lines[0]["detail"] == "answered with 127.0.0.1, not with 10.0.0.4, 10.0.0.5"
    assert lines[0]["addresses"] == ["127.0.0.1"]


@pytest.mark.parametrize(
    "arguments",
    [[], ["--login", HOST], ["--mark", "m", "--login"], ["--mark", "m", "--mark", "n"], ["--mark", "m", "x", "y"]],
)
def test_arguments_that_make_no_sense_end_with_2(arguments: list[str]) -> None:
    """Nothing is looked at, and nothing printed."""
    assert run(*arguments) == (2, [])


def test_the_text_runs_by_itself() -> None:
    """As the command of a container: `python3 -c TEXT ARGUMENTS`, without anything of the program."""
    command = [sys.executable, "-I", "-c", SCRIPT, "--mark", "m1", "--login", f"{HOST}=10.0.0.4"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout)["check"] == "name"

"""The sandbox over HTTPS: certificates, tokens, recordings, start and stop."""

from __future__ import annotations

import base64
import json
import os
import signal
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.identity import ManagedIdentityCredential
from azure.mgmt.containerregistry import ContainerRegistryManagementClient

from remediator.sandbox.azure import Azure
from remediator.sandbox.estates import load
from remediator.sandbox.server import SandboxServer

from .conftest import REGISTRY, SUB


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SandboxServer]:
    azure = Azure.from_estate(load("first-incident"))
    with SandboxServer(azure, ca_path=tmp_path / "ca.pem", record=tmp_path / "traffic.jsonl") as running:
        yield running


def test_the_real_client_signs_in_and_writes(
    server: SandboxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ManagedIdentityCredential gets a token, the client checks the certificate, and what it sent is recorded."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", server.identity_url)
    monkeypatch.setenv("IDENTITY_HEADER", "x")
    client = ContainerRegistryManagementClient(
        ManagedIdentityCredential(),
        SUB,
        base_url=server.arm_url,
        credential_scopes=["https://management.chinacloudapi.cn/.default"],
        connection_verify=str(server.ca_path),
    )
    client.registries.begin_update("rg-album", "contosoalbum", {"tags": {"a": "b"}}).result()
    assert client.registries.get("rg-album", "contosoalbum").tags == {"a": "b"}
    rows = [json.loads(line) for line in (tmp_path / "traffic.jsonl").read_text().splitlines()]
    assert [row["liveRequest"]["method"] for row in rows] == ["PATCH", "GET"]
    assert rows[0]["liveRequest"]["headers"]["authorization"] == "REDACTED"
    assert rows[0]["liveRequest"]["body"] == {"tags": {"a": "b"}}
    assert rows[0]["liveResponse"]["statusCode"] == "200"
    assert rows[0]["liveResponse"]["body"]["tags"] == {"a": "b"}


def token(server: SandboxServer, **headers: str) -> dict[str, Any]:
    url = f"{server.identity_url}?resource=https://management.azure.com/&api-version=2019-08-01"
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=5) as answer:
        document: dict[str, Any] = json.load(answer)
    return document


def test_the_identity_endpoint_speaks_app_service(server: SandboxServer) -> None:
    """The answer has the four fields, and a token whose claims can be read; without the header it is refused."""
    document = token(server, **{"X-IDENTITY-HEADER": "x"})
    assert set(document) >= {"access_token", "expires_on", "resource", "token_type"}
    part = document["access_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(part + "=="))
    assert {"tid", "oid", "sub", "aud", "exp"} <= set(claims)
    with pytest.raises(urllib.error.HTTPError):
        token(server)


def test_without_a_token_https_answers_401_as_well(server: SandboxServer) -> None:
    """The wire over HTTPS is the same as in-process."""
    context = ssl.create_default_context(cafile=str(server.ca_path))
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server.arm_url}{REGISTRY}?api-version=2023-07-01", context=context, timeout=5)
    assert refused.value.code == 401
    assert "WWW-Authenticate" in refused.value.headers


def test_the_runner_says_where_it_is_and_stops_on_sigterm(tmp_path: Path) -> None:
    """`run` prints three lines, the CA is there before `ready`, and SIGTERM ends it with 0."""
    code = (
        "import sys; from pathlib import Path; from remediator.sandbox.azure import Azure; "
        "from remediator.sandbox.estates import load; from remediator.sandbox.server import run; "
        "run(Azure.from_estate(load('healthy-hub')), 0, Path(sys.argv[1]), None, sys.stdout)"
    )
    ca = tmp_path / "deep" / "ca.pem"
    child = subprocess.Popen([sys.executable, "-c", code, str(ca)], stdout=subprocess.PIPE, text=True, env=os.environ)
    assert child.stdout is not None
    lines = [child.stdout.readline().split() for _ in range(3)]
    assert [line[0] for line in lines] == ["arm", "identity", "ready"]
    assert lines[0][1].startswith("https://127.0.0.1:")
    assert lines[1][1].endswith("/msi/token")
    assert ca.exists()
    child.send_signal(signal.SIGTERM)
    assert child.wait(timeout=10) == 0
    child.stdout.close()


def test_the_package_is_cheap_to_import() -> None:
    """Importing the package loads neither uvicorn nor azure-core."""
    code = (
        "import sys, remediator.sandbox; sys.exit(any(m in sys.modules for m in ('uvicorn', 'azure.core', 'trustme')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

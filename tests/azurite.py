"""Azurite, Microsoft's storage server for one machine, started once for each test process and kind.

`azurite()` speaks http with the well-known key, `azurite(oauth=True)` https with a certificate of our own authority and
checks bearer tokens as far as Azurite does: issuer, audience, times. `make test` installs it (package.json); where it
is missing, the tests that need it skip. Version checks stay on: the program must ask in versions that servers know.
"""

from __future__ import annotations

import atexit
import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import trustme
from azure.core.credentials import AccessToken, TokenCredential

from remediator.adapters.azure.storage.account import StorageAccount
from remediator.adapters.azure.storage.place import EMULATOR, Place

ROOT = Path(__file__).parents[1]
PROGRAM = ROOT / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
KEY = EMULATOR["AccountKey"]
ACCOUNTS = tuple(f"account{number}" for number in range(200))
PATIENCE = 30.0
_unused = iter(ACCOUNTS[1:])
_LISTENING = re.compile(r"Azurite (Queue|Table) service is successfully listening at (https?://127\.0\.0\.1:\d+)")


@dataclass(frozen=True)
class Azurite:
    """A running server: the addresses of its services, and the file with its authority's certificate (https only)."""

    tables: str
    queues: str
    ca_file: str = ""

    def place(self, account: str = ACCOUNTS[0]) -> Place:
        """The place of an account, reached with the key, or with an identity over https."""
        key = "" if self.ca_file else KEY
        return Place(f"{self.tables}/{account}", f"{self.queues}/{account}", account, key=key)

    def connection(self, account: str = ACCOUNTS[0]) -> str:
        """The connection string of an account."""
        place = self.place(account)
        return (
            f"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={KEY};"
            f"TableEndpoint={place.tables};QueueEndpoint={place.queues};"
        )

    def account(self, account: str = ACCOUNTS[0]) -> StorageAccount:
        """The account, opened as the program opens it."""
        return StorageAccount(self.place(account), TestIdentity, ca_file=self.ca_file)


class TestIdentity(TokenCredential):
    """A credential whose tokens Azurite takes for Entra's."""

    __test__ = False

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        assert scopes == ("https://storage.azure.com/.default",)
        return AccessToken(token(), int(time.time()) + 3600)


def token(audience: str = "https://storage.azure.com", seconds: int = 3600) -> str:
    """A token as Entra words it, signed by nobody."""
    now = int(time.time())
    claims = {
        "iss": "https://sts.windows.net/test/",
        "aud": audience,
        "iat": now,
        "nbf": now - 60,
        "exp": now + seconds,
    }
    parts = ({"alg": "RS256", "typ": "JWT"}, claims)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, base64.urlsafe_b64encode(b"signature").rstrip(b"=").decode()])


def fresh_account() -> str:
    """The name of an account that no other test of this process uses."""
    return next(_unused)


def azurite(*, oauth: bool = False) -> Azurite:
    """The server of this process, started at the first call; skips the test where it is not installed."""
    if shutil.which("node") is None:
        pytest.skip("Azurite needs node, which is not installed")
    if not PROGRAM.exists():
        pytest.skip("Azurite is not installed: npm ci")
    return _started(oauth)


@cache
def _started(oauth: bool) -> Azurite:
    folder = Path(tempfile.mkdtemp(prefix="azurite-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    leash = folder / "leash.js"  # it ends with us, even where we are killed
    leash.write_text("process.stdin.on('end', () => process.exit()).resume()")
    command = ["node", "--require", str(leash), str(PROGRAM), "--silent", "--disableTelemetry", "--inMemoryPersistence"]
    for service in ("blob", "queue", "table"):
        command += [f"--{service}Host", "127.0.0.1", f"--{service}Port", "0"]
    ca_file = ""
    if oauth:
        ca_file, certificate = str(folder / "ca.pem"), folder / "server.pem"
        authority = trustme.CA()
        authority.cert_pem.write_to_path(ca_file)
        issued = authority.issue_cert("127.0.0.1")
        issued.cert_chain_pems[0].write_to_path(str(certificate))
        issued.private_key_pem.write_to_path(str(folder / "key.pem"))
        command += ["--oauth", "basic", "--cert", str(certificate), "--key", str(folder / "key.pem")]
    accounts = ";".join(f"{name}:{KEY}" for name in ACCOUNTS)
    server = subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | {"AZURITE_ACCOUNTS": accounts},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    atexit.register(server.kill)
    found = _addresses(server)
    return Azurite(found["Table"], found["Queue"], ca_file)


def _addresses(server: subprocess.Popen[str]) -> dict[str, str]:
    """Where the services listen, as they say when they start; then its output is read on, so that it never blocks."""
    assert server.stdout is not None
    found: dict[str, str] = {}
    said: list[str] = []
    watchdog = threading.Timer(PATIENCE, server.kill)
    watchdog.start()
    while len(found) < 2 and (line := server.stdout.readline()):
        said.append(line)
        if listening := _LISTENING.search(line):
            found[listening[1]] = listening[2]
    watchdog.cancel()
    assert len(found) == 2, f"Azurite did not start: {''.join(said)}"
    threading.Thread(target=server.stdout.read, daemon=True).start()
    return found

"""Is there an Azurite on this machine, and where does it answer? Called by `storm`.

It is Microsoft's storage server for one machine, a package for Node.js (`package.json` pins it); it keeps everything in
memory here and ends with us.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import remediator

PROGRAM = Path("node_modules/azurite/dist/src/azurite.js")
# What Azurite takes without being told: the development account, whose key is no secret.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_SERVICE = re.compile(r"Azurite (Queue|Table) service is successfully listening at (http://127\.0\.0\.1:\d+)")


@contextmanager
def azurite() -> Iterator[str | None]:
    """A connection string while it runs, None where there is no Azurite."""
    node, program = shutil.which("node"), _program()
    if node is None or program is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="azurite-") as folder:
        ports = [f"--{service}{what}" for service in ("blob", "queue", "table") for what in ("Host", "Port")]
        values = ["127.0.0.1", "0"] * 3
        options = [word for pair in zip(ports, values, strict=True) for word in pair]
        command = [node, str(program), "--silent", "--disableTelemetry", "--inMemoryPersistence", *options]
        server = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # noqa: S603
        try:
            yield _connection(server)
        finally:
            server.kill()
            server.communicate()


def _program() -> Path | None:
    places = (Path.cwd(), Path(remediator.__file__).parents[1])
    return next((place / PROGRAM for place in places if (place / PROGRAM).exists()), None)


def _connection(server: subprocess.Popen[str]) -> str | None:
    found: dict[str, str] = {}
    for line in server.stdout or ():
        if listening := _SERVICE.search(line):
            found[listening[1]] = listening[2]
        if len(found) == 2:
            return (
                f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
                f"TableEndpoint={found['Table']}/{ACCOUNT};QueueEndpoint={found['Queue']}/{ACCOUNT};"
            )
    return None

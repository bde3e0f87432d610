"""A small Azure in a process of its own whose answers are on their way for a while; it keeps when it was asked what.

`python -m remediator.cli.bench.slow_azure SECONDS` serves the first incident, says where as one JSON line, and for each
line on its standard input says what it was asked since the last one: when each question began and ended, in its own
seconds. It ends with its standard input.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from typing import Any

from remediator.sandbox import Azure, SandboxServer, estates
from remediator.sandbox.wire import Response

ESTATE = "first-incident"


class Timed(Azure):
    """Keeps (began, ended, what) of each question; a question begins when it arrives, which is `latency` earlier."""

    latency = 0.0
    asked: list[tuple[float, float, str]]

    def handle(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        """As `Azure.handle`."""
        began = time.perf_counter() - self.latency
        answer = super().handle(method, url, headers, body)
        self.asked.append((began, time.perf_counter(), f"{method} {url.partition('?')[0]}"))
        return answer


def main(latency: float) -> None:
    """Serve until the standard input ends."""
    azure: Any = Timed.from_estate(estates.load(ESTATE), retry_after=0, operation_polls=0)
    azure.latency, azure.asked = latency, []
    with SandboxServer(azure, latency=latency) as server:
        _say({"arm": server.arm_url, "identity": server.identity_url, "ca": str(server.ca_path), "cloud": azure.cloud})
        for _ in sys.stdin:
            asked, azure.asked = azure.asked, []
            _say(asked)


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(float(sys.argv[1]))

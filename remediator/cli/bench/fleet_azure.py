"""A small Azure in a process of its own that holds a fleet with drifts, for `sweep`; it keeps how long it worked.

`python -m remediator.cli.bench.fleet_azure REGISTRIES LATENCY…` serves it over TLS once for each latency, says where
and what has drifted as one JSON line, and for each line on its standard input says what it was asked since the last
one: requests, those to Resource Graph, and its own seconds. It ends with its standard input. A word on that line
switches trouble on (`trouble`) or off (`calm`), or has the quota of Resource Graph kept (`quota`).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from remediator.bootstrap.memory import collect_seldom
from remediator.cli.bench.drifts import DRIFTS
from remediator.sandbox import Azure, SandboxServer
from remediator.sandbox.estates.fleet import Fleet, Site, fleet
from remediator.sandbox.wire import Response

ONE_OF = 100  # one registry of so many has drifted, nine at least
# The rule that must find each kind, and where: docs/rules.md.
FOUND: dict[str, tuple[str, str]] = {
    "public access": ("public-network-access", "registry"),
    "no endpoint": ("private-endpoint", "registry"),
    "connection pending": ("endpoint-connection", "connection"),
    "connection rejected": ("endpoint-connection", "connection"),
    "not Premium": ("registry-sku", "registry"),
    "record missing": ("dns-record", "login_record"),
    "record stale": ("dns-record", "login_record"),
    "zone not linked": ("vnet-link", "zone"),
    "peering one-sided": ("peering", "spoke_peering"),
}


class Timed(Azure):
    """Counts requests and the seconds that they took in here."""

    asked = 0
    graph = 0
    seconds = 0.0

    def handle(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        """As `Azure.handle`."""
        began = time.thread_time()
        answer = super().handle(method, url, headers, body)
        self.seconds += time.thread_time() - began
        self.asked += 1
        self.graph += "resourcegraph" in url.lower()
        return answer


def drifted(registries: int) -> tuple[Fleet, list[tuple[str, Site]]]:
    """A fleet of which one registry of a hundred has drifted, in nine ways by turns, and where."""
    made = fleet(registries)
    ways = list(DRIFTS.items())
    # the first registry of a hub has shared images: the others of its hundred stand for the usual ones
    sites = made.sites[1::ONE_OF] if registries > ONE_OF * len(ways) else made.sites[1 : 1 + len(ways)]
    where = []
    for turn, site in enumerate(sites):
        name, drift = ways[turn % len(ways)]
        drift(made, site)
        where.append((name, site))
    return made, where


def main(registries: int, latencies: list[float]) -> None:
    """Serve until the standard input ends."""
    collect_seldom()
    made, where = drifted(registries)
    azure: Any = Timed.from_estate(made.document(), retry_after=0, operation_polls=0)
    del made
    with ExitStack() as ends:
        servers = [ends.enter_context(SandboxServer(azure, latency=latency)) for latency in latencies]
        places = [
            {"arm": one.arm_url, "identity": one.identity_url, "ca": str(one.ca_path), "cloud": azure.cloud}
            for one in servers
        ]
        wanted = [[name, FOUND[name][0], getattr(site, FOUND[name][1]).lower()] for name, site in where]
        _say({"places": places, "drifts": wanted, "subscriptions": list(azure.world.state.subscriptions.values())})
        for line in sys.stdin:
            match line.strip():
                case "trouble":
                    azure.faults.throttle_every(5, retry_after=1)
                    azure.faults.break_down(2, after=15)
                case "calm":
                    azure.faults.clear()
                    azure.graph_quota.on = False
                case "quota":
                    azure.graph_quota.on = True
            _say({"requests": azure.asked, "graph": azure.graph, "seconds": azure.seconds})
            azure.asked, azure.graph, azure.seconds = 0, 0, 0.0


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), [float(one) for one in sys.argv[2:]])

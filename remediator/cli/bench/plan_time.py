"""How long from an alert to a plan, when each answer of Azure is on its way for a while? Called by `storm`.

The program asks a small Azure in another process (`slow_azure`) over TLS, with its real clients and a store of its own.
Beside the whole time stands what Azure's part of it must take: its rounds, the longest chain of questions of which each
began when the one before was answered, each as long as one plain question takes. Rounds are counted where answers are
slowest: there it is plain which questions waited for others. Where Azure answers at once that is the time of a few
plain calls, so the same questions are also asked again in their rounds with the program's own client, and nothing else.
"""

from __future__ import annotations

import http.client
import json
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from remediator import bootstrap
from remediator.bootstrap import Runtime
from remediator.bootstrap.environment import use_identity
from remediator.core.cloud import AZURE_CHINA
from remediator.core.incident import Incident, Notice, Status
from remediator.core.signal import Signal, SignalSource

REPEATS = 5
PLAIN = 5
AT_ONCE = 8  # as the observer asks
APP = "album"
HOST = f"contoso{APP}.{AZURE_CHINA.registry_suffix}"
TEXT = (
    "Container 'album' was terminated with exit code '' and reason 'ImagePullFailure'. Pull image: "
    f"{HOST}/album:v1 failed with exit code: 1, error: failed to authorize: failed to fetch anonymous token: "
    f"unexpected status from GET request to https://{HOST}/oauth2/token?service={HOST}: 403 Forbidden"
)
Asked = list[tuple[float, float, str]]


@dataclass(frozen=True, slots=True)
class PlanTime:
    """Medians in seconds at one latency: from the alert until people are asked, one plain question, and the same
    questions asked again alone; and how many questions were asked, in how many rounds."""

    latency: float
    whole: float
    plain: float
    again: float
    questions: int
    rounds: int


@dataclass(slots=True)
class Nobody:
    """A channel that tells nobody; `at` is when it was to tell of a plan for the first time."""

    at: float | None = None

    def deliver(self, notice: Notice, incident: Incident) -> None:
        """Note the time."""
        self.at = self.at or time.perf_counter()


def measured(latencies: tuple[float, ...]) -> list[PlanTime]:
    """One row for each latency, with the rounds of the slowest."""
    rows: list[PlanTime] = []
    sizes: list[int] = []
    for latency in sorted(latencies, reverse=True):
        row, sizes = _at(latency, sizes)
        rows.insert(0, row)
    return rows


def rounds_of(asked: Asked) -> list[int]:
    """How many questions each round has: one more than the longest chain of questions that were over when it began."""
    ended: list[tuple[float, int]] = []
    for began, over, _ in sorted(asked):
        ended.append((over, 1 + max((depth for end, depth in ended if end <= began), default=0)))
    depths = [depth for _, depth in ended]
    return [depths.count(depth) for depth in range(1, max(depths, default=0) + 1)]


def _at(latency: float, sizes: list[int]) -> tuple[PlanTime, list[int]]:
    """The row, and the sizes of the rounds; those of a slower Azure are taken where they are known."""
    whole: list[float] = []
    plain: list[float] = []
    again: list[float] = []
    last: Asked = []
    with (
        _azure(latency) as azure,
        tempfile.TemporaryDirectory(prefix="remediator-bench-") as folder,
        _runtime(azure.place, Path(folder) / "warm") as warm,
    ):
        _asked(warm, warm)
        azure.since()
        for turn in range(REPEATS):
            with _runtime(azure.place, Path(folder) / str(turn)) as runtime:
                whole.append(_asked(runtime, warm))
            last = azure.since()
            sizes = sizes or rounds_of(last)
            plain += [_plain(azure.place) for _ in range(PLAIN)]
            again.append(_again(warm, sizes))
            azure.since()
    middle = statistics.median
    return PlanTime(latency, middle(whole), middle(plain), middle(again), len(last), len(sizes)), sizes


def _again(runtime: Runtime, sizes: list[int]) -> float:
    """Seconds of as many questions in as many rounds over the program's own client."""
    arm = runtime.flow.observer.arm()  # type: ignore[attr-defined]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = time.perf_counter()
        for size in sizes:
            list(pool.map(arm.list_all, ["/subscriptions"] * size))
        return time.perf_counter() - begun


def _runtime(place: Mapping[str, str], folder: Path) -> Runtime:
    settings = {
        "REMEDIATOR_MODE": "sandbox",
        "REMEDIATOR_CLOUD": place["cloud"],
        "REMEDIATOR_ARM_ENDPOINT": place["arm"],
        "REMEDIATOR_CA_FILE": place["ca"],
        "REMEDIATOR_DATA_DIR": str(folder),
        "REMEDIATOR_IDENTITY_PROVIDER": "local",
    }
    return bootstrap.build(bootstrap.settings(settings))


def _asked(runtime: Runtime, warm: Runtime) -> float:
    """Seconds from an alert until people are asked, on a fresh store, with the warm process's connections."""
    nobody = Nobody()
    channels = dict.fromkeys(runtime.flow.channels, nobody)
    parts = {"observer": warm.flow.observer, "preflight": warm.flow.preflight, "history": warm.flow.history}
    flow = replace(runtime.flow, channels=channels, **parts)  # type: ignore[arg-type]
    begun = time.perf_counter()
    alert = Signal(SignalSource.ALERT, "bench", runtime.clock.now(), registry_host=HOST, app=APP, text=TEXT)
    incident = flow.take_in(alert).incident
    flow.advance(incident)
    status = flow.incidents.load(incident).incident.status
    if status is not Status.AWAITING_APPROVAL or nobody.at is None:
        raise RuntimeError(f"the incident is {status.value}: nothing was measured")
    return nobody.at - begun


def _plain(place: Mapping[str, str]) -> float:
    """Seconds of one question over a connection that is open."""
    address = urlsplit(place["arm"])
    trust = ssl.create_default_context(cafile=place["ca"])
    connection = http.client.HTTPSConnection(address.hostname or "", address.port, context=trust)
    connection.connect()
    begun = time.perf_counter()
    connection.request("GET", "/subscriptions?api-version=2022-12-01", headers={"authorization": "Bearer x"})
    connection.getresponse().read()
    took = time.perf_counter() - begun
    connection.close()
    return took


@dataclass(slots=True)
class _Azure:
    place: Mapping[str, str]
    process: subprocess.Popen[str]

    def since(self) -> Asked:
        """What was asked since the last time."""
        assert self.process.stdin is not None  # noqa: S101 - both are pipes
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return [(one[0], one[1], one[2]) for one in _line(self.process)]


@contextmanager
def _azure(latency: float) -> Iterator[_Azure]:
    """The small Azure in its own process, and its identity endpoint as ours."""
    arguments = [sys.executable, "-m", "remediator.cli.bench.slow_azure", str(latency)]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        place = _line(process)
        use_identity(place["identity"])
        yield _Azure(place, process)
    finally:
        process.communicate()


def _line(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    said = process.stdout.readline()
    if not said:
        raise RuntimeError("the small Azure has ended")
    return json.loads(said)

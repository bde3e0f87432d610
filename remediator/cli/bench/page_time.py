"""How long does a page take with so many registries in the store? Called by `page`, for one size.

A made-up fleet is put into a store of its own: what a sweep leaves of each subscription, and an incident for each
registry, one of twenty-five open. Pages are asked for over HTTP, as a browser does; beside them stands a bare answer of
the same server, and the same figures made anew from all incidents, which is what a page would cost without the ledger.
"""

from __future__ import annotations

import http.client
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from remediator import bootstrap
from remediator.bootstrap import Runtime
from remediator.bootstrap.overview import fleet_of, overview_of
from remediator.cli.serving import WebServer
from remediator.cli.web_app import app_of
from remediator.core.diagnosis import Diagnosis, Focus
from remediator.core.finding import Finding, Severity
from remediator.core.fleet import part_of
from remediator.core.foresight import Foresight
from remediator.core.incident import Incident, Status
from remediator.core.plan import Plan
from remediator.core.resource_id import ResourceId, resource_id
from remediator.core.signal import Signal, SignalSource

ASKED = 30
A_SUBSCRIPTION = 100  # registries
A_DRIFT, AN_OPEN_ONE = 25, 25
RULES = ("dns-record", "vnet-link", "private-endpoint", "ip-rules", "peering")


@dataclass(frozen=True, slots=True)
class PageTime:
    """Medians in seconds: a bare answer, the overview and a list of incidents over HTTP; keeping the overview when
    nothing has changed, and making it anew from all incidents. `size` is the page in bytes."""

    registries: int
    bare: float
    page: float
    slowest: float
    incidents: float
    kept: float
    anew: float
    size: int


def measured(registries: int) -> PageTime:
    """One row."""
    with _stored(registries) as runtime, WebServer() as server:
        server.start(app_of(runtime))
        address = urlsplit(server.url).netloc
        anew = _took(lambda: _anew(runtime), 3)
        kept = _took(lambda: overview_of(runtime.rows, runtime.flow.incidents, runtime.clock, anew=True), 5)
        bare = _asked(address, "/healthz")
        runtime.wake_due()
        page = _asked(address, "/overview")
        incidents = _asked(address, "/incidents")
        size = len(_answer(http.client.HTTPConnection(address), "/overview"))
    return PageTime(
        registries,
        statistics.median(bare),
        statistics.median(page),
        max(page),
        statistics.median(incidents),
        statistics.median(kept),
        statistics.median(anew),
        size,
    )


def _anew(runtime: Runtime) -> None:
    """As after the loss of the whole ledger."""
    from remediator.ports import Write

    there = runtime.rows.scan("overview")
    if there:
        runtime.rows.write("overview", [Write(row.key, version=row.version) for row in there])
    overview_of(runtime.rows, runtime.flow.incidents, runtime.clock, anew=True)


@contextmanager
def _stored(registries: int) -> Iterator[Runtime]:
    with tempfile.TemporaryDirectory(prefix="remediator-bench-") as folder:
        values = {
            "REMEDIATOR_MODE": "local",
            "REMEDIATOR_DATA_DIR": folder,
            "REMEDIATOR_IDENTITY_PROVIDER": "local",
            "REMEDIATOR_LOCAL_USER": "bench",
            "REMEDIATOR_PUBLIC_URL": "http://127.0.0.1:8080",
        }
        with bootstrap.build(bootstrap.settings(values)) as runtime:
            now = runtime.clock.now()
            fleet = [_registry(number) for number in range(registries)]
            for number, one in enumerate(fleet):
                incident = _incident(number, one, now)
                runtime.flow.incidents.take_in(one, incident.signals[0], incident)
            for start in range(0, registries, A_SUBSCRIPTION):
                some = fleet[start : start + A_SUBSCRIPTION]
                judged = ((one, _findings(start + at, one)) for at, one in enumerate(some))
                fleet_of(runtime.rows).keep(part_of(some[0].subscription, now, judged, sweep="bench"))
            yield runtime


def _registry(number: int) -> ResourceId:
    subscription = f"00000000-0000-0000-0000-{number // A_SUBSCRIPTION:012d}"
    return resource_id(subscription, "rg-bench", "Microsoft.ContainerRegistry/registries", f"bench{number:05d}")


def _findings(number: int, registry: ResourceId) -> tuple[Finding, ...]:
    if number % A_DRIFT:
        return ()
    severity = Severity.BROKEN if number % (2 * A_DRIFT) else Severity.DRIFT
    return (Finding(RULES[number % len(RULES)], registry, severity, "made up"),)


def _incident(number: int, registry: ResourceId, now: datetime) -> Incident:
    """Spread over the last weeks; one of some waits for a person, the others are resolved."""
    opened = now - timedelta(minutes=4 * (number % 10_000))
    signal = Signal(SignalSource.EVENT_GRID, f"bench-{number}", opened, registry)
    finding = Finding(RULES[number % len(RULES)], registry, Severity.BROKEN, "made up")
    found = Diagnosis(Focus(registry), (finding,), (), Plan(()), Foresight(), None)
    is_open = number % AN_OPEN_ONE == 0
    status = Status.AWAITING_APPROVAL if is_open else Status.RESOLVED
    incident = Incident(
        f"bench-{number}",
        registry,
        opened,
        status,
        registries=(registry,),
        signals=(signal,),
        signal_count=1,
        diagnosis=found,
    )
    return incident.note(opened + timedelta(minutes=number % 50 + 2), "made up", status=status).rest(opened)


def _asked(address: str, path: str) -> list[float]:
    """Seconds of each answer over one connection, after one that does not count."""
    connection = http.client.HTTPConnection(address)
    _answer(connection, path)
    return [_took(lambda: _answer(connection, path), 1)[0] for _ in range(ASKED)]


def _answer(connection: http.client.HTTPConnection, path: str) -> bytes:
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    return body


def _took(call: Callable[[], object], times: int) -> list[float]:
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - begun)
    return seconds

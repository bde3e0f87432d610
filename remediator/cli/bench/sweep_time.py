"""One measurement of a sweep in a process of its own: `python -m remediator.cli.bench.sweep_time WHAT PLACE`.

`sweep` reads and judges everything; `pages` asks for the same pages with a plain client, four at once, and takes each
apart once: what nobody can do without. PLACE is where a `fleet_azure` answers, as JSON. Writes a `Measured` as JSON;
the peak is the most memory that the process ever held.
"""

from __future__ import annotations

import http.client
import json
import resource
import ssl
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

from remediator import bootstrap
from remediator.bootstrap.environment import use_identity
from remediator.bootstrap.sweeping import queries, wide_reader
from remediator.core.desired import DesiredState
from remediator.core.sweep import SweepScope
from remediator.flow.sweeping import swept

PATH = "/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01"


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds on the wall and of the processor, MiB, and what was found: rule, target and severity of each."""

    what: str
    wall: float
    cpu: float
    peak: float
    registries: int = 0
    rows: int = 0
    states: dict[str, int] = field(default_factory=dict)
    findings: list[tuple[str, str, str]] = field(default_factory=list)


def measure(what: str, place: Mapping[str, str]) -> Measured:
    """Do it once."""
    began, worked = time.perf_counter(), time.process_time()
    if what == "pages":
        rows = _pages(place)
        return Measured(what, *_since(began, worked), peak=_peak(), rows=rows)
    use_identity(place["identity"])
    settings = {"REMEDIATOR_MODE": "sandbox", "REMEDIATOR_CLOUD": place["cloud"]}
    settings |= {"REMEDIATOR_ARM_ENDPOINT": place["arm"], "REMEDIATOR_CA_FILE": place["ca"]}
    reader = wide_reader(bootstrap.settings(settings))
    wide, found = swept(reader, DesiredState(), SweepScope(), lambda _: None)
    wall, cpu = _since(began, worked)
    findings = sorted((one.rule, one.target.key, one.severity.value) for one in found.seen)
    states = {verdict.value: count for verdict, count in found.paths.items()}
    return Measured(what, wall, cpu, _peak(), found.registries, wide.rows, states, findings)


def _pages(place: Mapping[str, str]) -> int:
    """The pages of every query over plain connections; how many rows they have."""
    texts = queries()
    with ThreadPoolExecutor(len(texts)) as pool:
        return sum(pool.map(lambda query: _of_query(query, place), texts))


def _of_query(query: str, place: Mapping[str, str]) -> int:
    address = urlsplit(place["arm"])
    trust = ssl.create_default_context(cafile=place["ca"])
    connection = http.client.HTTPSConnection(address.hostname or "", address.port, context=trust)
    headers = {"authorization": "Bearer x", "content-type": "application/json"}
    rows = 0
    options: dict[str, str] = {}
    while True:
        asked = {"query": query, "managementGroups": ["all"], "options": options}
        connection.request("POST", PATH, json.dumps(asked), headers)
        page = json.loads(connection.getresponse().read())
        rows += len(page["data"])
        if not page.get("$skipToken"):
            connection.close()
            return rows
        options = {"$skipToken": page["$skipToken"]}


def _since(began: float, worked: float) -> tuple[float, float]:
    return round(time.perf_counter() - began, 3), round(time.process_time() - worked, 3)


def _peak() -> float:
    """The most memory so far in MiB; macOS counts bytes, others KiB."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(measure(sys.argv[1], json.loads(sys.argv[2])))))

"""One measurement in a process of its own: how long and in how much memory is one fleet diagnosed?

`python -m remediator.cli.bench.measuring QUESTION REGISTRIES` writes a `Measured` as JSON. `command` starts it once for
each row of its table, so that each peak of memory is its own; it pins itself to one core where the system lets it.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field

from remediator.bootstrap.memory import collect_seldom
from remediator.cli.bench.drifts import DRIFTS
from remediator.core.cloud import AZURE_PUBLIC
from remediator.core.desired import DesiredState
from remediator.core.diagnosis import Focus, diagnose
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot
from remediator.facts import snapshot_from
from remediator.sandbox.estates.fleet import Fleet, fleet

# What is asked: of a fleet in which every pull works, of one with drifts, and of one registry in the latter.
QUESTIONS = ("healthy", "drifted", "one registry")
ONE_OF = 100  # one registry of so many has drifted


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds on the wall and of the processor."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What one process measured; `verdicts`, `findings` (by rule) and `changes` are what the diagnosis said.

    `peak` is the most memory that the process ever held, in MiB, the raw bodies included.
    """

    question: str
    registries: int
    bodies: int
    snapshot: Timed
    diagnosis: Timed
    peak: float
    pinned: bool
    verdicts: dict[str, int] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)
    changes: int = 0


def measure(question: str, registries: int) -> Measured:
    """Build the fleet, read it into a snapshot and diagnose it once, with the default desired state."""
    pinned = _pin()
    collect_seldom()
    made = fleet(registries)
    focus = Focus()
    if question != QUESTIONS[0]:
        drifted = _drift(made)
        focus = Focus(ResourceId(drifted)) if question == QUESTIONS[2] else focus
    bodies = len(made.bodies)
    start = _now()
    snapshot = _snapshot(made)
    read = _since(start)
    del made
    start = _now()
    found = diagnose(DesiredState(), snapshot, focus)
    took = _since(start)
    return Measured(
        question=question,
        registries=registries,
        bodies=bodies,
        snapshot=read,
        diagnosis=took,
        peak=_peak(),
        pinned=pinned,
        verdicts=dict(Counter(path.verdict.value for path in found.paths)),
        findings=dict(Counter(finding.rule for finding in found.findings)),
        changes=len(found.plan.changes),
    )


def _snapshot(made: Fleet) -> Snapshot:
    return snapshot_from(made.resources(), AZURE_PUBLIC)


def _drift(made: Fleet) -> str:
    """Let one registry of a hundred drift, in all nine ways by turns; the id of one that lost its endpoint."""
    ways = list(DRIFTS.items())
    # the first registry of a hub has shared images: the others of its hundred stand for the usual ones
    sites = made.sites[1::ONE_OF] if len(made.sites) > ONE_OF * len(ways) else made.sites[1 : 1 + len(ways)]
    asked = ""
    for turn, site in enumerate(sites):
        name, drift = ways[turn % len(ways)]
        drift(made, site)
        asked = asked or (site.registry if name == "no endpoint" else "")
    return asked


def _now() -> Timed:
    return Timed(time.perf_counter(), time.process_time())


def _since(start: Timed) -> Timed:
    end = _now()
    return Timed(round(end.wall - start.wall, 3), round(end.cpu - start.cpu, 3))


def _pin() -> bool:
    """Stay on one core; False where the system cannot do that."""
    if not hasattr(os, "sched_setaffinity"):
        return False
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    return True


def _peak() -> float:
    """The most memory so far in MiB; macOS counts bytes, others KiB."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(measure(sys.argv[1], int(sys.argv[2])))))

"""`remediator bench sweep`: how fast is a whole company judged, in how many requests and how much memory?

Each row in a process of its own (`sweep_time`), against a small Azure in another one (`fleet_azure`). Beside it stand
the same pages read with a plain client and, where it is installed, Cloud Custodian on the same fleet. What the figures
mean is in `sweep_report`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from remediator.cli import out
from remediator.cli.bench import custodian, sweep_report
from remediator.cli.bench.sweep_report import Row

SIZES = (1_000, 10_000)
LATENCIES = (0.0, 0.03)


@click.command("sweep")
@click.option(
    "--registries",
    "sizes",
    type=click.IntRange(20, 100_000),
    multiple=True,
    help="How many; by default 1000 and 10000.",
)
@click.option("--custodian", "command", type=click.Path(path_type=Path, exists=True), help="The command of c7n-azure.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def sweep(ctx: click.Context, sizes: tuple[int, ...], command: Path | None, as_json: bool) -> None:
    """Sweep a made-up fleet over TLS, with a registry of a hundred drifted in one of nine ways.

    At 0 and 30 ms a call; with every fifth call refused and bursts of failures; twice at once. Cloud Custodian, from an
    environment of its own, is asked for the same drifts in the largest fleet. Ends with 1 where a drift was not found
    or trouble changed the result; a target that is missed is said and ends with 0.
    """
    rows: list[Row] = []
    drifts: list[list[str]] = []
    others: list[Row] = []
    for size in sorted(sizes or SIZES):
        out.say(f"{size:,} registries")
        with _azure(size) as azure:
            rows += _rows(azure, size)
            if size == max(sizes or SIZES):
                drifts = azure.drifts
                for scope in ("equal", "full") if command else ():
                    out.say(f"Cloud Custodian, {scope} scope: {len(azure.subscriptions)} subscriptions")
                    others.append(_custodian(command, scope, azure))
    found = sweep_report.document(rows, drifts, others)
    if as_json:
        out.document(found)
    else:
        out.show(sweep_report.text(found))
    if not (found["kinds"]["all"] and found["same"]):
        ctx.exit(1)


@dataclass(slots=True)
class Fleet:
    """A small Azure in its own process, at two addresses, and what has drifted in it."""

    process: subprocess.Popen[str]
    places: list[dict[str, str]]
    drifts: list[list[str]]
    subscriptions: list[str]

    def since(self, word: str = "") -> Row:
        """What it was asked since the last time; `word` switches its trouble."""
        assert self.process.stdin is not None  # noqa: S101 - both are pipes
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        asked: Row = _line(self.process)
        return asked


@contextmanager
def _azure(size: int) -> Iterator[Fleet]:
    arguments = [sys.executable, "-m", "remediator.cli.bench.fleet_azure", str(size), *map(str, LATENCIES)]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        told = _line(process)
        yield Fleet(process, told["places"], told["drifts"], told["subscriptions"])
    finally:
        process.communicate()


def _rows(azure: Fleet, size: int) -> list[Row]:
    """The measurements of one fleet; the first look, which makes the rows, is not counted."""
    _measured("pages", azure, 0)
    azure.since()
    rows = []
    for number, latency in enumerate(LATENCIES):
        for what in ("pages", "sweep"):
            rows.append(_row(azure, size, what, number, latency))
    azure.since("trouble")
    rows.append({**_row(azure, size, "sweep", 0, 0.0), "what": "in trouble"})
    azure.since("calm")
    rows += _two_at_once(azure, size)
    return rows


def _row(azure: Fleet, size: int, what: str, place: int, latency: float) -> Row:
    azure.since()
    row = _measured(what, azure, place)
    return {**row, "size": size, "latency": latency, "azure": azure.since()}


def _two_at_once(azure: Fleet, size: int) -> list[Row]:
    azure.since()
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: _measured("sweep", azure, 0), range(2)))
    asked = azure.since()
    return [{**row, "what": "two at once", "size": size, "latency": 0.0, "azure": asked} for row in both]


def _measured(what: str, azure: Fleet, place: int) -> Row:
    """One row, measured in a fresh process; a process that fails is a bug and raises."""
    arguments = [sys.executable, "-m", "remediator.cli.bench.sweep_time", what, json.dumps(azure.places[place])]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603
    row: Row = json.loads(done.stdout)
    return row


def _custodian(command: Path | None, scope: str, azure: Fleet) -> Row:
    assert command is not None  # noqa: S101 - asked for only where it is there
    azure.since()
    ran = custodian.ran(command, scope, azure.places[0], azure.subscriptions)
    return {
        "scope": scope,
        "wall": ran.wall,
        "runs": ran.runs,
        "failed": ran.failed,
        "kinds": {kind: list(counts) for kind, counts in custodian.found_by(ran, azure.drifts).items()},
        "azure": azure.since(),
    }


def _line(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    said = process.stdout.readline()
    if not said:
        raise RuntimeError("the small Azure has ended")
    return json.loads(said)

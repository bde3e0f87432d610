"""`remediator bench`: how fast is the program on this machine?"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import click

from remediator.cli import out
from remediator.cli.bench import report
from remediator.cli.bench.cold import cold
from remediator.cli.bench.measuring import QUESTIONS
from remediator.cli.bench.page import page
from remediator.cli.bench.storm import storm
from remediator.cli.bench.sweep import sweep

SMALLER = 10


@click.group("bench")
def command() -> None:
    """Measure on this machine; nothing is read and nothing is left behind."""


command.add_command(cold)
command.add_command(storm)
command.add_command(page)
command.add_command(sweep)


@command.command("core")
@click.option(
    "--registries", type=click.IntRange(min=200), default=report.TARGET_REGISTRIES, show_default=True, help="How many."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def core(ctx: click.Context, registries: int, as_json: bool) -> None:
    """Diagnose a made-up fleet in memory, on one core, and a tenth of it to see how time grows.

    The fleet has N registries with endpoints, 2N records, N/2 networks and N apps. It is asked healthy, with one
    registry of a hundred drifted, and about one registry only. Ends with 1 where the healthy fleet was not found
    healthy; a target that is missed is said and ends with 0.
    """
    rows = []
    for question in QUESTIONS:
        for size in (registries // SMALLER, registries):
            out.say(f"{question}: {size:,} registries")
            rows.append(_measured(question, size))
    found = report.document(rows)
    if as_json:
        out.document(found)
    else:
        out.show(report.text(found))
    if not found["healthy"]:
        ctx.exit(1)


def _measured(question: str, registries: int) -> dict[str, Any]:
    """One row, measured in a fresh process; a process that fails is a bug and raises."""
    arguments = [sys.executable, "-m", "remediator.cli.bench.measuring", question, str(registries)]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603
    row: dict[str, Any] = json.loads(done.stdout)
    return row

"""`remediator bench storm`: how fast are signals taken in, and how soon is there a plan?

The measuring is in `signal_rate` and `plan_time`; here is what it means, as a document and as a table.
"""

from __future__ import annotations

import platform
import statistics
from dataclasses import asdict
from typing import Any

import click

from remediator.cli import out
from remediator.cli.bench import plan_time, signal_rate
from remediator.cli.bench.plan_time import PlanTime
from remediator.cli.bench.report import processor
from remediator.cli.bench.signal_rate import SignalRate
from remediator.views.document import SCHEMA

LATENCIES = (0.0, 0.03, 0.1)
RATE_TARGET, TIME_TARGET = 0.5, 1.5
Row = dict[str, Any]


@click.command("storm")
@click.option("--signals", type=click.IntRange(50, 100_000), default=2000, show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def storm(ctx: click.Context, signals: int, as_json: bool) -> None:
    """Take in a storm of signals for one registry, and time the way from an alert to a plan.

    Signals go into Azurite where it is installed (npm ci), else into SQLite, by turns with plain inserts there. The
    plan is made against the sandbox, whose answers are on their way for 0, 30 and 100 ms. Ends with 1 where a signal
    was lost; a target that is missed is said and ends with 0.
    """
    out.say(f"{signals:,} signals for one registry")
    rate = signal_rate.measured(signals)
    out.say("from an alert to a plan, at " + ", ".join(f"{1000 * each:.0f}" for each in LATENCIES) + " ms a call")
    found = document(rate, plan_time.measured(LATENCIES))
    if as_json:
        out.document(found)
    else:
        out.show(text(found))
    if not found["signals"]["all_counted"]:
        ctx.exit(1)


def document(rate: SignalRate, rows: list[PlanTime]) -> Row:
    """The whole answer. Ratios of rates are medians over the turns: what else the machine does meets both alike.

    `rounds_take` is one plain question for each round, `again` the same questions in their rounds and nothing else;
    the target is about the latter, which holds what the client itself takes where Azure answers at once.
    """
    ratios = [there / ours for ours, there in zip(rate.intake, rate.inserts, strict=True)]
    a_turn = rate.signals / len(rate.intake)
    plans = [
        {
            **asdict(row),
            "rounds_take": row.rounds * row.plain,
            "ratio": round(row.whole / (row.rounds * row.plain), 2),
            "ratio_again": round(row.whole / row.again, 2),
        }
        for row in rows
    ]
    ratio = round(statistics.median(ratios), 2)
    return {
        "schema": SCHEMA,
        "machine": {"python": platform.python_version(), "processor": processor()},
        "signals": {
            "store": rate.store,
            "signals": rate.signals,
            "callers": signal_rate.CALLERS,
            "incidents": rate.incidents,
            "all_counted": (rate.incidents, rate.counted) == (1, rate.signals),
            "per_second": round(a_turn / statistics.median(rate.intake), 1),
            "inserts_per_second": round(a_turn / statistics.median(rate.inserts), 1),
            "ratio": ratio,
            "growth": round(rate.intake[-1] / rate.intake[0], 2),
        },
        "plans": plans,
        "target": {
            "rate": RATE_TARGET,
            "time": TIME_TARGET,
            "holds": ratio >= RATE_TARGET and all(row["ratio_again"] <= TIME_TARGET for row in plans),
        },
    }


def text(found: Row) -> str:
    """The table, at most 100 columns wide."""
    machine, taken = found["machine"], found["signals"]
    head = ("a call", "questions", "rounds", "they take", "asked again", "to the plan", "of those", "of again")
    table = [head, *(_cells(row) for row in found["plans"])]
    widths = [max(len(line[column]) for line in table) for column in range(len(head))]
    lost = [] if taken["all_counted"] else ["✗ not every signal is in one incident"]
    return "\n".join(
        (
            out.heading("A storm of signals"),
            f"Python {machine['python']}, {machine['processor']}",
            "",
            f"{taken['signals']:,} signals for one registry from {taken['callers']} callers, on {taken['store']}: "
            f"{taken['incidents']} incident",
            f"  taken in, wake-up included  {taken['per_second']:8,.1f} a second",
            f"  plain inserts               {taken['inserts_per_second']:8,.1f} a second",
            f"  the last turn took {taken['growth']:.2f} times as long as the first",
            *lost,
            "",
            "From an alert to a plan that people are asked about:",
            *("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in table),
            "",
            f"Target: at least {RATE_TARGET} of the inserts, at most {TIME_TARGET} times the rounds asked again",
            _verdict(taken["ratio"] >= RATE_TARGET, f"signals        {taken['ratio']:.2f} of the inserts"),
            *(
                _verdict(
                    row["ratio_again"] <= TIME_TARGET,
                    f"plan, {_ms(row['latency']).rjust(6)}   {row['ratio_again']:.2f} times the rounds asked again",
                )
                for row in found["plans"]
            ),
        )
    )


def _cells(row: Row) -> tuple[str, ...]:
    seconds = (_ms(row["rounds_take"]), _ms(row["again"]), _ms(row["whole"]))
    ratios = (f"{row['ratio']:.2f}", f"{row['ratio_again']:.2f}")
    return (_ms(row["latency"]), str(row["questions"]), str(row["rounds"]), *seconds, *ratios)


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


def _verdict(holds: bool, what: str) -> str:
    return f"{'✓ holds ' if holds else '✗ missed'}  {what}"

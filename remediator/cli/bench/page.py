"""`remediator bench page`: how long does the overview take, and does it grow with what is in the store?

The measuring is in `page_time`; here is what it means, as a document and as a table.
"""

from __future__ import annotations

import platform
from dataclasses import asdict
from typing import Any

import click

from remediator.cli import out
from remediator.cli.bench import page_time
from remediator.cli.bench.page_time import PageTime
from remediator.cli.bench.report import processor
from remediator.views.document import SCHEMA

SMALLER = 10
PAGE_TARGET, SHARE_TARGET = 0.1, 0.1
Row = dict[str, Any]


@click.command("page")
@click.option(
    "--registries", type=click.IntRange(1000, 100_000), default=10_000, show_default=True, help="How many, at most."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def page(registries: int, as_json: bool) -> None:
    """Time the overview with N registries and as many incidents, and with a tenth of them.

    A target that is missed is said and ends with 0.
    """
    rows = []
    for size in (registries // SMALLER, registries):
        out.say(f"{size:,} registries and incidents are put into a store")
        rows.append(page_time.measured(size))
    found = document(rows)
    if as_json:
        out.document(found)
    else:
        out.show(text(found))


def document(rows: list[PageTime]) -> Row:
    """The whole answer. `share` is the page of the large store beside the same figures made anew from its incidents;
    `growth` is that page beside the one of the small store, which has a tenth of the subscriptions to show."""
    small, large = rows
    share = round(large.page / large.anew, 3)
    return {
        "schema": SCHEMA,
        "machine": {"python": platform.python_version(), "processor": processor()},
        "rows": [asdict(row) for row in rows],
        "share": share,
        "growth": round(large.page / small.page, 2),
        "target": {
            "page": PAGE_TARGET,
            "share": SHARE_TARGET,
            "holds": large.page <= PAGE_TARGET and share <= SHARE_TARGET,
        },
    }


def text(found: Row) -> str:
    """The table, at most 100 columns wide."""
    machine, large = found["machine"], found["rows"][-1]
    head = ("registries", "bare answer", "overview", "slowest", "incidents", "kept again", "all anew", "page")
    table = [head, *(_cells(row) for row in found["rows"])]
    widths = [max(len(line[column]) for line in table) for column in range(len(head))]
    return "\n".join(
        (
            out.heading("The overview"),
            f"Python {machine['python']}, {machine['processor']}, SQLite",
            "",
            *("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in table),
            "",
            f"Target: at most {1000 * PAGE_TARGET:.0f} ms, and at most {SHARE_TARGET} of making the figures anew",
            _verdict(large["page"] <= PAGE_TARGET, f"overview  {1000 * large['page']:.1f} ms"),
            _verdict(found["share"] <= SHARE_TARGET, f"share     {found['share']:.3f}"),
            f"  {found['growth']:.2f} times as long as with a tenth of the registries and subscriptions",
        )
    )


def _cells(row: Row) -> tuple[str, ...]:
    names = ("bare", "page", "slowest", "incidents", "kept", "anew")
    return (
        f"{row['registries']:,}",
        *(f"{1000 * row[name]:.1f} ms" for name in names),
        f"{row['size'] / 1024:.0f} KiB",
    )


def _verdict(holds: bool, what: str) -> str:
    return f"{'✓ holds ' if holds else '✗ missed'}  {what}"

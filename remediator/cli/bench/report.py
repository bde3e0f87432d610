"""What do the measurements mean? One document for programs, and the same as a table for people.

Called by `command`. Growth compares the processor's seconds for N registries with those for a tenth of them, measured
in the same run: 1.0 is linear.
"""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

from remediator.cli import out
from remediator.views.document import SCHEMA

TARGET_REGISTRIES, TARGET_SECONDS, TARGET_MEBIBYTES = 10_000, 10.0, 1024.0
Row = dict[str, Any]


def document(rows: list[Row]) -> Row:
    """The whole answer. `rows` come in pairs: a question about a tenth of the fleet, then about all of it."""
    pairs = list(zip(rows[::2], rows[1::2], strict=True))
    judged = [row for row in rows if row["registries"] == TARGET_REGISTRIES]
    target: Row = {"registries": TARGET_REGISTRIES, "seconds": TARGET_SECONDS, "mebibytes": TARGET_MEBIBYTES}
    return {
        "schema": SCHEMA,
        "machine": {
            "python": platform.python_version(),
            "processor": processor(),
            "cores": os.cpu_count(),
            "pinned": all(row["pinned"] for row in rows),
        },
        "healthy": all(list(row["verdicts"]) == ["ok"] for row in rows if row["question"] == "healthy"),
        "rows": rows,
        "growth": {large["question"]: _growth(small, large) for small, large in pairs},
        "target": {**target, "holds": all(map(within, judged)) if judged else None},
    }


def within(row: Row) -> bool:
    """Whether one row is inside the target, in seconds of one core: what others do on the machine does not count."""
    return bool(row["diagnosis"]["cpu"] < TARGET_SECONDS and row["peak"] < TARGET_MEBIBYTES)


def _growth(small: Row, large: Row) -> Row:
    """How many times more a registry costs in the large fleet than in the small one, for both steps."""
    times = large["registries"] / small["registries"]
    return {
        step: round(large[step]["cpu"] / max(small[step]["cpu"], 0.001) / times, 2)
        for step in ("snapshot", "diagnosis")
    }


def processor() -> str:
    """The name of this machine's processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def text(found: Row) -> str:
    """The table, at most 100 columns wide."""
    machine = found["machine"]
    pinned = "pinned to one core" if machine["pinned"] else "not pinned to a core"
    head = ("asked", "registries", "ok", "broken", "unknown", "snapshot", "diagnosis", "of cpu", "peak")
    table = [head, *(_cells(row) for row in found["rows"])]
    widths = [max(len(line[column]) for line in table) for column in range(len(head))]
    return "\n".join(
        (
            out.heading("The core, in memory"),
            f"Python {machine['python']}, {machine['processor']}, {machine['cores']} cores, {pinned}",
            "",
            *(_line(line, widths) for line in table),
            "",
            "Growth, from a tenth to all of the registries (1.0 is linear):",
            *(
                f"  {question.ljust(widths[0])}  snapshot {grown['snapshot']:.2f}, diagnosis {grown['diagnosis']:.2f}"
                for question, grown in found["growth"].items()
            ),
            "",
            *_verdict(found),
        )
    )


def _cells(row: Row) -> tuple[str, ...]:
    verdicts = [f"{row['verdicts'].get(verdict, 0):,}" for verdict in ("ok", "broken", "unknown")]
    return (
        row["question"],
        f"{row['registries']:,}",
        *verdicts,
        f"{row['snapshot']['wall']:.2f} s",
        f"{row['diagnosis']['wall']:.2f} s",
        f"{row['diagnosis']['cpu']:.2f} s",
        f"{row['peak']:.0f} MiB",
    )


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "  ".join((first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)))


def _verdict(found: Row) -> list[str]:
    lines = [] if found["healthy"] else ["✗ the healthy fleet was not found healthy"]
    target = found["target"]
    wanted = (
        f"{target['registries']:,} registries in under {target['seconds']:.0f} s and {target['mebibytes']:,.0f} MiB"
    )
    if target["holds"] is None:
        return [*lines, f"? the target is about {wanted}: not measured here"]
    judged = [row for row in found["rows"] if row["registries"] == target["registries"]]
    wide = max(len(row["question"]) for row in judged)
    return [
        *lines,
        f"Target: {wanted}",
        *(
            f"{'✓ holds ' if within(row) else '✗ missed'}  {row['question'].ljust(wide)}  "
            f"{row['diagnosis']['cpu']:.1f} s of cpu, {row['peak']:,.0f} MiB"
            for row in judged
        ),
    ]

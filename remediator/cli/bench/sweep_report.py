"""What do the measurements of a sweep mean? One document for programs, and the same as tables for people.

Called by `sweep`. Cost per registry compares the processor's seconds for each registry of one fleet with those of the
smallest one: 1.0 is as much. A finding counts where the rule of its drift has it at the drift's own target.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from typing import Any

from remediator.cli import out
from remediator.cli.bench.report import processor
from remediator.views.document import SCHEMA

Row = dict[str, Any]
TARGET = {"registries": 10_000, "requests": 80, "mebibytes": 300.0, "custodian": 0.1, "cost": 1.3}
PLAIN, TROUBLE, TWICE = "sweep", "in trouble", "two at once"


def document(rows: list[Row], drifts: Sequence[Sequence[str]], others: list[Row]) -> Row:
    """The whole answer; `drifts` are those of the largest fleet (kind, rule, target), `others` Custodian's runs."""
    plain = [row for row in rows if row["what"] == PLAIN and row["latency"] == 0]
    largest = plain[-1]
    kinds = _kinds(largest, drifts)
    shown = [{key: value for key, value in row.items() if key != "findings"} for row in rows]
    return {
        "schema": SCHEMA,
        "machine": {"python": platform.python_version(), "processor": processor(), "cores": os.cpu_count()},
        "rows": shown,
        "kinds": {"found": kinds, "all": all(found == total for found, total in kinds.values())},
        "same": all(_same(rows, size) for size in {row["size"] for row in rows}),
        "cost": {str(row["size"]): _cost(plain[0], row) for row in plain},
        "custodian": others,
        "target": {**TARGET, "verdicts": _verdicts(plain, kinds, rows, others)},
    }


def _kinds(row: Row, drifts: Sequence[Sequence[str]]) -> dict[str, tuple[int, int]]:
    named = {(rule, target) for rule, target, _ in row["findings"]}
    counts: dict[str, tuple[int, int]] = {}
    for kind, rule, target in drifts:
        found, total = counts.get(kind, (0, 0))
        counts[kind] = (found + ((rule, target) in named), total + 1)
    return counts


def _same(rows: list[Row], size: int) -> bool:
    """Whether every sweep of one fleet found the same."""
    found = [row["findings"] for row in rows if row["size"] == size and row["what"] != "pages"]
    return all(one == found[0] for one in found)


def _cost(small: Row, row: Row) -> float:
    each = float(small["cpu"]) / int(small["registries"])
    return round(float(row["cpu"]) / int(row["registries"]) / max(each, 1e-9), 2)


def _verdicts(
    plain: list[Row], kinds: dict[str, tuple[int, int]], rows: list[Row], others: list[Row]
) -> list[tuple[bool | None, str]]:
    judged = next((row for row in plain if row["size"] == TARGET["registries"]), None)
    largest = plain[-1]
    found = sum(one for one, _ in kinds.values()), sum(total for _, total in kinds.values())
    same = all(_same(rows, size) for size in {row["size"] for row in rows})
    several = [row for row in plain if row["size"] != plain[0]["size"]]
    cost = max((_cost(plain[0], row) for row in several), default=0.0)
    equal = next((one for one in others if one["scope"] == "equal"), None)
    asked = judged["azure"]["requests"] if judged else 0
    ratio = largest["wall"] / equal["wall"] if equal else 0.0
    return [
        (
            asked <= TARGET["requests"] if judged else None,
            f"requests         {asked if judged else 'not measured'} for 10,000 registries",
        ),
        (judged["peak"] < TARGET["mebibytes"] if judged else None, f"memory           {_mib(judged)}"),
        (
            found[0] == found[1] and len(kinds) == 9,
            f"kinds            {found[0]} of {found[1]} drifts, {len(kinds)} kinds",
        ),
        (same, "trouble          the same findings in trouble and twice at once"),
        (cost <= TARGET["cost"] if several else None, f"cost             {cost:.2f} times as much for each registry"),
        (
            ratio <= TARGET["custodian"] if equal else None,
            f"beside Custodian {ratio:.3f} of its time" if equal else "beside Custodian not run: --custodian PATH",
        ),
    ]


def _mib(row: Row | None) -> str:
    return f"{row['peak']:.0f} MiB" if row else "not measured at 10,000"


def text(found: Row) -> str:
    """The tables, at most 100 columns wide."""
    machine = found["machine"]
    head = ("what", "registries", "a call", "wall", "cpu", "peak", "requests", "Azure's own")
    table = [head, *(_cells(row) for row in found["rows"])]
    widths = [max(len(line[column]) for line in table) for column in range(len(head))]
    return "\n".join(
        (
            out.heading("A sweep"),
            f"Python {machine['python']}, {machine['processor']}, {machine['cores']} cores",
            "",
            *(_line(line, widths) for line in table),
            "",
            *_side_by_side(found),
            "",
            f"Target: {TARGET['registries']:,} registries in {TARGET['requests']} requests and "
            f"{TARGET['mebibytes']:.0f} MiB, at most {TARGET['cost']} times the cost of a registry,",
            f"and {TARGET['custodian']} of Custodian's time at equal scope",
            *(f"{_mark(verdict)}  {words}" for verdict, words in found["target"]["verdicts"]),
        )
    )


def _side_by_side(found: Row) -> list[str]:
    others = found["custodian"]
    head = ["drift", "sweep", *(f"Custodian, {one['scope']} scope" for one in others)]
    lines = [head]
    for kind, (hits, total) in found["kinds"]["found"].items():
        theirs = [one["kinds"].get(kind) if kind in one["kinds"] else None for one in others]
        lines.append([kind, f"{hits} of {total}", *(f"{one[0]} of {one[1]}" if one else "–" for one in theirs)])
    ours = [row for row in found["rows"] if row["what"] == PLAIN and row["latency"] == 0][-1]
    lines.append(["wall", f"{ours['wall']:.1f} s", *(f"{one['wall']:.0f} s in {one['runs']} runs" for one in others)])
    lines.append(["requests", f"{ours['azure']['requests']:,}", *(f"{one['azure']['requests']:,}" for one in others)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return [_line(tuple(line), widths) for line in lines]


def _cells(row: Row) -> tuple[str, ...]:
    asked = row["azure"]
    return (
        row["what"],
        f"{row['size']:,}",
        f"{1000 * row['latency']:.0f} ms",
        f"{row['wall']:.1f} s",
        f"{row['cpu']:.1f} s",
        f"{row['peak']:.0f} MiB",
        f"{asked['requests']:,}",
        f"{asked['seconds']:.2f} s",
    )


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "  ".join((first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)))


def _mark(verdict: bool | None) -> str:
    return {True: "✓ holds ", False: "✗ missed", None: "? open  "}[verdict]

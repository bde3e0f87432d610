"""`remediator bench cold`: what does a cold start of the function app cost, beside that of an app that does nothing?

Both are indexed by Microsoft's worker library, in fresh processes and by turns (`indexing`). A figure is the median of
its repetitions.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

import remediator
from remediator.cli import out
from remediator.cli.bench.report import processor
from remediator.core.errors import Misconfigured
from remediator.views.document import SCHEMA

LIBRARY = "azure-functions-runtime"
TIMES = 3.0
HELLO = """\
import azure.functions as func

app = func.FunctionApp()


@app.route("hello")
def hello(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("hello")
"""
FIGURES = ("functions", "library", "index", "total", "cpu", "mebibytes", "modules")
Row = dict[str, Any]


@click.command("cold")
@click.option("--repeat", type=click.IntRange(1, 100), default=9, show_default=True, help="Processes for each app.")
@click.option("--app", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Where function_app.py is.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def cold(repeat: int, app: Path | None, as_json: bool) -> None:
    """Index the function app in fresh processes, and a bare hello-world app by turns with it.

    Needs Microsoft's worker library, azure-functions-runtime. A target that is missed is said and ends with 0.
    """
    if importlib.util.find_spec("azure_functions_runtime") is None:
        raise Misconfigured(
            "bench-without-library",
            f"measuring a cold start: {LIBRARY} is not installed here, so nothing can be indexed",
            hint=f"pip install --ignore-requires-python --no-deps {LIBRARY}",
        )
    directory = app or Path(remediator.__file__).parents[1]
    if not (directory / "function_app.py").exists():
        raise Misconfigured(
            "bench-without-app",
            f"measuring a cold start: there is no function_app.py in {directory}",
            hint="name the folder of the function app with --app",
        )
    with tempfile.TemporaryDirectory(prefix="remediator-bench-") as folder:
        (Path(folder) / "function_app.py").write_text(HELLO, encoding="utf-8")
        apps = {"hello world": folder, "remediator": str(directory.resolve())}
        found = document({name: [] for name in apps}, apps, repeat)
    if as_json:
        out.document(found)
    else:
        out.show(text(found))


def document(runs: dict[str, list[Row]], apps: dict[str, str], repeat: int) -> Row:
    """The whole answer: a first process of each app warms the disk and is not counted."""
    for turn in range(repeat + 1):
        out.say(f"turn {turn} of {repeat}")
        for name, directory in apps.items():
            row = measured(directory)
            if turn:
                runs[name].append(row)
    rows = [{"app": name, **{each: _median(several, each) for each in FIGURES}} for name, several in runs.items()]
    hello, ours = rows
    ratio = {"time": _times(ours, hello, "index"), "memory": _times(ours, hello, "mebibytes")}
    return {
        "schema": SCHEMA,
        "machine": {
            "python": platform.python_version(),
            "library": version(LIBRARY),
            "processor": processor(),
            "cores": os.cpu_count(),
        },
        "repeat": repeat,
        "rows": rows,
        "ratio": ratio,
        "target": {"times": TIMES, "holds": all(value <= TIMES for value in ratio.values())},
    }


def measured(directory: str) -> Row:
    """One cold start; `Misconfigured("bench-not-indexed")` with the library's words when it refuses the app."""
    script = Path(__file__).with_name("indexing.py")
    done = subprocess.run([sys.executable, "-P", str(script), directory], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:] or ["no reason was given"]
        raise Misconfigured(
            "bench-not-indexed", f"indexing {directory}: {said[0]}", hint="run it by itself to see more"
        )
    row: Row = json.loads(done.stdout.splitlines()[-1])
    return row


def _median(several: list[Row], figure: str) -> float:
    return round(float(statistics.median(row[figure] for row in several)), 4)


def _times(ours: Row, hello: Row, figure: str) -> float:
    return round(float(ours[figure]) / max(float(hello[figure]), 1e-6), 2)


def text(found: Row) -> str:
    """The table, at most 100 columns wide."""
    machine, ratio = found["machine"], found["ratio"]
    head = ("app", "functions", "library", "import and index", "of cpu", "memory", "modules")
    table = [head, *(_cells(row) for row in found["rows"])]
    table.append(("ratio", "", "", f"{ratio['time']:.2f}", "", f"{ratio['memory']:.2f}", ""))
    widths = [max(len(line[column]) for line in table) for column in range(len(head))]
    judged = (("import and index", ratio["time"]), ("memory", ratio["memory"]))
    return "\n".join(
        (
            out.heading("A cold start of the function app"),
            f"Python {machine['python']}, {machine['processor']}, {machine['cores']} cores",
            f"{LIBRARY} {machine['library']}, median of {found['repeat']} fresh processes each, by turns",
            "",
            *("  ".join((line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:]))) for line in table),
            "",
            f"Target: at most {TIMES:.0f} times the bare app, in time and in memory",
            *(f"{'✓ holds ' if times <= TIMES else '✗ missed'}  {what}: {times:.2f} times" for what, times in judged),
        )
    )


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row["app"],
        f"{row['functions']:.0f}",
        f"{row['library'] * 1000:.0f} ms",
        f"{row['index'] * 1000:.0f} ms",
        f"{row['cpu'] * 1000:.0f} ms",
        f"{row['mebibytes']:.1f} MiB",
        f"{row['modules']:.0f}",
    )

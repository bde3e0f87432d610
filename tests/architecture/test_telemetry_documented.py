"""docs/telemetry.md and the code name the same spans and measures, and nothing is loaded before it is asked for."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

from remediator.core import measures
from remediator.core.measures import METRICS, SPANS, Metric, SpanKind
from tests.architecture.house import DOCS, ROOT, modules, relative, text_of

PAGE = text_of(DOCS / "telemetry.md")
_ROW = re.compile(r"^\| `(remediator\.[\w.-]+)` \| (.+) \|$", re.MULTILINE)


def _rows() -> dict[str, list[str]]:
    return {name: [cell.strip() for cell in rest.split(" | ")] for name, rest in _ROW.findall(PAGE)}


def _facts(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def test_every_span_is_explained() -> None:
    """Each span stands in the table with its meaning and its facts, in the order of the code."""
    rows = {name: cells for name, cells in _rows().items() if len(cells) == 2}
    assert list(rows) == [kind.name for kind in SPANS]
    assert rows == {kind.name: [kind.meaning, _facts(kind.facts)] for kind in SPANS}


def test_every_measure_is_explained() -> None:
    """Each measure stands in the table with its kind, unit, meaning and facts, in the order of the code."""
    rows = {name: cells for name, cells in _rows().items() if len(cells) == 4}
    assert list(rows) == [metric.name for metric in METRICS]
    assert rows == {m.name: [m.shape.value, f"`{m.unit}`", m.meaning, _facts(m.facts)] for m in METRICS}


def test_every_span_and_measure_is_told_somewhere() -> None:
    """What is declared is used: each constant of core.measures is named by flow or an adapter."""
    kinds = {name for name, value in vars(measures).items() if isinstance(value, SpanKind | Metric) and name.isupper()}
    told = "".join(text_of(path) for path in modules() if relative(path) != "remediator/core/measures.py")
    assert len(kinds) > 8
    assert [name for name in kinds if not re.search(rf"\b{name}\b", told)] == []
    assert "STEPS" in told


def test_the_function_app_starts_without_opentelemetry() -> None:
    """Indexing the function app imports neither OpenTelemetry nor Event Grid's library."""
    heavy = "('opentelemetry', 'azure.eventgrid')"
    code = f"import function_app, sys; sys.exit([name for name in sys.modules if name.startswith({heavy})] or 0)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_exporters_are_extras() -> None:
    """Whoever installs the package chooses an exporter by an extra that the page names; the function app installs that
    of Azure Monitor, on which its workbook and an alert count, and no other."""
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    assert "opentelemetry-api" in project["dependencies"]
    runtime = text_of(ROOT / "requirements.txt")
    extras = project["optional-dependencies"]
    named = {*extras["otlp"], *extras["azure-monitor"]}
    installed = {name for name in named if re.search(rf"^{name}==", runtime, re.MULTILINE)}
    assert installed == set(extras["azure-monitor"])
    assert set(extras["azure-monitor"]).isdisjoint(project["dependencies"])
    assert [extra for extra in ("otlp", "azure-monitor") if f"`remediator[{extra}]`" not in PAGE] == []

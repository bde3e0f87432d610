"""`remediator bench cold`: a cold start beside that of an app that does nothing."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from remediator.cli.bench import cold
from tests.cli.running import document, run

# Doors, the words that they need, and nothing else: a vendor's client or a web framework brings a hundred.
OF_OURS = 40


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    """What a short run says, measured once."""
    return document("bench", "cold", "--repeat", 1, "--json")


def test_both_apps_are_indexed(answer: dict[str, Any]) -> None:
    """A row for the bare app with its one function and one for ours, and how many times the bare app ours takes."""
    hello, ours = answer["rows"]
    assert [(row["app"], row["functions"] > 1) for row in answer["rows"]] == [
        ("hello world", False),
        ("remediator", True),
    ]
    assert answer["ratio"]["memory"] == pytest.approx(ours["mebibytes"] / hello["mebibytes"], abs=0.01)
    assert answer["ratio"]["time"] == pytest.approx(ours["index"] / hello["index"], abs=0.01)
    assert answer["target"]["times"] == 3.0


def test_ours_is_hardly_more_than_the_bare_app(answer: dict[str, Any]) -> None:
    """Indexing our app loads few modules more than indexing one that does nothing, and memory stays within its goal."""
    hello, ours = answer["rows"]
    assert 0 < ours["modules"] - hello["modules"] <= OF_OURS
    assert answer["ratio"]["memory"] <= 3


def test_the_table_says_whether_the_goal_holds() -> None:
    """Every line fits 100 columns, and both goals are judged by their figures."""
    row = {"library": 0.02, "cpu": 0.06, "modules": 344}
    hello = {"app": "hello world", "functions": 1, "index": 0.06, "mebibytes": 29.5} | row
    ours = {"app": "remediator", "functions": 12, "index": 0.25, "mebibytes": 30.1} | row
    machine = {"python": "3.11.7", "library": "1.3.0", "processor": "AMD EPYC", "cores": 2}
    ratio = {"time": 4.17, "memory": 1.02}
    told = cold.text({"machine": machine, "repeat": 9, "rows": [hello, ours], "ratio": ratio})
    assert max(map(len, told.splitlines())) <= 100
    assert "✗ missed  import and index: 4.17 times" in told
    assert "✓ holds   memory: 1.02 times" in told


def test_without_the_library_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Microsoft's worker library is not installed, the error names it and how to install it."""
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name.startswith("azure_f") else there(name, *rest)
    )
    result = run("bench", "cold")
    assert result.exit_code == 1
    assert "error[bench-without-library]" in result.stderr
    assert "pip install" in result.stderr


def test_an_app_that_cannot_be_indexed_is_no_figure(tmp_path: Path) -> None:
    """A folder without an app, and an app that the library refuses, end with the reason."""
    result = run("bench", "cold", "--app", str(tmp_path))
    assert (result.exit_code, "error[bench-without-app]" in result.stderr) == (1, True)
    (tmp_path / "function_app.py").write_text("raise RuntimeError('no such thing')\n")
    result = run("bench", "cold", "--app", str(tmp_path), "--repeat", 1)
    assert (result.exit_code, "error[bench-not-indexed]" in result.stderr) == (1, True)
    assert "no such thing" in result.stderr

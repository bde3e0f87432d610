"""`remediator demo`: the story is true, or it ends with 1."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from remediator.cli.demo import stage
from tests.cli.running import PROGRAM, REPOSITORY, document, run

MOST_LINES = 30


def test_the_story_is_told_without_a_terminal(tmp_path: Path) -> None:
    """Ten screenfuls of at most 100 columns, the end is RESOLVED, and nothing is left in the temporary folder."""
    env = {"PATH": "", "LANG": "C.UTF-8", "TMPDIR": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(
        [*PROGRAM, "demo"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=env,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    begins = [number for number, line in enumerate(lines) if line[:1].isdigit() and "/10  " in line]
    assert len(begins) == 10
    assert max(b - a for a, b in zip(begins, [*begins[1:], len(lines)], strict=True)) <= MOST_LINES
    assert max(map(len, lines)) <= 100
    assert lines[-1].startswith("RESOLVED in ")
    assert list(tmp_path.iterdir()) == []


def test_the_story_as_a_document(tmp_path: Path) -> None:
    """`--json` gives one document with what was true in each step, `--record` every ARM exchange."""
    record = tmp_path / "traffic.jsonl"
    record.write_text("left by an earlier one\n", encoding="utf-8")
    found = document("demo", "--json", "--record", record)
    assert (found["resolved"], len(found["steps"])) == (True, 10)
    assert all(step["true"] for step in found["steps"])
    assert [write["method"] for write in found["steps"][7]["writes"]] == ["PUT"] * 4
    rows = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    assert {"PUT", "GET"} <= {row["liveRequest"]["method"] for row in rows}


def test_a_story_that_is_not_true_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a world that is not the case's, the first sentence that is not so is named."""
    monkeypatch.setattr(stage, "ESTATE", "healthy-hub")
    result = run("demo")
    assert result.exit_code == 1
    assert "error[demo-failed]: step 1 " in result.stderr
    assert "got: AzureCloud" in result.stderr

"""`remediator bench storm`: what is counted and what the figures mean."""

from __future__ import annotations

import json
from typing import Any

import pytest

from remediator.cli.bench import plan_time, signal_rate, storm
from remediator.cli.bench.plan_time import PlanTime, rounds_of
from remediator.cli.bench.signal_rate import SignalRate
from tests.cli.running import run

FAST = SignalRate("Azurite", 100, (1.0, 1.0), (0.9, 0.9), 1, 100)
PLANS = [PlanTime(0.0, 0.09, 0.002, 0.07, 27, 7), PlanTime(0.1, 0.8, 0.101, 0.76, 27, 7)]


@pytest.mark.parametrize(
    ("asked", "sizes"),
    [
        ([], []),
        ([(0, 1, "a"), (1, 2, "b"), (2, 3, "c")], [1, 1, 1]),
        ([(0, 1, "a"), (0, 1.2, "b"), (0.1, 1, "c")], [3]),
        ([(0, 1, "a"), (1, 2, "b"), (1, 3, "c"), (2, 4, "d"), (3, 5, "e")], [1, 2, 2]),
    ],
)
def test_rounds(asked: list[tuple[float, float, str]], sizes: list[int]) -> None:
    """A question is in the round after the last one that was over when it began."""
    assert rounds_of(asked) == sizes


def test_the_target(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ratios are those of the medians, and the target holds where all of them are within it."""
    found = storm.document(FAST, PLANS)
    assert (found["signals"]["ratio"], found["signals"]["all_counted"]) == (0.9, True)
    assert [row["ratio_again"] for row in found["plans"]] == [1.29, 1.05]
    assert found["target"]["holds"]
    slow = SignalRate("Azurite", 100, (2.0, 2.0), (0.9, 0.9), 1, 100)
    assert not storm.document(slow, PLANS)["target"]["holds"]
    assert "✗ missed  signals        0.45 of the inserts" in storm.text(storm.document(slow, PLANS))
    assert all(len(line) <= 100 for line in storm.text(found).splitlines())


@pytest.mark.parametrize(("incidents", "counted", "code"), [(1, 100, 0), (2, 100, 1), (1, 99, 1)])
def test_a_lost_signal_is_an_error(monkeypatch: pytest.MonkeyPatch, incidents: int, counted: int, code: int) -> None:
    """The command ends with 1 where not every signal is counted in one incident."""
    rate = SignalRate("SQLite", 100, (1.0,), (1.0,), incidents, counted)
    monkeypatch.setattr(signal_rate, "measured", lambda signals: rate)
    monkeypatch.setattr(plan_time, "measured", lambda latencies: PLANS)
    result = run("bench", "storm", "--signals", 100, "--json")
    assert result.exit_code == code
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["signals"]["store"] == "SQLite"


def test_signals_are_really_taken_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Azurite a small storm goes into SQLite: one incident that has counted every signal."""
    monkeypatch.setattr("remediator.cli.bench.azurite._program", lambda: None)
    rate = signal_rate.measured(50)
    assert (rate.store, rate.incidents, rate.counted, len(rate.intake)) == ("SQLite", 1, 50, signal_rate.TURNS)


def test_a_plan_is_really_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An alert leads to a question of people over the wire, in more than a few rounds."""
    monkeypatch.setattr(plan_time, "REPEATS", 1)
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")  # the benchmark sets them for its process
    (row,) = plan_time.measured((0.0,))
    assert row.whole > row.plain > 0
    assert row.questions >= 20
    assert row.again > 0

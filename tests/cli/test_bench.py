"""`remediator bench core`: what is measured, what is said of it, and when it ends with 1."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.cli.bench import command, report
from tests.cli.running import document, run


def row(question: str, registries: int, cpu: float, *, peak: float = 100.0, broken: int = 0) -> dict[str, Any]:
    """A measurement on a busy machine: each second of the processor takes three on the wall."""
    return {
        "question": question,
        "registries": registries,
        "snapshot": {"wall": 3 * cpu, "cpu": cpu},
        "diagnosis": {"wall": 3 * cpu, "cpu": cpu},
        "peak": peak,
        "pinned": True,
        "verdicts": {"ok": registries - broken} | ({"broken": broken} if broken else {}),
    }


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    """What a small run says, measured once."""
    return document("bench", "core", "--registries", 200, "--json")


def test_every_question_is_measured_at_two_sizes(answer: dict[str, Any]) -> None:
    """One document has a row for each question and size, each with its own time, memory and verdicts."""
    questions, rows = ("healthy", "drifted", "one registry"), answer["rows"]
    assert [(r["question"], r["registries"]) for r in rows] == [(q, n) for q in questions for n in (20, 200)]
    assert all(r["peak"] > 0 and r["diagnosis"]["cpu"] >= 0 and r["bodies"] > 8 * r["registries"] for r in rows)
    assert set(answer["growth"]) == set(questions)
    assert answer["machine"]["python"]


def test_the_healthy_fleet_is_healthy_and_the_drifted_one_is_not(answer: dict[str, Any]) -> None:
    """What was diagnosed is in the rows: all paths ok and nothing found; all nine drifts; the one registry."""
    rows = {r["question"]: r for r in answer["rows"][1::2]}
    assert (rows["healthy"]["verdicts"], rows["healthy"]["findings"]) == ({"ok": 220}, {})
    drifted = {"private-endpoint", "endpoint-connection", "registry-sku", "dns-record", "vnet-link", "peering"}
    assert drifted <= set(rows["drifted"]["findings"])
    assert rows["one registry"]["verdicts"] == {"broken": 1}
    assert rows["one registry"]["findings"] == {"private-endpoint": 1}


def test_the_table_fits_a_narrow_terminal() -> None:
    """No line has more than 100 columns, without colour; the talk goes to stderr."""
    result = run("bench", "core", "--registries", 200)
    assert result.exit_code == 0
    assert max(len(line) for line in result.stdout.splitlines()) <= 100
    assert "healthy: 200 registries" in result.stderr
    assert "\x1b" not in result.stdout


def test_growth_is_the_cost_of_a_registry_against_the_smaller_fleet() -> None:
    """Ten times the registries in ten times the seconds is 1.0; in a hundred times the seconds it is 10."""
    rows = [row("healthy", 1000, 0.5), row("healthy", 10_000, 5.0), row("drifted", 1000, 0.5)]
    found = report.document([*rows, row("drifted", 10_000, 50.0)])
    assert [one["diagnosis"] for one in found["growth"].values()] == [1.0, 10.0]


@pytest.mark.parametrize(
    ("large", "holds"),
    [
        (row("healthy", 10_000, 9.9, peak=1023), True),
        (row("healthy", 10_000, 10.1), False),
        (row("healthy", 10_000, 1.0, peak=1025), False),
        (row("healthy", 20_000, 1.0), None),
    ],
)
def test_the_target_is_said_to_hold_or_not(large: dict[str, Any], holds: bool | None) -> None:
    """10,000 registries in under 10 s of one core and 1 GiB; nothing is said of another number."""
    found = report.document([row("healthy", large["registries"] // 10, 0.1), large])
    assert found["target"]["holds"] is holds
    mark = {True: "✓ holds   healthy", False: "✗ missed  healthy", None: "? the target"}[holds]
    assert report.text(found).splitlines()[-1].startswith(mark)


def test_a_wrong_answer_about_the_healthy_fleet_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """A benchmark of wrong answers is worth nothing."""
    monkeypatch.setattr(command, "_measured", lambda question, size: row(question, size, 0.1, broken=1))
    result = run("bench", "core", "--registries", 200)
    assert result.exit_code == 1
    assert "✗ the healthy fleet was not found healthy" in result.stdout


def test_a_missed_target_ends_with_0(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine is no error."""
    monkeypatch.setattr(command, "_measured", lambda question, size: row(question, size, 60.0))
    result = run("bench", "core")
    assert result.exit_code == 0
    assert result.stdout.count("✗ missed") == 3
    assert max(len(line) for line in result.stdout.splitlines()) <= 100


def test_a_fleet_too_small_to_compare_is_wrong_usage() -> None:
    """Below 200 registries a tenth of them says nothing about growth."""
    assert run("bench", "core", "--registries", 100).exit_code == 2

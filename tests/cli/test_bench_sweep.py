"""`remediator bench sweep`: what is measured, what counts as found, and what the figures mean."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from remediator.cli.bench import custodian, sweep, sweep_report, sweep_time
from remediator.cli.bench.fleet_azure import FOUND, Timed, drifted
from remediator.sandbox import SandboxServer
from tests.cli.running import run

PLACE = {
    "arm": "https://127.0.0.1:1",
    "identity": "http://127.0.0.1:2/msi/token",
    "ca": "ca.pem",
    "cloud": "AzureCloud",
}
TARGET = "/subscriptions/s/resourcegroups/rg/providers/microsoft.containerregistry/registries/shop"
DRIFTS = [
    ["no endpoint", "private-endpoint", TARGET],
    ["connection pending", "endpoint-connection", f"{TARGET}/privateendpointconnections/pe.1"],
]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Any, dict[str, str], list[list[str]]]]:
    """A fleet of twenty, nine of them drifted, over TLS in this process."""
    made, where = drifted(20)
    azure: Any = Timed.from_estate(made.document())
    wanted = [[name, *sweep_drift(name, site)] for name, site in where]
    with SandboxServer(azure) as server:
        place = {
            "arm": server.arm_url,
            "identity": server.identity_url,
            "ca": str(server.ca_path),
            "cloud": azure.cloud,
        }
        yield azure, place, wanted


def sweep_drift(name: str, site: Any) -> tuple[str, str]:

    rule, where = FOUND[name]
    return rule, getattr(site, where).lower()


def test_a_sweep_finds_all_nine_kinds(served: tuple[Any, dict[str, str], list[list[str]]]) -> None:
    """What is measured is a real sweep over TLS: every drift is found at its target, in a handful of requests."""
    azure, place, drifts = served
    azure.asked = azure.graph = 0
    measured = asdict(sweep_time.measure("sweep", place))
    asked = {"requests": azure.asked, "graph": azure.graph, "seconds": azure.seconds}
    found = sweep_report.document([{**measured, "size": 20, "latency": 0.0, "azure": asked}], drifts, [])
    assert found["kinds"]["all"]
    assert len(found["kinds"]["found"]) == 9
    assert (measured["registries"], azure.asked, azure.graph) == (20, 5, 4)
    assert azure.seconds > 0


def test_plain_pages_are_the_same_rows(served: tuple[Any, dict[str, str], list[list[str]]]) -> None:
    """The baseline reads as many rows as the sweep."""
    _, place, _ = served
    assert sweep_time.measure("pages", place).rows == sweep_time.measure("sweep", place).rows > 100


def row(what: str = "sweep", size: int = 10_000, **more: Any) -> dict[str, Any]:
    findings = [[rule, target, "broken"] for _, rule, target in DRIFTS]
    plain = {
        "wall": 12.0,
        "cpu": 11.0,
        "peak": 190.0,
        "registries": size,
        "rows": 7 * size,
        "states": {},
        "latency": 0.0,
    }
    asked = {"requests": 75, "graph": 74, "seconds": 0.3}
    return {"what": what, "size": size, "findings": findings, "azure": asked, **plain, **more}


def verdicts(rows: list[dict[str, Any]], others: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    found = sweep_report.document(rows, DRIFTS, others or [])
    assert all(len(line) <= 100 for line in sweep_report.text(found).splitlines())
    return {words.split()[0]: verdict for verdict, words in found["target"]["verdicts"]}


def test_each_target_is_judged_by_its_figure() -> None:
    """Requests, memory, cost and sameness hold or do not; what was not measured is open."""
    small = row(size=1_000, cpu=1.2)
    assert verdicts([small, row()]) == {
        "requests": True,
        "memory": True,
        "kinds": False,  # two kinds are not nine
        "trouble": True,
        "cost": True,
        "beside": None,
    }
    worse = row(cpu=20.0, peak=301.0, azure={"requests": 81, "graph": 80, "seconds": 0.3})
    found = verdicts([small, worse, row("in trouble", findings=[])])
    assert (found["requests"], found["memory"], found["cost"], found["trouble"]) == (False, False, False, False)
    assert verdicts([small])["requests"] is None


@pytest.mark.parametrize(("wall", "holds"), [(121.0, True), (119.0, False)])
def test_custodian_is_compared_at_equal_scope(wall: float, holds: bool) -> None:
    """A tenth of its time is the target, measured in the same run."""
    asked = {"requests": 999, "graph": 0, "seconds": 1.0}
    other = {"scope": "equal", "wall": wall, "runs": 111, "failed": 0, "kinds": {"no endpoint": [1, 1]}, "azure": asked}
    assert verdicts([row(size=1_000, cpu=1.2), row()], [other])["beside"] is holds
    text = sweep_report.text(sweep_report.document([row()], DRIFTS, [other]))
    assert "1 of 1" in text
    assert "–" in text  # a kind that its policies cannot ask for


@pytest.mark.parametrize(("missing", "code"), [(False, 0), (True, 1)])
def test_a_drift_that_is_not_found_is_an_error(monkeypatch: pytest.MonkeyPatch, missing: bool, code: int) -> None:
    """The command ends with 1 where a drift was not found."""
    rows = [row(size=20, findings=[]) if missing else row(size=20)]

    class Stood:
        drifts, subscriptions = DRIFTS, ["s"]

        def __enter__(self) -> Stood:
            return self

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(sweep, "_azure", lambda size: Stood())
    monkeypatch.setattr(sweep, "_rows", lambda azure, size: rows)
    result = run("bench", "sweep", "--registries", 20, "--json")
    assert result.exit_code == code, result.output
    assert json.loads(result.stdout)["kinds"]["all"] is not missing


def test_custodian_is_run_in_its_own_environment(tmp_path: Path) -> None:
    """Its command gets the policies and one subscription at a time; what it names is what its output files have."""
    command = tmp_path / "custodian"
    command.touch()
    script = tmp_path / "stood_in.py"
    script.write_text(
        "import json, os, pathlib, sys\n"
        "folder, file = pathlib.Path(sys.argv[-2]), pathlib.Path(sys.argv[-1])\n"
        "for policy in json.loads(file.read_text())['policies']:\n"
        "    out = folder / policy['name']\n"
        "    out.mkdir(parents=True)\n"
        f"    rid = {TARGET!r}.replace('/s/', '/' + os.environ['AZURE_SUBSCRIPTION_ID'] + '/')\n"
        "    named = [{'id': rid.upper()}] if policy['name'] == 'no-endpoint' else []\n"
        "    (out / 'resources.json').write_text(json.dumps(named))\n"
        "sys.exit('REMEDIATOR_MODE' in os.environ or os.environ['AZURE_SUBSCRIPTION_ID'] == 'bad')\n",
        encoding="utf-8",
    )
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nshift 2\nexec {sys.executable} {script} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    ran = custodian.ran(command, "equal", PLACE, ["s", "bad"])
    assert (ran.runs, ran.failed) == (2, 1)
    assert custodian.found_by(ran, DRIFTS) == {"no endpoint": (1, 1), "connection pending": (0, 1)}
    assert set(ran.named) == set(custodian.EQUAL)

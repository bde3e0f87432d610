"""`remediator sweep`: over TLS and from a file, for people and programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from remediator.cli.bench.drifts import DRIFTS
from remediator.cli.sweep import Progress
from remediator.sandbox import Azure, SandboxServer
from remediator.sandbox.estates.fleet import fleet
from tests.cli.running import run


@pytest.fixture(scope="module")
def azure() -> Azure:
    """A fleet of forty registries, nine of which have drifted."""
    made = fleet(40)
    for site, drift in zip(made.sites[1::4], DRIFTS.values(), strict=False):
        drift(made, site)
    return Azure.from_estate(made.document())


@pytest.fixture(scope="module")
def served(azure: Azure, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The settings that lead to it over TLS."""
    with SandboxServer(azure) as server:
        yield {
            "REMEDIATOR_MODE": "sandbox",
            "REMEDIATOR_ARM_ENDPOINT": server.arm_url,
            "REMEDIATOR_CA_FILE": str(server.ca_path),
            "REMEDIATOR_DATA_DIR": str(tmp_path_factory.mktemp("state")),
            "IDENTITY_ENDPOINT": server.identity_url,
            "IDENTITY_HEADER": "x",
        }


def test_a_page_for_people_says_how_all_stand(served: dict[str, str]) -> None:
    """How many registries stand how, the rules, and each subject; progress is on stderr alone."""
    ran = run("sweep", env=served)
    assert ran.exit_code == 0, ran.stderr
    assert "40 registries:" in ran.stdout
    assert "✗ privatelink.azurecr.io" in ran.stdout
    assert "rows" in ran.stderr
    assert max(map(len, ran.stdout.splitlines())) <= 100


def test_a_document_for_programs_has_every_finding(served: dict[str, str]) -> None:
    """Counts add up, subjects have their findings with registries, and it is said what was read."""
    ran = run("sweep", "--json", env=served)
    found = json.loads(ran.stdout)
    assert found["schema"] == 1
    assert sum(found["registries"][state] for state in ("broken", "unknown", "drift", "fine")) == 40
    assert sum(found["rules"].values()) == sum(len(one["findings"]) for one in found["subjects"])
    assert found["read"]["unseen"] == []
    assert found["read"]["requests"] < 10


def test_a_table_has_a_line_for_each_registry_and_finding(served: dict[str, str]) -> None:
    """A spreadsheet gets the same: each line names a registry that is not fine."""
    lines = list(csv.DictReader(io.StringIO(run("sweep", "--csv", env=served).stdout)))
    assert {line["rule"] for line in lines} >= {"dns-record", "vnet-link", "registry-sku"}
    assert all(line["registry"] and line["state"] in ("broken", "drift", "unknown") for line in lines)


def test_a_table_without_lines_says_what_could_not_be_seen(served: dict[str, str]) -> None:
    """A subscription that the identity does not see is named on stderr: an empty table is not all well."""
    unseen = "0" * 8 + "-0000-0000-0000-" + "0" * 12
    ran = run("sweep", "--csv", "--subscription", unseen, env=served)
    assert ran.stdout.count("\n") == 1
    assert f"cannot be seen, and what lies there is unknown: {unseen}" in ran.stderr


def test_the_exit_code_tells_of_findings_where_it_is_asked_for(served: dict[str, str]) -> None:
    """3 with --detailed-exit-code, 0 for a subscription without registries."""
    assert run("sweep", "--detailed-exit-code", env=served).exit_code == 3
    ran = run("sweep", "--detailed-exit-code", "--subscription", "0" * 8 + "-0000-0000-0000-" + "0" * 12, env=served)
    assert ran.exit_code == 0
    assert "cannot be seen" in ran.stdout


def test_an_estate_file_is_swept_without_credentials(azure: Azure, served: dict[str, str], tmp_path: Path) -> None:
    """The same registries in a file have the same findings."""
    file = tmp_path / "estate.json"
    file.write_text(json.dumps(azure.estate()), encoding="utf-8")
    offline = json.loads(run("sweep", "--estate", str(file), "--json").stdout)
    live = json.loads(run("sweep", "--json", env=served).stdout)
    assert offline["read"] is None
    assert {rule: offline["rules"].get(rule) for rule in live["rules"]} == live["rules"] | {
        "dns-record": offline["rules"]["dns-record"]  # a record that no app asks for: zone groups have no rows
    }


def test_what_no_event_told_of_becomes_incidents_once(served: dict[str, str]) -> None:
    """--open opens an incident for each subject that is broken; the second time there is nothing new."""
    first = run("sweep", "--open", env=served)
    listed = json.loads(run("incidents", "--json", env=served).stdout)["incidents"]
    subjects = json.loads(run("sweep", "--json", env=served).stdout)["subjects"]
    broken = {
        one["subject"].lower() for one in subjects if {f["severity"] for f in one["findings"]} & {"broken", "risk"}
    }
    assert {one["subject"].lower() for one in listed} == broken
    assert "of which no event had told" in first.stderr
    run("sweep", "--open", env=served)
    assert len(json.loads(run("incidents", "--json", env=served).stdout)["incidents"]) == len(broken)


@pytest.mark.parametrize(
    "options", [["--json", "--csv"], ["--subscription", "a", "--management-group", "b"], ["--estate", "x", "--open"]]
)
def test_options_that_do_not_go_together_are_refused(options: list[str]) -> None:
    """Wrong usage ends with 2."""
    assert run("sweep", *options).exit_code == 2


def test_progress_is_told_once_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever happens in between is not said."""
    times = iter([0.0, 0.4, 0.9, 1.5])
    with Progress(lambda: next(times, 9.0)) as told:
        for words in ("a", "b", "c", "d"):
            told(words)
    assert capsys.readouterr().err.split() == ["a", "d"]

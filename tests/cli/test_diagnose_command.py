"""`remediator diagnose` on estate files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from remediator.cli.demo.alert import log_alert
from remediator.sandbox import Azure, Network, estates
from tests.cli.running import document, estate_file, example, run

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SHAPE = {"schema", "registry", "findings", "paths", "plan", "foresight", "ruling", "testimony"}


def test_the_broken_path_and_what_mends_it(tmp_path: Path) -> None:
    """Findings, path with its hops, plan, foresight and ruling in the shape that others build on."""
    found = document("diagnose", "--estate", estate_file(tmp_path), "--app", "album", "--json")
    assert set(found) == SHAPE
    (finding,) = found["findings"]
    assert (finding["rule"], finding["severity"]) == ("private-endpoint", "broken")
    assert set(finding) == {"rule", "target", "severity", "summary", "evidence", "remedy", "advice"}
    (path,) = found["paths"]
    assert (path["verdict"], path["hops"][-1]["hop"], path["hops"][-1]["rule"]) == (
        "broken",
        "endpoint",
        "private-endpoint",
    )
    assert [change["kind"] for change in found["plan"]["changes"]] == [
        "create-dns-zone",
        "create-private-endpoint",
        "create-dns-zone-group",
        "create-vnet-link",
    ]
    assert found["plan"]["digest"].startswith("d1:")
    assert (len(found["foresight"]["mended"]), found["foresight"]["broken"]) == (1, [])
    assert (found["ruling"]["decision"], found["ruling"]["way"]) == ("ask", "direct")


def test_a_healthy_estate_has_nothing_to_do(tmp_path: Path) -> None:
    """No finding, no plan, no ruling; and 0 also with --detailed-exit-code."""
    asked = ("diagnose", "--estate", estate_file(tmp_path, "healthy-hub"))
    found = document(*asked, "--json")
    assert (found["findings"], found["plan"], found["ruling"]) == ([], None, None)
    assert run(*asked, "--detailed-exit-code").exit_code == 0


@pytest.mark.parametrize(("flags", "code"), [((), 0), (("--detailed-exit-code",), 3)])
def test_drift_is_3_where_that_is_asked_for(tmp_path: Path, flags: tuple[str, ...], code: int) -> None:
    """What was found changes the exit code only with --detailed-exit-code."""
    assert run("diagnose", "--estate", estate_file(tmp_path), *flags).exit_code == code


@pytest.mark.parametrize("option", ["contosoalbum", "CONTOSOALBUM", "contosoalbum.azurecr.cn"])
def test_a_registry_is_named_in_any_casing(tmp_path: Path, option: str) -> None:
    """Name, login server or id of a registry, in any casing; the answer has Azure's own."""
    path = estate_file(tmp_path)
    found = document("diagnose", "--estate", path, "--registry", option, "--json")
    own = found["registry"]
    assert own.endswith("/Microsoft.ContainerRegistry/registries/contosoalbum")
    again = document("diagnose", "--estate", path, "--registry", own.upper(), "--json")
    assert again == found


@pytest.mark.parametrize(
    ("option", "code", "near"),
    [("--registry", "registry-not-found", "contosoalbum"), ("--app", "app-not-found", "album")],
)
def test_an_unknown_name_is_an_error_with_near_matches(tmp_path: Path, option: str, code: str, near: str) -> None:
    """What is not there is never diagnosed as if it were."""
    result = run("diagnose", "--estate", estate_file(tmp_path), option, f"{near}z")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error[{code}]: no {option[2:]} '{near}z' was read\nhint: did you mean {near}")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "bad-estate"),
        ("{", "bad-estate"),
        ("[]", "bad-estate"),
        ('{"schema": 2, "cloud": "AzureCloud", "resources": []}', "bad-estate"),
    ],
)
def test_a_bad_estate_file_is_a_clear_error(tmp_path: Path, content: str | None, code: str) -> None:
    """Missing, not JSON, of another shape or schema: one line with a code, and no traceback."""
    path = tmp_path / "estate.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    result = run("diagnose", "--estate", path, "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error[{code}]: ")


def refused_pull() -> str:
    """What the platform prints for the first incident."""
    azure = Azure.from_estate(estates.load("first-incident"))
    return Network(azure).pull_app(_app(azure)).text


def _app(azure: Azure) -> str:
    return next(one["id"] for one in azure.estate()["resources"] if one["id"].endswith("/containerApps/album"))


def _written(folder: Path, content: Any) -> Path:
    path = folder / "given"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_text_says_where_to_look(tmp_path: Path) -> None:
    """The registry of a pull error's text is looked at, and what the text means stands beside the diagnosis."""
    text = _written(tmp_path, refused_pull())
    found = document("diagnose", "--estate", estate_file(tmp_path), "--text", text, "--json")
    assert found["registry"].endswith("/contosoalbum")
    assert found["text"]["cause"] == "firewall_denied"
    assert [finding["rule"] for finding in found["findings"]] == ["private-endpoint"]


def test_a_foreign_registry_starts_no_change(tmp_path: Path) -> None:
    """A 403 from ghcr.io is no reason to change a network: nothing is planned, and the testimony says why."""
    text = _written(tmp_path, "failed to pull ghcr.io/acme/shop:1: unexpected status from GET request: 403 Forbidden")
    found = document("diagnose", "--estate", estate_file(tmp_path), "--text", text, "--json")
    assert (found["findings"], found["plan"]) == ([], None)
    assert found["testimony"]["stand"] == "not-drift"
    assert found["testimony"]["why"].startswith("ghcr.io is no registry of Azure")


def test_a_masked_name_leaves_the_configuration_to_decide(tmp_path: Path) -> None:
    """A text whose registry is not in the estate leads to a look at everything."""
    text = _written(tmp_path, refused_pull().replace("contosoalbum", "xxxxxxx"))
    found = document("diagnose", "--estate", estate_file(tmp_path), "--text", text, "--json")
    assert found["findings"][0]["rule"] == "private-endpoint"
    assert any("no registry that was read" in note for note in found["notes"])


def test_an_alert_says_where_to_look(tmp_path: Path) -> None:
    """A log alert in the common schema leads to the app and registry that it names."""
    azure = Azure.from_estate(estates.load("first-incident"))
    parts = _app(azure).split("/")
    alert = _written(tmp_path, log_alert(parts[2], parts[4], "album", refused_pull(), NOW))
    found = document("diagnose", "--estate", estate_file(tmp_path), "--signal", alert, "--json")
    assert found["registry"].endswith("/contosoalbum")
    assert [path["consumer"].rsplit("/", 1)[1] for path in found["paths"]] == ["album"]


def test_an_event_says_where_to_look(tmp_path: Path) -> None:
    """An Event Grid event in lower case leads to the registry in Azure's own casing."""
    estate = estate_file(tmp_path)
    registry = document("diagnose", "--estate", estate, "--registry", "contosoalbum", "--json")["registry"]
    event = {
        "id": "1",
        "subject": registry.lower(),
        "eventType": "Microsoft.Resources.ResourceWriteSuccess",
        "eventTime": "2026-01-01T00:00:00Z",
        "data": {"resourceUri": registry.lower(), "operationName": "Microsoft.ContainerRegistry/registries/write"},
    }
    found = document("diagnose", "--estate", estate, "--signal", _written(tmp_path, [event]), "--json")
    assert found["registry"] == registry


def test_a_payload_that_asks_for_nothing_plans_nothing(tmp_path: Path) -> None:
    """A resolved alert is understood and leads nowhere."""
    azure = Azure.from_estate(estates.load("first-incident"))
    parts = _app(azure).split("/")
    alert = log_alert(parts[2], parts[4], "album", refused_pull(), NOW)
    alert["data"]["essentials"]["monitorCondition"] = "Resolved"
    found = document("diagnose", "--estate", estate_file(tmp_path), "--signal", _written(tmp_path, alert), "--json")
    assert (found["findings"], found["paths"], found["plan"]) == ([], [], None)
    assert found["notes"] == ["the payload asks for nothing: resolved"]


def test_an_odd_payload_is_an_error(tmp_path: Path) -> None:
    """A payload that nobody understands is refused with its reason."""
    result = run("diagnose", "--estate", estate_file(tmp_path), "--signal", _written(tmp_path, {"hello": 1}))
    assert result.exit_code == 1
    assert result.stderr.startswith("error[signal-not-understood]: ")


def test_a_policy_is_kept_to(tmp_path: Path) -> None:
    """With a document that says report, the plan is forbidden; a wrong document names every line."""
    policy = _written(tmp_path, POLICY)
    asked = ("diagnose", "--estate", estate_file(tmp_path), "--app", "album", "--policy", policy)
    ruling = document(*asked, "--json")["ruling"]
    assert (ruling["decision"], ruling["way"]) == ("forbid", "report")
    _written(tmp_path, POLICY + "nonsense: 1\nmore: 2\n")
    result = run(*asked)
    assert result.exit_code == 1
    assert result.stderr.startswith("error[bad-desired-state]: ")


POLICY = """apiVersion: remediator/v1
kind: DesiredState
registries:
  - match: "*"
    way: report
"""


def test_people_read_a_picture(tmp_path: Path) -> None:
    """The path with its broken hop, the plan and the policy's answer, without colour in a pipe; ids are whole."""
    result = run("diagnose", "--estate", estate_file(tmp_path), "--app", "album")
    for words in ("BROKEN HERE", "+ 2. Create private endpoint", "✓ mends  album", "one person has to approve it"):
        assert words in result.stdout
    assert "\x1b" not in result.stdout
    wide = [line for line in result.stdout.splitlines() if len(line) > 100 and not line.lstrip().startswith("/")]
    assert wide == []


def test_the_healthy_example_has_nothing_to_do() -> None:
    """The first example from outside: no finding, path ok."""
    found = document("diagnose", "--estate", example("example-healthy.json"), "--json")
    assert (found["findings"], [path["verdict"] for path in found["paths"]]) == ([], ["ok"])


def test_the_example_with_a_link_removed_is_mended_by_one_link() -> None:
    """The second example from outside: vnet-link first, one link, one path mended."""
    found = document("diagnose", "--estate", example("example-link-removed.json"), "--json")
    assert found["findings"][0]["rule"] == "vnet-link"
    assert [change["kind"] for change in found["plan"]["changes"]] == ["create-vnet-link"]
    assert len(found["foresight"]["mended"]) == 1


def test_a_payload_that_names_nothing_leads_to_everything(tmp_path: Path) -> None:
    """An alert without dimensions names its log workspace alone: everything is looked at, and that is said."""
    azure = Azure.from_estate(estates.load("first-incident"))
    parts = _app(azure).split("/")
    alert = log_alert(parts[2], parts[4], "album", "", NOW)
    alert["data"]["alertContext"]["condition"]["allOf"][0]["dimensions"] = []
    found = document("diagnose", "--estate", estate_file(tmp_path), "--signal", _written(tmp_path, alert), "--json")
    assert len(found["paths"]) == 2
    assert found["notes"][0].startswith("the payload points at /subscriptions/")
    assert found["notes"][0].endswith("/workspaces/logs")

"""`remediator diagnose` for people and programs: its sections, `--explain`, and the texts that signals carry."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from remediator.cli.demo.alert import log_alert
from remediator.core.rules import RULES
from tests.cli.running import document, run
from tests.core.breaks import BREAKS
from tests.estate_builder import SUB, EstateBuilder, healthy

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REFUSED = (
    "Failed to pull shop.azurecr.io/orders:1: DENIED: client with IP '20.1.2.3' is not allowed access. 403 Forbidden"
)
MISSING = 'Image shop.azurecr.io/orders:1: {"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}'
STRANGE = "failed to pull ghcr.io/acme/shop:1: unexpected status from GET request: 403 Forbidden"

SECTIONS = """\
What fails
----------
Why
---
How sure
--------
Names
-----
What would mend it
------------------
What else it touches
--------------------
What to check by hand
---------------------"""


def estate(folder: Path, builder: EstateBuilder | Callable[[], EstateBuilder]) -> Path:
    """An estate that a test has built, as a file."""
    path = folder / "estate.json"
    path.write_text(json.dumps((builder if isinstance(builder, EstateBuilder) else builder()).document()), "utf-8")
    return path


def alert(folder: Path, text: str) -> Path:
    """A log alert about the app `orders` that carries a line of the system log."""
    path = folder / "alert.json"
    line = json.dumps({"Msg": text, "ContainerAppName": "orders", "Reason": "ContainerTerminated"})
    path.write_text(json.dumps(log_alert(SUB, "rg-app", "orders", line, NOW)), "utf-8")
    return path


def test_the_sections_stand_in_the_order_of_the_questions(tmp_path: Path) -> None:
    """Headed sections with a line below, without colour in a pipe; talk is not among them."""
    result = run("diagnose", "--estate", estate(tmp_path, BREAKS["link removed"][0]))
    lines = result.stdout.splitlines()
    headed = [part for at in range(1, len(lines)) if set(lines[at]) == {"-"} for part in (lines[at - 1], lines[at])]
    assert "\n".join(headed) == SECTIONS
    assert ("\x1b" in result.stdout, max(len(line) for line in lines) <= 100, result.stderr) == (False, True, "")


def test_the_names_of_each_path_are_for_programs_too(tmp_path: Path) -> None:
    """Each path has the rows of its names, the foresight whom the plan touches, and a finding its advice."""
    found = document("diagnose", "--estate", estate(tmp_path, BREAKS["login record stale"][0]), "--json")
    (path,) = found["paths"]
    assert [(row["host"], row["expected"], row["answer"], row["right"]) for row in path["names"]] == [
        ("shop.azurecr.io", "10.20.4.5", "10.20.4.99", False),
        ("shop.westeurope.data.azurecr.io", "10.20.4.4", "10.20.4.4", True),
    ]
    touched = found["foresight"]["touched"]
    assert [[rid.rsplit("/", 1)[1] for rid in touched[key]] for key in ("apps", "networks")] == [
        ["orders"],
        ["vnet-spoke"],
    ]
    assert found["findings"][0]["advice"] == "Let a zone group of pe-shop keep these records."
    assert found["testimony"] is None


def test_the_testimony_of_a_text_is_for_programs_too(tmp_path: Path) -> None:
    """Cause, confidence, how it stands to the estate, why, and what to check."""
    text = tmp_path / "text"
    text.write_text(MISSING, "utf-8")
    asked = ("diagnose", "--text", text, "--json", "--estate")
    broken = document(*asked, estate(tmp_path, BREAKS["link removed"][0]))["testimony"]
    assert (broken["cause"], broken["confidence"], broken["stand"]) == ("not_found", "high", "disagrees")
    assert broken["toCheck"].startswith("Push no image because of this text")
    whole = document(*asked, estate(tmp_path, healthy()))
    assert (whole["testimony"]["stand"], whole["findings"][0]["rule"]) == ("adds", "image-reference")


def test_a_signal_carries_its_text_along(tmp_path: Path) -> None:
    """The error text of an alert is weighed as --text is, and leads to the registry that it names."""
    given = (alert(tmp_path, REFUSED), "--estate", estate(tmp_path, BREAKS["link removed"][0]))
    found = document("diagnose", "--json", "--signal", *given)
    assert (found["text"]["cause"], found["testimony"]["stand"]) == ("firewall_denied", "agrees")
    assert [change["kind"] for change in found["plan"]["changes"]] == ["create-vnet-link"]
    shown = run("diagnose", "--signal", *given)
    assert "The text says the registry's firewall refused the pull, and the estate shows why" in shown.stdout


def test_a_text_of_its_own_counts_more_than_a_signals(tmp_path: Path) -> None:
    """Where both are given, the text that was named is the one that is weighed."""
    text = tmp_path / "text"
    text.write_text(MISSING, "utf-8")
    asked = ("diagnose", "--json", "--signal", alert(tmp_path, REFUSED), "--text", text)
    assert document(*asked, "--estate", estate(tmp_path, healthy()))["testimony"]["cause"] == "not_found"


@pytest.mark.parametrize("option", ["--signal", "--text"])
def test_nothing_is_planned_for_a_stranger_registry(tmp_path: Path, option: str) -> None:
    """A refusal by ghcr.io ends with 0, no plan and the reason, though the app's other path is broken."""
    given: dict[str, Callable[[], Path]] = {
        "--signal": lambda: alert(tmp_path, STRANGE),
        "--text": lambda: _text(tmp_path),
    }
    asked = ("diagnose", option, given[option](), "--estate", estate(tmp_path, BREAKS["link removed"][0]))
    found = document(*asked, "--json")
    assert (found["plan"], found["findings"], found["testimony"]["stand"]) == (None, [], "not-drift")
    shown = run(*asked, "--detailed-exit-code")
    assert shown.exit_code == 0
    assert shown.stdout.startswith(
        "Not drift: nothing to do\n------------------------\nghcr.io is no registry of Azure: "
    )


def _text(folder: Path) -> Path:
    path = folder / "text"
    path.write_text(STRANGE, "utf-8")
    return path


def test_a_payload_that_asks_for_nothing_says_so_once(tmp_path: Path) -> None:
    """A resolved alert is no drift, with its reason on stdout and nothing beside it."""
    path = alert(tmp_path, REFUSED)
    body: Any = json.loads(path.read_text("utf-8"))
    body["data"]["essentials"]["monitorCondition"] = "Resolved"
    path.write_text(json.dumps(body), "utf-8")
    result = run("diagnose", "--signal", path, "--estate", estate(tmp_path, healthy()))
    assert (result.stdout, result.stderr) == (
        "Not drift: nothing to do\n------------------------\nThe payload asks for nothing: resolved.\n",
        "",
    )


@pytest.mark.parametrize("command", ["diagnose", "rules"])
def test_a_rule_is_explained_without_an_estate(command: str) -> None:
    """`--explain RULE` prints the rule's page; no estate, settings or credentials are needed."""
    result = run(command, "--explain", "vnet-link")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("vnet-link: The private DNS zone is not linked")
    assert "\nWhat it never does\n" in result.stdout
    assert document(command, "--explain", "VNET-LINK", "--json")["rule"]["hop"] == "zone"


@pytest.mark.parametrize("command", ["diagnose", "rules"])
def test_an_unknown_rule_is_wrong_usage_with_the_list(command: str) -> None:
    """It ends with 2, names the nearest rule and lists them all; nothing is on stdout."""
    result = run(command, "--explain", "vnet-lnk")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no rule 'vnet-lnk'. Did you mean vnet-link?" in result.stderr
    assert all(rule.id in result.stderr for rule in RULES)


def test_a_plan_says_whom_it_touches(tmp_path: Path) -> None:
    """`plan` shows the apps and networks within reach beside what it mends, and keeps them in the saved file."""
    given = ("plan", "--estate", estate(tmp_path, BREAKS["link removed"][0]))
    assert "· within reach: 1 app (orders), 1 network (vnet-spoke)" in run(*given).stdout
    assert len(document(*given, "--json")["foresight"]["touched"]["apps"]) == 1


def test_a_plan_that_is_empty_says_what_the_text_is_worth(tmp_path: Path) -> None:
    """`plan` for a text that is no drift gives its reason instead of only an empty plan."""
    result = run("plan", "--text", _text(tmp_path), "--estate", estate(tmp_path, BREAKS["link removed"][0]))
    lines = result.stdout.splitlines()
    assert (result.exit_code, lines[0]) == (0, "Plan: nothing to change")
    assert lines[1].startswith("The error text: ghcr.io is no registry of Azure: whatever it answered")
    assert max(len(line) for line in lines) <= 100

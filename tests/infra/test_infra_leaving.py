"""Whatever the templates make outside of their resource group is on the list of what to take away."""

from __future__ import annotations

import re
import subprocess
from itertools import chain
from pathlib import Path

import pytest

from tests.infra.azure_types import needs_types
from tests.infra.bicep_syntax import read
from tests.infra.bicep_tree import Items, Plain, Text
from tests.infra.deployment import HOME, INFRA
from tests.infra.stories import STORIES, story

DOCS = INFRA.parent / "docs"
LEAVING = (DOCS / "leaving.md").read_text("utf-8")
PAGES = [*sorted((DOCS / "deploy").glob("*.md")), DOCS / "leaving.md"]
MAIN = read(INFRA / "main.bicep")
SCRIPT = re.compile(r"^( *)```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
OURS = f"/subscriptions/{HOME}/resourceGroups/rg-prod/"


def scripts(text: str) -> str:
    """The shell blocks of a page, one after the other."""
    return "\n".join(re.sub(rf"^{indent}", "", body, flags=re.MULTILINE) for indent, body in SCRIPT.findall(text))


@needs_types
@pytest.mark.parametrize("name", STORIES)
def test_what_lies_elsewhere_is_an_output(name: str) -> None:
    """What lies outside of the deployment's group is named by an output, or lies in a group or on a scope that is."""
    outputs = story(name).outputs
    keys = ("leavingRoles", "leavingReading", "leavingFollowing", "leavingAlerts", "leavingLogs", "leavingSignals")
    ids = {one for key in keys for one in outputs[key]}
    ids |= set(chain.from_iterable(outputs["leavingDeliveries"]))
    groups = [f"/providers/Microsoft.Management/managementGroups/{one}" for one in outputs["leavingManagementGroups"]]
    within = [*outputs["leavingSignals"], *outputs["leavingWriting"], *groups]
    left = [
        one.id
        for one in story(name).resources
        if not f"{one.id}/".startswith(OURS)
        and one.id not in ids
        and not any(one.id.startswith(f"{scope}/providers/") for scope in within)
    ]
    assert left == []


@needs_types
@pytest.mark.parametrize("name", STORIES)
def test_every_type_elsewhere_is_on_the_page(name: str) -> None:
    """docs/leaving.md names the type of everything that lies outside of the group."""
    types = {one.type for one in story(name).resources if not f"{one.id}/".startswith(OURS)}
    assert {type_ for type_ in types if f"`{type_}`" not in LEAVING} == set()


def test_what_outlives_its_group_is_on_the_page() -> None:
    """What is soft-deleted, the app registration, the history of deployments and what Azure makes are named, too."""
    for words in ("soft-deleted for 90 days", "for 14 days", "az ad app delete", "Microsoft.Resources/deployments"):
        assert words in LEAVING
    assert "NetworkWatcherRG" in LEAVING


def test_what_is_made_by_hand_is_on_the_page() -> None:
    """What the guides have people give or make beside the templates is named: the right to send mail, records in zones
    of theirs, what code hosts and Teams were given, files in the clone."""
    words = ("Communication and Email Service Owner", "`existingZones`", "GitHub App", "/api/code-events", "workflow")
    assert [one for one in (*words, "mine.json", ".azure/") if one not in LEAVING] == []
    guides = "\n".join(page.read_text("utf-8") for page in PAGES if page.name != "leaving.md")
    assert [one for one in words[:2] if one not in guides] == []


def test_the_history_of_each_subscription_is_cleared() -> None:
    """Each module that is deployed at a subscription, and not in a group of somebody's, is named by the commands."""
    texts = [(INFRA / file).read_text("utf-8") for file in ("main.bicep", "modules/access.bicep")]
    deployed = {name for text in texts for name in re.findall(r"^  name: '\$\{name\}-(\w+)", text, re.MULTILINE)}
    cleared = re.search(r"for part in (.+); do", scripts(LEAVING))
    assert cleared and set(cleared[1].split()) == deployed - {"applier", "logs"}


def test_each_output_for_leaving_is_used() -> None:
    """Every output whose name begins with `leaving` has its place on the page and, but for a name, in the commands."""
    names = {one for one in MAIN.of("output") if one.startswith("leaving")}
    assert len(names) == 10
    assert {name for name in names if f"`{name}`" not in LEAVING} == set()
    assert {name for name in names if name not in scripts(LEAVING)} == {"leavingNetwork"}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_commands_of_a_page_are_shell(page: Path) -> None:
    """Each block of commands is shell, and names parameters, outputs and files that exist."""
    text = scripts(page.read_text("utf-8"))
    assert subprocess.run(["sh", "-n"], input=text, text=True, check=False).returncode == 0
    outputs = set(re.findall(r"\$\((?:output|one|list) (\w+)\)", text)) | set(
        re.findall(r"properties\.outputs\.(\w+)\.", text)
    )
    parameters = set(re.findall(r"--parameters \"?(\w+)=", text))
    assert outputs - set(MAIN.of("output")) == set()
    assert parameters - set(MAIN.of("param")) == set()
    files = re.findall(r"infra/[\w/.-]+\.\w+", text)
    assert [file for file in files if not (INFRA.parent / file).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_commands_ask_the_graph_of_their_cloud(page: Path) -> None:
    """The guides share their commands, so none names Microsoft Graph, which has another address in each cloud."""
    assert re.findall(r"https://(?:microsoft)?graph\.\S+", scripts(page.read_text("utf-8"))) == []


def _shown(value: object) -> str:
    if isinstance(value, Text):
        return "".join(value.parts)
    if isinstance(value, Items):
        return ", ".join(_shown(one) for one in value.items)
    return str(value.value).lower() if isinstance(value, Plain) else ""


def test_the_page_of_parameters_is_the_template() -> None:
    """docs/deploy/parameters.md has each parameter in order: its kind, its words, its default and its description."""
    rows = []
    for one in MAIN.of("param").values():
        allowed = one.decorators.get("allowed")
        kind = one.type + (": " + ", ".join(f"`{_shown(word)}`" for word in allowed.items) if allowed else "")
        shown = "needed" if one.body is None else f"`{_shown(one.body)}`" if _shown(one.body) else ""
        rows.append(f"| `{one.name}` | {kind} | {shown} | {_shown(one.decorators['description'])} |")
    text = (DOCS / "deploy" / "parameters.md").read_text("utf-8")
    assert [line for line in text.splitlines() if line.startswith("| `")] == rows

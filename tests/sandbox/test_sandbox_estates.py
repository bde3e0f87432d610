"""The estates that come along: what is wrong in each, and at which stage its app's pull ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from remediator.cli import sandbox as door
from remediator.sandbox import estates
from remediator.sandbox.azure import Azure
from remediator.sandbox.network import Network

# Where the pull of each app ends that does not pull; every other app pulls.
STAGES: dict[str, dict[str, str]] = {
    "first-incident": {"album": "firewall"},
    "shadow": {"press": "firewall"},
    "healthy-hub": {},
    "stale-allow-list": {"orders": "firewall"},
    "broken-registry-sku": {},
    "broken-public-network-access": {},
    "broken-default-action": {},
    "broken-ip-rules": {},
    "broken-trusted-services": {},
    "broken-dns-zone-group": {},
    "broken-private-endpoint": {"orders": "firewall"},
    "broken-endpoint-connection": {"orders": "firewall"},
    "broken-endpoint-subnet": {"orders": "firewall"},
    "broken-environment-network": {"orders": "firewall"},
    "broken-vnet-link": {"orders": "firewall"},
    "broken-custom-dns": {"orders": "firewall"},
    "broken-dns-zone": {"orders": "firewall", "billing": "firewall"},
    "broken-dns-record": {"orders": "layers"},
    "broken-competing-zone": {"orders": "record"},
    "broken-shadowed-registry": {"tools": "record"},
    "broken-shared-record": {"orders": "route"},
    "broken-peering": {"orders": "route"},
    "broken-route": {"orders": "route"},
    "broken-network-security": {"orders": "route"},
    "broken-pull-credential": {"orders": "credential"},
    "broken-image-reference": {"orders": "image"},
}


def stages(document: dict[str, Any]) -> dict[str, str]:
    """The stages at which pulls end, by app; those that pull are left out."""
    azure = Azure.from_estate(document)
    assert azure.oddities == ()
    apps = [body for body in document["resources"] if body["type"] == "Microsoft.App/containerApps"]
    ended = {str(app["name"]): Network(azure).pull_app(app["id"]) for app in apps}
    return {name: attempt.stage for name, attempt in ended.items() if not attempt.ok}


@pytest.mark.parametrize("name", estates.names())
def test_each_estate_fails_where_it_is_broken(name: str) -> None:
    """The app of an estate ends at the stage of its break, and every other app pulls."""
    assert stages(estates.load(name)) == STAGES[name]


@pytest.mark.parametrize("name", [name for name in estates.names() if name.startswith("broken-")])
def test_a_broken_estate_is_the_healthy_one_with_a_difference(name: str) -> None:
    """Each is built anew, always the same, and differs from the healthy hub in a few resources only."""
    document = estates.load(name)
    assert document == estates.load(name)
    healthy = Azure.from_estate(estates.load("healthy-hub")).estate()
    before = {json.dumps(body, sort_keys=True) for body in healthy["resources"]}
    after = {json.dumps(body, sort_keys=True) for body in document["resources"]}
    differs = len(after - before) + len(before - after)
    assert 0 < differs < 30 or document.get("sandbox")


def test_an_unknown_name_is_an_error_that_lists_the_known() -> None:
    """There is no estate of any other name."""
    with pytest.raises(KeyError, match="broken-vnet-link"):
        estates.load("broken-heart")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Azure]:
    """What the command would serve."""
    found: list[Azure] = []
    monkeypatch.setattr("remediator.sandbox.server.run", lambda azure, *rest: found.append(azure))
    return found


@pytest.mark.parametrize("name", ["broken-peering", "shadow"])
def test_the_command_serves_estates_by_name(served: list[Azure], name: str) -> None:
    """`remediator sandbox --estate NAME` serves an estate that comes along."""
    assert CliRunner().invoke(door.command, ["--estate", name]).exit_code == 0
    assert stages(served[0].estate()) == STAGES[name]


def test_a_file_outranks_a_name(served: list[Azure], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is called like an estate is the file."""
    monkeypatch.chdir(tmp_path)
    Path("shadow").write_text(json.dumps(estates.load("broken-peering")), encoding="utf-8")
    assert CliRunner().invoke(door.command, ["--estate", "shadow"]).exit_code == 0
    assert stages(served[0].estate()) == STAGES["broken-peering"]

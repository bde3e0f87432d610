"""A pull request at this machine's terminal: chosen with `approve`, shown by `incidents show`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from remediator.adapters.github import access
from tests.cli.conftest import Place
from tests.cli.test_applying import waiting
from tests.hosts.github_shapes import DOCUMENT
from tests.hosts.github_stand_in import TOKEN, GitHubStandIn

DESIRED = """\
apiVersion: remediator/v1
kind: DesiredState
code:
  - name: network
    host: github
    url: {url}
    repository: contoso/network
    language: bicep
registries:
  - match: "*"
    code: network
    notify: [teams:nobody]
"""


def test_without_code_there_is_only_the_direct_way(place: Place, tmp_path: Path) -> None:
    """Where no code has a home, a pull request is refused with its code, and nothing is recorded."""
    incident = waiting(place, tmp_path)["id"]
    digest = place.document("incidents", "show", incident, "--json")["request"]["digest"]
    result = place.run("approve", incident, "--yes-digest", digest, "--way", "pull-request")
    assert (result.exit_code, "error[way-not-offered]" in result.stderr) == (1, True)
    assert place.document("incidents", "show", incident, "--json")["approvals"] == []


def test_a_request_is_opened_and_shown(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`approve --way pull-request` opens one request, and `incidents show` names its address and state."""
    if not DOCUMENT.exists():
        pytest.skip("npm's @octokit/openapi is not installed: what is sent could not be checked")
    monkeypatch.setattr(access, "GitHubAccess", partial(access.GitHubAccess, seconds_between_writes=0))
    with GitHubStandIn(tmp_path / "github") as github:
        desired = tmp_path / "desired.yaml"
        desired.write_text(DESIRED.format(url=github.url), "utf-8")
        place.settings |= {
            "REMEDIATOR_DESIRED_STATE": str(desired),
            "REMEDIATOR_GITHUB_URL": github.url,
            "REMEDIATOR_GITHUB_TOKEN": TOKEN,
            "REMEDIATOR_CODE_CA_FILE": str(github.ca_file),
        }
        incident = waiting(place, tmp_path)["id"]
        digest = place.document("incidents", "show", incident, "--json")["request"]["digest"]
        assert place.run("approve", incident, "--yes-digest", digest, "--way", "pull-request").exit_code == 0
        place.run("apply", incident)
        (request,) = github.open
        shown = place.run("incidents", "show", incident).stdout
        assert place.azure.writes == []
        assert f"Pull request open: {github.url}/contoso/network/pull/{request.number}" in shown
        assert place.document("incidents", "show", incident, "--json")["pull_request"]["branch"] == request.source
        assert TOKEN not in shown

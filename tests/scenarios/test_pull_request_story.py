"""From the alert to a merged pull request and back: through the doors, with a real git repository behind GitHub."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from remediator.adapters.github import access
from tests.codebase.bicep_deployment import deploy
from tests.hosts.azure_devops_stand_in import TOKEN as AZURE_DEVOPS_TOKEN
from tests.hosts.azure_devops_stand_in import AzureDevOpsStandIn
from tests.hosts.github_shapes import DOCUMENT
from tests.hosts.github_stand_in import TOKEN, GitHubStandIn
from tests.hosts.stand_in import CodeHostStandIn
from tests.scenarios.town import Program, Town, estate, links_in, subjects_in

HOOK_SECRET = "hook-secret-of-the-tests-0123456789"
DESIRED = """\
# Everything that we own.
apiVersion: remediator/v1
kind: DesiredState
code:
  - name: network
    host: github
    url: {url}
    repository: contoso/network
    language: bicep
    labels: [private-link]
home:
  host: github
  url: {url}
  repository: contoso/network
  path: state/desired.yaml
registries:
  - match: "*"   # for all of us
    publicNetworkAccess: Disabled
    privatePath: required
    way: {way}
    code: network
"""


@pytest.fixture
def github(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> Iterator[GitHubStandIn]:
    """GitHub with a repository for the network's code and the desired state; nobody waits between two writes."""
    monkeypatch.setattr(access, "GitHubAccess", partial(access.GitHubAccess, seconds_between_writes=0))
    if not DOCUMENT.exists():
        pytest.skip("npm's @octokit/openapi is not installed: what is sent could not be checked")
    caplog.set_level(logging.DEBUG)
    with GitHubStandIn(tmp_path / "github", {".github/CODEOWNERS": b"* @sam\n/privatelink/ @kim\n"}) as there:
        yield there
        assert there.violations == []
        assert there.leaks((TOKEN,)) == []
        logged = "\n".join(str(record.__dict__) for record in caplog.get_records("call"))
        assert "advancing an incident" in logged
        assert not [secret for secret in (TOKEN, HOOK_SECRET) if secret in logged]


def at(town: Callable[[Any], Town], github: GitHubStandIn, folder: Path, way: str, name: str | dict[str, Any]) -> Town:
    """A town whose desired state names that repository."""
    place = town(name)
    place.desired = folder / "desired.yaml"
    place.desired.write_text(DESIRED.format(url=github.url, way=way), "utf-8")
    github.git.push("main", {"state/desired.yaml": place.desired.read_bytes()})
    place.settings = {
        "REMEDIATOR_GITHUB_URL": github.url,
        "REMEDIATOR_GITHUB_TOKEN": TOKEN,
        "REMEDIATOR_GITHUB_WEBHOOK_SECRET": HOOK_SECRET,
        "REMEDIATOR_CODE_CA_FILE": str(github.ca_file),
    }
    return place


def pipeline(place: Town, host: CodeHostStandIn) -> None:
    """What is merged on main is deployed, as a pipeline does it."""
    head = host.git.head("main")
    assert head
    files = {path: data.decode() for path, data in host.git.files(head).items() if path.endswith(".bicep")}
    (folder,) = {path.rpartition("/")[0] for path in files}
    deploy(files, folder, place.azure)


def waited(program: Program, hours: int) -> None:
    """Hours pass, with the timer of each."""
    for _ in range(hours):
        program.runtime.clock.sleep(3600)
        program.settle()


def told(program: Program, branch: str) -> None:
    """GitHub's webhook tells of a request of this branch, signed as GitHub does."""
    body = json.dumps({"action": "closed", "pull_request": {"head": {"ref": branch}}}).encode()
    signature = "sha256=" + hmac.new(HOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"x-hub-signature-256": signature, "x-github-event": "pull_request", "content-type": "application/json"}
    answer = program.http.post("/api/code-events", content=body, headers=headers)
    assert answer.status_code == 202, answer.text


def test_from_the_alert_to_the_merge(town: Callable[[Any], Town], github: GitHubStandIn, tmp_path: Path) -> None:
    """An alert leads to a plan, a yes to one pull request, its merge to a deployment, and that to a pull that works."""
    place = at(town, github, tmp_path, "direct", "first-incident")
    with place.program() as program:
        incident = program.alert(place.network.pull_app(place.app("album")).text)
        program.settle()
        (link,) = links_in(place.postbox)
        assert program.decide(link, "lin", "contosoalbum", decision="approve pull-request") == 200
        program.settle()
        found = program.incident(incident)
        assert (found["status"], place.azure.writes) == ("AWAITING_MERGE", [])
        (request,) = github.open
        assert found["pull_request"]["url"].endswith(f"/pull/{request.number}")
        assert (request.source, request.target) == (f"remediator/{incident}", "main")
        assert (request.labels, request.reviewers) == (["private-link"], ["kim"])
        assert "```mermaid" in request.body
        assert f"/incidents/{incident}" in request.body
        waited(program, 3)
        assert len(github.requests) == 1
        github.merge(request.number)
        waited(program, 1)
        assert program.status(incident) == "AWAITING_MERGE"
        pipeline(place, github)
        waited(program, 2)
        found = program.incident(incident)
    assert (found["status"], found["verification"]["proof"]) == ("RESOLVED", "pull")
    assert place.pulls("album")
    assert [words.split("] ")[1].split(":")[0] for words in subjects_in(place.postbox)] == [
        "Approval wanted",
        "Pull request opened",
        "Resolved",
    ]


def test_the_same_on_azure_devops(town: Callable[[Any], Town], tmp_path: Path) -> None:
    """The same story where the code is kept at Azure DevOps: one request, within its 4,000 characters."""
    with AzureDevOpsStandIn(tmp_path / "azure-devops") as there:
        place = town("first-incident")
        place.desired = tmp_path / "desired.yaml"
        text = DESIRED.format(url=f"{there.url}/contoso", way="pull-request")
        text = text.replace("host: github", "host: azure-devops").replace("contoso/network", "Platform/network")
        place.desired.write_text(text, "utf-8")
        place.settings = {
            "REMEDIATOR_AZURE_DEVOPS_URL": there.url,
            "REMEDIATOR_AZURE_DEVOPS_TOKEN": AZURE_DEVOPS_TOKEN,
            "REMEDIATOR_CODE_CA_FILE": str(there.ca_file),
        }
        with place.program() as program:
            incident = program.alert(place.network.pull_app(place.app("album")).text)
            program.settle()
            (link,) = links_in(place.postbox)
            assert program.decide(link, "lin", "contosoalbum") == 200
            program.settle()
            (request,) = there.open
            assert len(request.body) <= 4000
            assert f"/incidents/{incident}" in request.body
            there.merge(request.number)
            pipeline(place, there)
            waited(program, 3)
            assert program.status(incident) == "RESOLVED"
        assert place.pulls("album")
        assert len(there.requests) == 1
        assert there.violations == []
        assert there.leaks((AZURE_DEVOPS_TOKEN,)) == []


def test_mended_tonight_and_the_code_follows(
    town: Callable[[Any], Town], github: GitHubStandIn, tmp_path: Path
) -> None:
    """Apply now and open the pull request: the pull works at once, and the code that follows says the same."""
    place = at(town, github, tmp_path, "both", "first-incident")
    with place.program() as program:
        incident = program.alert(place.network.pull_app(place.app("album")).text)
        program.settle()
        (link,) = links_in(place.postbox)
        assert program.decide(link, "lin", "contosoalbum") == 200
        program.settle()
        assert (program.status(incident), place.pulls("album")) == ("RESOLVED", True)
        (request,) = github.open
        writes = len(place.azure.writes)
        assert program.incident(incident)["pull_request"]["state"] == "open"
        github.merge(request.number)
        pipeline(place, github)
        told(program, request.source)
        program.runtime.run_until_idle(1)
        found = program.incident(incident)
    assert (found["status"], found["pull_request"]["state"]) == ("RESOLVED", "merged")
    assert place.pulls("album")
    assert writes == 4
    subjects = [words.split("] ")[1].split(":")[0] for words in subjects_in(place.postbox)]
    assert subjects == ["Approval wanted", "Resolved", "Pull request opened"]


def test_a_persons_no_stands(town: Callable[[Any], Town], github: GitHubStandIn, tmp_path: Path) -> None:
    """A request that a person closed ends the incident, and the next alert opens none."""
    place = at(town, github, tmp_path, "pull-request", "first-incident")
    text = place.network.pull_app(place.app("album")).text
    with place.program() as program:
        incident = program.alert(text)
        program.settle()
        (link,) = links_in(place.postbox)
        assert program.decide(link, "lin", "contosoalbum") == 200
        program.settle()
        github.close_by_person(1)
        waited(program, 1)
        assert program.status(incident) == "REJECTED"
        again = program.alert(text)
        program.settle()
        assert program.status(again) == "REPORTED"
    assert len(github.requests) == 1


def test_this_was_intended(town: Callable[[Any], Town], github: GitHubStandIn, tmp_path: Path) -> None:
    """A registry was opened on purpose: the document gets an entry for it, and once it is deployed nothing is wrong."""
    opened = estate("healthy-hub")
    registry = next(one for one in opened["resources"] if one["type"] == "Microsoft.ContainerRegistry/registries")
    registry["properties"]["publicNetworkAccess"] = "Enabled"
    name = registry["name"]
    place = at(town, github, tmp_path, "direct", opened)
    assert place.desired is not None
    with place.program() as program:
        incident = program.request(registry["id"])
        program.settle()
        (link,) = links_in(place.postbox)
        assert program.decide(link, "lin", name, decision="approve intended", reason="the fair is on") == 200
        program.settle()
        assert (program.status(incident), place.azure.writes) == ("AWAITING_MERGE", [])
        (request,) = github.open
        github.merge(request.number)
        head = github.git.head("main")
        assert head
        place.desired.write_bytes(github.git.files(head)["state/desired.yaml"])
        waited(program, 1)
        assert program.status(incident) == "NO_DRIFT"
    text = place.desired.read_text("utf-8")
    assert "# Everything that we own." in text
    assert text.index(f'- match: "{name}"') < text.index('- match: "*"   # for all of us')

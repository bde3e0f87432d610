"""The stand-ins would notice: what GitHub's document or Azure DevOps' reference does not know, fails the test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.hosts import azure_devops_shapes as azure_devops
from tests.hosts.azure_devops_stand_in import AzureDevOpsStandIn
from tests.hosts.git_repository import ZERO, GitRefused
from tests.hosts.github_shapes import DOCUMENT, OPERATIONS, REPO, Shapes, Violation, shapes
from tests.hosts.web_server import Asked

GITHUB = pytest.mark.skipif(not DOCUMENT.exists(), reason="npm's @octokit/openapi is not installed")
PULLS = f"{REPO}/pulls"
NEW: dict[str, Any] = {"title": "T", "head": "remediator/x", "base": "main", "body": "B"}


@GITHUB
@pytest.mark.parametrize("more", [{"titel": "T"}, {"title": 7}, {"base": None}])
def test_github_a_body_that_is_not_documented(more: dict[str, Any]) -> None:
    """A field that GitHub does not take, or takes as another type, is a violation; what it takes is none."""
    shapes().check_request("POST", PULLS, "", NEW)
    with pytest.raises(Violation):
        shapes().check_request("POST", PULLS, "", {**NEW, **more})


@GITHUB
def test_github_a_body_that_lacks_something() -> None:
    """A required field that is missing is a violation."""
    with pytest.raises(Violation):
        shapes().check_request("POST", PULLS, "", {name: text for name, text in NEW.items() if name != "base"})


@GITHUB
@pytest.mark.parametrize("query", ["status=open", "state=merged", "per_page=x"])
def test_github_a_parameter_that_is_not_documented(query: str) -> None:
    """A parameter that GitHub does not know, or a value that it does not take, is a violation."""
    shapes().check_request("GET", PULLS, "state=all&per_page=100", None)
    with pytest.raises((Violation, ValueError)):
        shapes().check_request("GET", PULLS, query, None)


@GITHUB
def test_github_an_answer_that_is_not_documented() -> None:
    """An answer that lacks a field, has one of another type, or a status that there is not, is a violation."""
    whole = shapes().complete("POST", PULLS, 201, {"number": 1, "state": "open"})
    shapes().check_answer("POST", PULLS, 201, whole)
    for wrong in ({**whole, "number": "1"}, {name: item for name, item in whole.items() if name != "head"}):
        with pytest.raises(Violation):
            shapes().check_answer("POST", PULLS, 201, wrong)
    with pytest.raises(Violation):
        shapes().check_answer("POST", PULLS, 206, whole)


@GITHUB
@pytest.mark.parametrize("version", ["3.17", "3.18", "3.19"])
def test_enterprise_server_has_the_same_operations(version: str) -> None:
    """What is asked of GitHub is in the documents of Enterprise Server too, with the same parameters and fields."""
    document = json.loads((DOCUMENT.parent / f"ghes-{version}.json").read_bytes())
    server, cloud = Shapes(document), shapes()
    for verb, path in OPERATIONS:
        assert _parameters(cloud, verb, path) == _parameters(server, verb, path), path
    server.check_request("POST", PULLS, "", NEW)
    server.check_request("POST", f"{REPO}/git/refs", "", {"ref": "refs/heads/remediator/x", "sha": "1" * 40})


@pytest.mark.parametrize(
    ("verb", "path", "query", "body"),
    [
        ("GET", "/refs", "filter=heads/x", None),
        ("GET", "/refs", "prefix=x&api-version=7.0", None),
        ("POST", "/refs", "api-version=7.0", [{"name": "x", "oldObjectId": ZERO, "newObjectId": ZERO}]),
        ("POST", "/pullrequests", "api-version=7.0", {"title": "T"}),
        ("PATCH", "/pullrequests/{number}", "api-version=7.0", {"status": "closed"}),
        ("PATCH", "/pullrequests/{number}", "api-version=7.0", {"body": "B"}),
    ],
)
def test_azure_devops_a_request_that_is_not_documented(verb: str, path: str, query: str, body: Any) -> None:
    """A version that is missing, an unknown parameter, field or value is a violation."""
    with pytest.raises(azure_devops.Violation):
        azure_devops.check_request(verb, path, query, body)


def test_an_unknown_operation_is_a_violation(tmp_path: Path) -> None:
    """What the stand-in does not know is kept as a violation, so that it fails the test that asked."""
    there = AzureDevOpsStandIn(tmp_path / "host")
    known = {"authorization": next(iter(there.known))}
    path = "/contoso/Platform/_apis/git/repositories/network/stars"
    assert there.answer(Asked("GET", path, "api-version=7.0", known, b"")).status == 500
    assert len(there.violations) == 1


def test_refs_are_compared(tmp_path: Path) -> None:
    """The repository behind a stand-in moves a ref only from where it is said to be."""
    there = AzureDevOpsStandIn(tmp_path / "host")
    first = there.git.push("x", {"a": b"1"})
    second = there.git.push("x", {"a": b"2"})
    with pytest.raises(GitRefused):
        there.git.set_ref("refs/heads/x", first, first)
    there.git.set_ref("refs/heads/x", first, second)
    assert there.git.head("x") == first


def _parameters(known: Shapes, verb: str, path: str) -> set[str]:
    return {str(known._at(one)["name"]) for one in known.operations[verb, path].get("parameters", ())}

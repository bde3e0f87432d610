"""The webhook door of code hosts: who may knock, and that a knock wakes an incident and decides nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from remediator.core.errors import Transient
from remediator.web.app import create_app
from tests.web.stage import LOCAL, World, world

SECRET, PASSWORD = "s3cret-of-the-webhook" * 2, "p4ssword-of-the-hook" * 2
BRANCH = "remediator/01jdincident"
PATH = "/api/code-events"


@dataclass
class Door:
    """The app with both secrets; the incidents of `ours` have a request."""

    stage: World = field(default_factory=world)
    github: str = SECRET
    azure_devops: str = PASSWORD
    asked: list[str] = field(default_factory=list)
    fails: Transient | None = None

    def code_moved(self, branch: str) -> str | None:
        if self.fails:
            raise self.fails
        self.asked.append(branch)
        return "01jdincident" if branch.removeprefix("refs/heads/") == BRANCH else None

    @property
    def client(self) -> TestClient:
        hooks = {"github_hook_secret": self.github, "azure_devops_hook_secret": self.azure_devops}
        settings = replace(self.stage.settings, **hooks)  # type: ignore[arg-type]
        runtime = replace(self.stage.runtime, settings=settings, code_moved=self.code_moved)
        return TestClient(create_app(runtime), base_url=LOCAL.public_url)


def merged(branch: str = BRANCH) -> bytes:
    """GitHub's event of a merged request, as far as it matters here."""
    request = {"number": 7, "state": "closed", "merged": True, "head": {"ref": branch, "sha": "1" * 40}}
    return json.dumps({"action": "closed", "number": 7, "pull_request": request}).encode()


def signed(body: bytes, secret: str = SECRET, **more: str) -> dict[str, str]:
    """The headers that GitHub sends with a body."""
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    known = {"x-github-event": "pull_request", "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958"}
    return {**known, "content-type": "application/json", "x-hub-signature-256": f"sha256={signature}", **more}


def basic(password: str = PASSWORD, user: str = "") -> dict[str, str]:
    """The headers that Azure DevOps sends."""
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def completed(branch: str = BRANCH) -> dict[str, object]:
    """Azure DevOps' event of a completed request, as far as it matters here."""
    resource = {"pullRequestId": 1, "status": "completed", "sourceRefName": f"refs/heads/{branch}"}
    return {"id": "2ab4e3d3-b7a6-425e-92b1-5a9982c1269e", "eventType": "git.pullrequest.merged", "resource": resource}


def test_an_event_of_github_wakes_its_incident() -> None:
    """A signed event of a request is answered 202 with the incident that looks now."""
    door = Door()
    answer = door.client.post(PATH, content=merged(), headers=signed(merged()))
    assert (answer.status_code, answer.json()) == (202, {"incidents": ["01jdincident"]})
    assert door.asked == [BRANCH]


def test_an_event_may_come_as_a_form() -> None:
    """GitHub's older content type, a form with a field `payload`, is understood too."""
    door = Door()
    body = urlencode({"payload": merged().decode()}).encode()
    headers = signed(body, **{"content-type": "application/x-www-form-urlencoded"})
    assert door.client.post(PATH, content=body, headers=headers).json() == {"incidents": ["01jdincident"]}


def test_an_event_of_azure_devops_wakes_its_incident() -> None:
    """An event with the right password is answered 202 with the incident, whatever the user is called."""
    door = Door()
    answer = door.client.post(PATH, json=completed(), headers=basic(user="hook"))
    assert (answer.status_code, answer.json()) == (202, {"incidents": ["01jdincident"]})


def test_a_push_wakes_too() -> None:
    """A push names its branches, on either host."""
    door = Door()
    push = json.dumps({"ref": f"refs/heads/{BRANCH}", "commits": []}).encode()
    assert door.client.post(PATH, content=push, headers=signed(push)).json() == {"incidents": ["01jdincident"]}
    updates = {"eventType": "git.push", "resource": {"refUpdates": [{"name": f"refs/heads/{BRANCH}"}]}}
    assert door.client.post(PATH, json=updates, headers=basic()).json() == {"incidents": ["01jdincident"]}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hub-signature-256": ""},
        {"x-hub-signature-256": "sha256=" + "0" * 64},
        {"x-hub-signature": "sha1=" + hmac.new(SECRET.encode(), merged(), hashlib.sha1).hexdigest()},
        {"x-hub-signature-256": "sha256=\N{LATIN SMALL LETTER E WITH ACUTE}".encode()},
        signed(merged(), "another-secret"),
        signed(merged("main")),
        basic("another-password"),
        basic(SECRET),
        {"authorization": "Basic ????"},
        {"authorization": f"Bearer {PASSWORD}"},
    ],
)
def test_a_forged_event_is_refused(headers: dict[str, str]) -> None:
    """Without the right signature or password nothing is woken: 401, and the body is not even read as JSON."""
    door = Door()
    answer = door.client.post(PATH, content=merged(), headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not-authenticated")
    assert door.asked == []


def test_an_empty_secret_opens_nothing() -> None:
    """Where one host's secret is not set, an event signed with nothing is refused all the same."""
    assert Door(github="").client.post(PATH, content=merged(), headers=signed(merged(), "")).status_code == 401
    assert Door(azure_devops="").client.post(PATH, json=completed(), headers=basic("")).status_code == 401


def test_without_secrets_there_is_no_door() -> None:
    """Where no secret is set the address does not exist."""
    door = Door(github="", azure_devops="")
    assert door.client.post(PATH, content=merged(), headers=signed(merged())).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"zen": "Design for failure.", "hook_id": 1}',
        b'{"pull_request": {"head": {"ref": 7}}}',
        b'{"pull_request": "remediator/01jdincident"}',
        merged("main"),
        merged("remediator/unknown"),
    ],
)
def test_what_concerns_nobody_is_passed_over(body: bytes) -> None:
    """A signed event that names no branch of ours, GitHub's ping among them, is answered 202 and wakes nobody."""
    answer = Door().client.post(PATH, content=body, headers=signed(body))
    assert (answer.status_code, answer.json()) == (202, {"incidents": []})


def test_a_long_event_is_refused() -> None:
    """A body that is longer than the route takes is answered 413: its signature could not be checked."""
    body = b" " * (1024 * 1024 + 1)
    assert Door().client.post(PATH, content=body, headers=signed(body)).status_code == 413


def test_many_branches_are_a_few() -> None:
    """One event wakes ten branches at most, each once."""
    door = Door()
    updates = [{"name": f"refs/heads/remediator/{number // 2}"} for number in range(100)]
    door.client.post(PATH, json={"resource": {"refUpdates": updates}}, headers=basic())
    assert door.asked == [f"refs/heads/remediator/{number}" for number in range(10)]


def test_a_store_that_is_busy_is_told() -> None:
    """Where the incident could not be woken the sender hears 503, so that it may come again."""
    door = Door(fails=Transient("lost-race", "others keep saving it", retry_after=5))
    assert door.client.post(PATH, content=merged(), headers=signed(merged())).status_code == 503


def test_a_function_key_is_not_enough() -> None:
    """The key of the other routes does not open this one."""
    headers = {"x-functions-key": LOCAL.function_key}
    assert Door().client.post(PATH, content=merged(), headers=headers).status_code == 401


def test_no_secret_and_no_odd_text_is_logged() -> None:
    """The log has the delivery's id where it is one, and neither secrets nor what else the sender wrote."""
    door = Door()
    client = door.client
    client.post(PATH, content=merged(), headers=signed(merged()))
    client.post(PATH, content=merged(), headers=signed(merged(), **{"x-github-delivery": "<b>odd words"}))
    client.post(PATH, json=completed(), headers=basic("wrong-password"))
    said = " ".join(door.stage.logged)
    assert "72d3162e-cc78-11e3-81ab-4c9367dc0958" in said
    assert not any(text in said for text in (SECRET, PASSWORD, "wrong-password", "odd", "sha256="))

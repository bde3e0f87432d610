"""A card on its way to Teams: a workflow's webhook, over TLS on loopback."""

from __future__ import annotations

import json
import ssl
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from remediator.adapters.teams.webhook import TeamsChannel
from remediator.core.errors import Misconfigured, Rejected, RemediatorError, Transient
from remediator.core.incident import Incident, Notice
from remediator.ports import Channel
from tests.loopback import LoopbackServer
from tests.views import samples

ASK = Notice("approval-1", "approval", "teams", (("recipient", "teams:operations"),))
TELL = Notice("resolved-1", "resolved", "teams", (("recipient", "teams:Operations"),))
SECRET = "sig=s3cr3t-s1gn4ture"


class Workflow(LoopbackServer):
    """What a workflow's trigger is to its callers; `answers` are used up before it says 202."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(self._context)
        self.ca_file = str(folder / "ca.pem")
        authority.cert_pem.write_to_path(self.ca_file)
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.posts: list[tuple[str, dict[str, object]]] = []

    def tls(self) -> ssl.SSLContext | None:
        return self._context

    def posted(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes, dict[str, str]]:
        self.posts.append((path, json.loads(body)))
        assert headers["content-type"].startswith("application/json")
        status, more = self.answers.pop(0) if self.answers else (202, {})
        return status, f"you called {path}".encode(), more


@pytest.fixture
def workflow(tmp_path: Path) -> Iterator[Workflow]:
    with Workflow(tmp_path) as server:
        yield server


def channel_to(workflow: Workflow, *, trusted: bool = True) -> Channel:
    return TeamsChannel(
        {"Operations": f"{workflow.url}/workflows/1/triggers/manual/paths/invoke?{SECRET}"},
        lambda incident, recipient: f"https://remediator.example/approvals/{incident.id}.for-{recipient[6:]}",
        lambda incident: f"https://remediator.example/incidents/{incident.id}",
        verify=workflow.ca_file if trusted else True,
    )


def refused(channel: Channel, notice: Notice = TELL, incident: Incident | None = None) -> RemediatorError:
    with pytest.raises(RemediatorError) as caught:
        channel.deliver(notice, incident or samples.incident())
    told = "".join(traceback.format_exception(caught.value))
    assert "s3cr3t" not in told
    assert "workflows/1" not in told
    return caught.value


def test_a_question_is_posted_with_the_teams_own_link(workflow: Workflow) -> None:
    """The envelope holds one Adaptive Card whose only action opens the approval link of that team."""
    channel_to(workflow).deliver(ASK, samples.incident())
    [(path, body)] = workflow.posts
    [attachment] = body["attachments"]
    assert path.endswith(SECRET)
    assert (body["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    [action] = attachment["content"]["actions"]
    assert action["type"] == "Action.OpenUrl"
    assert action["url"] == f"https://remediator.example/approvals/{samples.incident().id}.for-operations"


def test_news_link_to_the_incident(workflow: Workflow) -> None:
    """A notice that asks nothing leads to the incident's page; the team's name is compared without case."""
    channel_to(workflow).deliver(TELL, samples.incident())
    [(_, body)] = workflow.posts
    [action] = body["attachments"][0]["content"]["actions"]
    assert action["url"] == f"https://remediator.example/incidents/{samples.incident().id}"


@pytest.mark.parametrize("status", [200, 202, 204])
def test_taken(workflow: Workflow, status: int) -> None:
    """Every 2xx is an acceptance; it is called once."""
    workflow.answers = [(status, {})]
    channel_to(workflow).deliver(TELL, samples.incident())
    assert len(workflow.posts) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_not_now(workflow: Workflow, status: int) -> None:
    """What may work later is Transient, with the time that the server asks for."""
    workflow.answers = [(status, {"Retry-After": "17"})]
    problem = refused(channel_to(workflow))
    assert isinstance(problem, Transient)
    assert (problem.code, problem.retry_after) == ("teams-not-taken", 17.0)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413])
def test_refused_for_good(workflow: Workflow, status: int) -> None:
    """What will not work later is Misconfigured and says the status, and nothing that the server said besides."""
    workflow.answers = [(status, {})]
    problem = refused(channel_to(workflow))
    assert isinstance(problem, Misconfigured)
    assert problem.code == "teams-webhook-refused"
    assert str(status) in str(problem)


def test_redirects_are_not_followed(workflow: Workflow) -> None:
    """A webhook that leads elsewhere gets nothing more: the card holds a link that is for the team alone."""
    workflow.answers = [(307, {"Location": f"{workflow.url}/elsewhere"})]
    assert refused(channel_to(workflow)).code == "teams-webhook-refused"
    assert len(workflow.posts) == 1


def test_an_unknown_team(workflow: Workflow) -> None:
    """A team without a webhook is refused for good, and nothing is posted."""
    problem = refused(channel_to(workflow), replace(TELL, parameters=(("recipient", "teams:nobody"),)))
    assert isinstance(problem, Rejected)
    assert (problem.code, workflow.posts) == ("teams-webhook-missing", [])


def test_an_untrusted_server(workflow: Workflow) -> None:
    """A certificate that is not trusted is an operator's matter; the card is not sent."""
    assert refused(channel_to(workflow, trusted=False)).code == "teams-certificate-not-trusted"
    assert workflow.posts == []


def test_nobody_answers(tmp_path: Path) -> None:
    """A server that is not there is Transient."""
    with Workflow(tmp_path) as workflow:
        channel = channel_to(workflow)
    problem = refused(channel)
    assert isinstance(problem, Transient)
    assert problem.code == "teams-unreachable"

"""Mail through Azure Communication Services: Microsoft's library over TLS, and a service on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from remediator.adapters.azure.mail import CommunicationMail
from remediator.core.errors import Misconfigured, Rejected, RemediatorError, Transient
from remediator.core.incident import Notice
from tests.doubles import Token
from tests.event_topic import EventTopic
from tests.views import samples

ASK = Notice("approval-1", "approval", "mail", (("recipient", "kim@contoso.example"),))
TELL = Notice("resolved-1", "resolved", "mail", (("recipient", "kim@contoso.example"),))
TAKEN = (202, b'{"id": "1", "status": "Running"}', {"content-type": "application/json", "retry-after": "60"})


@pytest.fixture
def service(tmp_path: Path) -> Iterator[EventTopic]:
    with EventTopic(tmp_path) as server:
        server.answers = [TAKEN] * 5
        yield server


def channel_to(service: EventTopic) -> CommunicationMail:
    return CommunicationMail(
        service.url,
        Token,
        "mend@contoso.example",
        lambda incident, recipient: f"https://remediator.example/approvals/{incident.id}.for-{recipient}",
        lambda incident: f"https://remediator.example/incidents/{incident.id}",
        verify=str(service.ca_file),
    )


def refused(service: EventTopic, status: int, code: str = "Refused") -> RemediatorError:
    said = json.dumps({"error": {"code": code, "message": "no"}}).encode()
    service.answers = [(status, said, {"content-type": "application/json", "retry-after": "17"})]
    with pytest.raises(RemediatorError) as caught:
        channel_to(service).deliver(TELL, samples.incident())
    return caught.value


def test_a_question_is_mailed_with_the_recipients_own_link(service: EventTopic) -> None:
    """Sender, recipient, subject, both texts and the thread are those of the mail; nobody's clicks are tracked."""
    channel_to(service).deliver(ASK, samples.incident())
    [sent] = service.received
    mail = json.loads(sent.body)
    assert sent.path.startswith("/emails:send?")
    assert sent.headers["authorization"] == "Bearer a-token"
    assert (mail["senderAddress"], mail["recipients"]["to"]) == (
        "mend@contoso.example",
        [{"address": "kim@contoso.example"}],
    )
    assert "contosoimages" in mail["content"]["subject"]
    link = f"https://remediator.example/approvals/{samples.incident().id}.for-kim@contoso.example"
    assert link in mail["content"]["plainText"]
    assert "<h1" in mail["content"]["html"]
    assert mail["headers"]["In-Reply-To"] == mail["headers"]["References"] != mail["headers"]["Message-ID"]
    assert mail["userEngagementTrackingDisabled"] is True


def test_who_stands_in_is_mailed(service: EventTopic) -> None:
    """A notice that goes to somebody in another's place carries the link of that other one."""
    notice = replace(ASK, parameters=(("recipient", "teams:ops"), ("instead", "li@contoso.example")))
    channel_to(service).deliver(notice, samples.incident())
    mail = json.loads(service.received[0].body)
    assert mail["recipients"]["to"] == [{"address": "li@contoso.example"}]
    assert ".for-teams:ops" in mail["content"]["plainText"]


def test_a_repeat_is_the_same_mail(service: EventTopic) -> None:
    """The same notice has the same operation and Message-ID, another one has others; none is polled for its end."""
    channel = channel_to(service)
    for notice in (ASK, ASK, TELL):
        channel.deliver(notice, samples.incident())
    operations = [one.headers["operation-id"] for one in service.received]
    ids = [json.loads(one.body)["headers"]["Message-ID"] for one in service.received]
    assert operations[0] == operations[1] != operations[2]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, Misconfigured, "mail-refused"),
        (401, Misconfigured, "mail-sign-in-refused"),
        (403, Misconfigured, "mail-sign-in-refused"),
        (404, Misconfigured, "mail-refused"),
        (429, Transient, "azure-throttled"),
        (503, Transient, "azure-unavailable"),
    ],
)
def test_refusals(service: EventTopic, status: int, kind: type[RemediatorError], code: str) -> None:
    """What may work later is Transient, with the time asked for; the rest says whom to ask; it is called once."""
    problem = refused(service, status)
    assert (type(problem), problem.code) == (kind, code)
    assert len(service.received) == 1
    if isinstance(problem, Transient):
        assert problem.retry_after == 17.0
    assert "kim@" not in str(problem)


def test_a_notice_without_recipient(service: EventTopic) -> None:
    """A notice that names nobody is refused, and nothing is sent."""
    with pytest.raises(Rejected):
        channel_to(service).deliver(replace(ASK, parameters=()), samples.incident())
    assert service.received == []


def test_nobody_answers(tmp_path: Path) -> None:
    """A service that is not there is Transient."""
    with EventTopic(tmp_path) as service:
        channel = channel_to(service)
    with pytest.raises(Transient):
        channel.deliver(TELL, samples.incident())

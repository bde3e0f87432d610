"""Publishing to Event Grid over TLS with the library itself: what arrives is CloudEvents 1.0."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from azure.core.credentials import TokenCredential
from jsonschema import Draft202012Validator, FormatChecker

from remediator.adapters.azure.credentials import credential
from remediator.adapters.azure.event_grid import MOST_BYTES, EventGrid, Topic
from remediator.core.announcement import EventType, announcements
from remediator.core.cloud import AZURE_CHINA
from remediator.core.errors import Misconfigured, Rejected, RemediatorError, Transient
from remediator.core.incident import Incident, Notice
from remediator.sandbox import SandboxServer
from remediator.sandbox.azure import Azure
from tests.doubles import Token
from tests.event_topic import EventTopic
from tests.views.announced import URL, event, story

ROOT = Path(__file__).parents[3]
ENVELOPE = Draft202012Validator(
    json.loads((ROOT / "docs" / "events" / "CloudEvent.schema.json").read_text("utf-8")), format_checker=FormatChecker()
)


@pytest.fixture
def topic(tmp_path: Path) -> Iterator[EventTopic]:
    with EventTopic(tmp_path) as opened:
        yield opened


def made(kind: EventType = EventType.PROPOSED) -> tuple[Notice, Incident]:
    """A notice, and its incident as it stands by now."""
    before, after = story(kind)
    (notice,) = announcements(before, after)
    return notice, after


def channel(topic: EventTopic, *, namespace_topic: str = "", token: TokenCredential | None = None) -> EventGrid:
    """The channel to the topic, of a namespace where it has a name."""
    endpoint = topic.url if namespace_topic else f"{topic.url}/api/events"
    place = Topic(endpoint, namespace_topic, verify=str(topic.ca_file))
    return EventGrid(place, lambda: token or Token(), URL)


@pytest.mark.parametrize("namespace_topic", ["", "incidents"])
@pytest.mark.parametrize("kind", EventType)
def test_what_arrives_is_a_cloud_event(topic: EventTopic, kind: EventType, namespace_topic: str) -> None:
    """A custom topic and a namespace's topic get the same batch of one CloudEvent, attribute by attribute."""
    channel(topic, namespace_topic=namespace_topic).deliver(*made(kind))
    (request,) = topic.received
    assert request.headers["content-type"] == "application/cloudevents-batch+json; charset=utf-8"
    (arrived,) = request.events
    assert [error.message for error in ENVELOPE.iter_errors(arrived)] == []
    assert {**arrived, "time": None} == {**event(kind), "time": None}
    assert arrived["time"].rstrip("Z").rstrip("0") == event(kind)["time"].rstrip("Z").rstrip("0")


def test_where_it_is_sent(topic: EventTopic) -> None:
    """A custom topic is sent to at its endpoint, a namespace's at the publish address of its name, with a token."""
    token = Token()
    channel(topic, token=token).deliver(*made())
    channel(topic, namespace_topic="incidents", token=token).deliver(*made())
    assert [request.path.split("?")[0] for request in topic.received] == ["/api/events", "/topics/incidents:publish"]
    assert {request.headers["authorization"] for request in topic.received} == {"Bearer a-token"}
    assert set(token.scopes) == {"https://eventgrid.azure.net/.default"}


def test_a_repeat_is_the_same_event(topic: EventTopic) -> None:
    """The same notice again, after the incident went on, is the same body with the same id."""
    sender, (notice, incident) = channel(topic), made()
    sender.deliver(notice, incident)
    sender.deliver(replace(notice, attempts=3), replace(incident, conflicts=2, app=None, registries=()))
    first, second = topic.received
    assert first.body == second.body


def test_a_managed_identity_sends(topic: EventTopic, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real managed identity credential gets a token for Event Grid and the event arrives with it."""
    with SandboxServer(Azure.from_estate({"schema": 1, "cloud": "AzureChinaCloud", "resources": []})) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", server.identity_url)
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        identity = credential(AZURE_CHINA, client_id="00000000-0000-0000-0000-0000000000c2")
        channel(topic, token=identity).deliver(*made())
    assert topic.received[0].headers["authorization"].startswith("Bearer ey")


@pytest.mark.parametrize("namespace_topic", ["", "incidents"])
@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "event-refused", Misconfigured),
        (401, "event-sender-refused", Misconfigured),
        (403, "event-sender-refused", Misconfigured),
        (404, "event-topic-missing", Misconfigured),
        (410, "event-topic-missing", Misconfigured),
        (413, "event-too-large", Rejected),
        (429, "azure-throttled", Transient),
        (500, "azure-unavailable", Transient),
        (503, "azure-unavailable", Transient),
    ],
)
def test_refusals(topic: EventTopic, status: int, code: str, kind: type[RemediatorError], namespace_topic: str) -> None:
    """Each refusal becomes the error that says who must act, after one try: the outbox tries again, not the library."""
    body = b'{"error": {"code": "Some", "message": "No, with Bearer abcdef0123456789 of a@b.example."}}'
    topic.answers = [(status, body, {"content-type": "application/json", "retry-after": "300"})]
    with pytest.raises(kind) as caught:
        channel(topic, namespace_topic=namespace_topic).deliver(*made())
    assert (caught.value.code, len(topic.received)) == (code, 1)
    assert "abcdef0123456789" not in str(caught.value)
    assert "a@b.example" not in str(caught.value)
    if isinstance(caught.value, Misconfigured):
        assert caught.value.hint


def test_a_topic_that_is_not_there(tmp_path: Path) -> None:
    """A connection that nobody takes, and a certificate that is not trusted, are Transient."""
    nowhere = EventGrid(Topic("https://127.0.0.1:9/api/events"), Token, URL)
    with pytest.raises(Transient, match="azure-unreachable"):
        nowhere.deliver(*made())
    with EventTopic(tmp_path) as topic, pytest.raises(Transient):
        EventGrid(Topic(f"{topic.url}/api/events"), Token, URL).deliver(*made())
    assert topic.received == []


def test_an_event_beyond_the_limit_is_not_sent(topic: EventTopic) -> None:
    """An event of more than a megabyte is refused before anything is sent."""
    notice, incident = made()
    facts = {**json.loads(dict(notice.parameters)["data"]), "registries": ["/r/" + "x" * 900] * (MOST_BYTES // 900)}
    told = {**dict(notice.parameters), "data": json.dumps(facts)}
    with pytest.raises(Rejected, match="event-too-large"):
        channel(topic).deliver(replace(notice, parameters=tuple(told.items())), incident)
    assert topic.received == []


def test_nothing_is_said_in_the_log(topic: EventTopic, caplog: pytest.LogCaptureFixture) -> None:
    """Publishing writes no warning, and no line holds the token."""
    caplog.set_level(logging.DEBUG)
    channel(topic).deliver(*made())
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert "a-token" not in caplog.text


def test_the_library_is_imported_with_the_first_event() -> None:
    """Making the channel imports neither azure-eventgrid nor azure-identity."""
    code = (
        "import sys\nfrom remediator.adapters.azure.event_grid import EventGrid, Topic\n"
        "EventGrid(Topic('https://x.example/api/events'), lambda: None, 'https://y.example').close()\n"
        "sys.exit([name for name in ('azure.eventgrid', 'azure.identity') if name in sys.modules] or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")

"""Whatever comes through a door: no failure, no hang, and nothing secret in a log line or on a page.

A short sample by default; `SEARCH_EFFORT=25 pytest tests/functions_host/test_hostile.py` sends more than ten thousand,
others each time.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.functions_host import payloads
from tests.functions_host.host import FUNCTION_KEY, Host
from tests.functions_host.hostile import MARKS, SECRETS, Hostile, request
from tests.functions_host.stage import Stage
from tests.functions_host.test_people import ANNA
from tests.functions_host.worker import TypedData, WorkerFailed
from tests.search.effort import EFFORT

EACH = 50 * EFFORT
SEED = 4 if EFFORT == 1 else time.time_ns()
SECONDS = 1.0  # of this process, whatever else the machine does
TAKEN = {200, 202}


@dataclass
class Heard:
    """Every log line of the process, as an exporter would see it."""

    lines: list[str] = field(default_factory=list)

    def secret(self) -> list[str]:
        """The lines that hold a mark."""
        return [line for line in self.lines if any(mark in line for mark in MARKS)]


@pytest.fixture
def heard() -> Iterator[Heard]:
    """Listens at the root, to our own logger and to everybody else's, from INFO on, as the host does."""
    found = Heard()

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.lines.append(f"{record.getMessage()} {getattr(record, 'keys', '')} {record.exc_text or ''}")

    root, listening = logging.getLogger(), Listening()
    before = root.level
    root.addHandler(listening)
    root.setLevel(logging.INFO)
    yield found
    root.removeHandler(listening)
    root.setLevel(before)


def sent(allowed: Callable[[int], bool], what: object, call: Callable[..., int], *given: Any, **named: Any) -> None:
    """Make one call and look at its status and its time."""
    began = time.process_time()
    status = call(*given, **named)
    took = time.process_time() - began
    assert allowed(status), (SEED, status, str(what)[:2000])
    assert took < SECONDS, (SEED, took, str(what)[:2000])


def is_taken(status: int) -> bool:
    return status in TAKEN


def is_no_failure(status: int) -> bool:
    return 200 <= status < 500


@pytest.mark.parametrize("path", ["/api/alerts", "/api/events"])
def test_alerts_and_events_are_never_refused(host: Host, stage: Stage, heard: Heard, path: str) -> None:
    """Whatever body and headers come with a key, alerts and events are answered 200 or 202: a 4xx would lose them."""
    hostile = Hostile(SEED)
    for _ in range(EACH):
        body, headers = hostile.body(), hostile.headers()
        sent(is_taken, body, _asked, host, "POST", path, body, key=FUNCTION_KEY, headers=headers)
    assert heard.secret() == []


def test_requests_are_taken_or_refused(host: Host, stage: Stage, heard: Heard) -> None:
    """A request is answered 202, or 4xx with its reason; it never fails."""
    hostile = Hostile(SEED)
    for _ in range(EACH):
        body, headers = hostile.body(), hostile.headers()
        sent(is_no_failure, body, _asked, host, "POST", "/api/remediations", body, key=FUNCTION_KEY, headers=headers)
    assert heard.secret() == []


def test_the_trigger_takes_every_event(host: Host, stage: Stage, heard: Heard) -> None:
    """Whatever text the host hands to the Event Grid trigger, nothing is given back to be delivered for ever."""
    hostile = Hostile(SEED)
    for _ in range(EACH):
        text = hostile.random.choice([json.dumps(hostile.document()), hostile.body().decode("utf-8", "replace")])
        sent(is_taken, text, _invoked, host, "events", TypedData(string=text))
    assert heard.secret() == []


@pytest.mark.parametrize("function", ["work", "work_poison"])
def test_queues_take_every_message(host: Host, stage: Stage, heard: Heard, function: str) -> None:
    """A message that names no incident ends quietly, and what it says instead is in no log line."""
    hostile = Hostile(SEED)
    for _ in range(EACH):
        text = hostile.random.choice([hostile.text(), json.dumps(hostile.document()), request()["text"]])
        sent(is_taken, text, _invoked, host, function, TypedData(string=text))
    assert heard.secret() == []


def test_pages_answer_every_address(host: Host, stage: Stage, heard: Heard) -> None:
    """Ids, tokens, filters and forms of any kind get a page or a refusal, from a reader and from nobody."""
    hostile = Hostile(SEED)
    for _ in range(EACH):
        odd = quote(hostile.text()[:1500].encode("utf-8", "surrogatepass"), safe="")
        paths = (
            "/incidents/{0}",
            "/api/incidents/{0}",
            "/approvals/{0}",
            "/incidents?status={0}&registry={0}",
            "/healthz?{0}",
        )
        path = hostile.random.choice(paths).format(odd)
        who = hostile.random.choice([None, ANNA, hostile.document()])
        who = who if isinstance(who, dict) else None
        sent(is_no_failure, path, _asked, host, "GET", path, principal=who)
        form = urlencode({"csrf": odd, "digest": odd[:200], "decision": "approve"})
        sent(is_no_failure, path, _asked, host, "POST", f"/approvals/{odd}", form, principal=who)
    assert heard.secret() == []


def test_what_was_taken_goes_on(host: Host, stage: Stage, heard: Heard) -> None:
    """Incidents of hostile signals are advanced without a failure; no page, JSON or reason of theirs has a secret."""
    hostile = Hostile(SEED)
    for _ in range(EACH):
        host.request("POST", "/api/alerts", hostile.body(), key=FUNCTION_KEY)
        host.request("POST", "/api/remediations", hostile.body(), key=FUNCTION_KEY)
    assert host.pump() == []
    assert stage.incidents
    for incident in stage.incidents:
        for path in (f"/api/incidents/{incident.id}", f"/incidents/{incident.id}"):
            answer = host.request("GET", path, principal=ANNA)
            assert answer.status == 200
            assert [mark for mark in MARKS if mark in answer.text] == []
    reasons = [stage.quarantine.read(name).reason for name in stage.quarantine.names()]
    assert [reason for reason in reasons if any(mark in reason for mark in MARKS)] == []
    assert heard.secret() == []


def test_a_reason_tells_no_secret(host: Host, stage: Stage) -> None:
    """What is kept of a delivery keeps its body, and why, in words that hold nothing of it that is secret."""
    for body in ({"schemaId": SECRETS["MARKED-TOKEN"]}, {"schemaId": SECRETS["marked.person"]}, SECRETS["MARKEDSAS"]):
        host.request("POST", "/api/alerts", body if isinstance(body, dict) else json.dumps(body), key=FUNCTION_KEY)
    reasons = [stage.quarantine.read(name).reason for name in stage.quarantine.names()]
    assert len(reasons) == 3
    assert [reason for reason in reasons if any(mark in reason for mark in MARKS)] == []


def test_an_app_that_is_no_name(host: Host, stage: Stage) -> None:
    """A text where an app's name should stand opens no incident of that name; the alert is kept."""
    for odd in (SECRETS["MARKEDPASSWORD"], SECRETS["MARKED-TOKEN"], SECRETS["marked.person"], "a b", "x" * 200):
        alert = payloads.log_alert()
        alert["data"]["alertContext"]["condition"]["allOf"][0]["dimensions"] = [{"name": "App", "value": odd}]
        alert["data"]["essentials"]["alertTargetIDs"] = []
        answer = host.request("POST", "/api/alerts", alert, key=FUNCTION_KEY)
        assert (answer.status, len(answer.json["quarantined"])) == (202, 1)
    assert stage.incidents == ()


@pytest.mark.parametrize("name", ["\ud800", "a\x00b", "{0}", "x" * 70_000], ids=["surrogate", "nul", "format", "long"])
def test_a_wrong_field_may_have_any_name(host: Host, stage: Stage, name: str) -> None:
    """A request with a field of an odd name is refused with that field, not answered 500."""
    answer = host.request(
        "POST", "/api/remediations", json.dumps({"registry": payloads.REGISTRY, name: 1}), key=FUNCTION_KEY
    )
    assert (answer.status, len(answer.json["error"]["fields"])) == (400, 1)


@pytest.mark.parametrize("path", ["/incidents/%ED%A0%80", "/api/incidents/%FF", "/approvals/%C0%AF", "/api/alerts?%FF"])
def test_an_address_that_is_no_text(host: Host, stage: Stage, path: str) -> None:
    """An id of bytes that are not UTF-8 is answered 404; in the query of an alert they do no harm."""
    method = "POST" if path.startswith("/api/alerts") else "GET"
    assert host.request(method, path, b"{}" if method == "POST" else None, key=FUNCTION_KEY).status in (404, 202)


@pytest.mark.parametrize("port", ["9" * 6000, SECRETS["MARKEDPASSWORD"], "\ud800"], ids=["long", "secret", "surrogate"])
def test_a_forwarded_port_counts_for_nothing(host: Host, stage: Stage, heard: Heard, port: str) -> None:
    """An alert is taken in whatever port a header names, and the library does not log it."""
    answer = host.request("POST", "/api/alerts", b"{}", key=FUNCTION_KEY, headers={"x-forwarded-port": port})
    assert (answer.status, heard.secret()) == (202, [])


def _asked(host: Host, method: str, path: str, body: bytes | str | None = None, **more: Any) -> int:
    return host.request(method, path, body, **more).status


def _invoked(host: Host, function: str, data: TypedData) -> int:
    try:
        host.worker.invoke(function, data)
    except WorkerFailed:
        return 500
    return 202

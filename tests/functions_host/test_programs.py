"""Alerts, Event Grid's webhook and requests, through the host's routes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from remediator.core.incident import Status
from tests.functions_host import payloads
from tests.functions_host.host import FUNCTION_KEY, Host
from tests.functions_host.stage import Stage


@pytest.mark.parametrize("alert", [payloads.log_alert(), payloads.activity_alert()], ids=["log", "activity"])
def test_an_alert_opens_an_incident(host: Host, stage: Stage, alert: dict) -> None:
    """An alert is answered 202 with the incident that has it, and the incident's id is on the work queue."""
    answer = host.request("POST", "/api/alerts", alert, key=FUNCTION_KEY)
    assert (answer.status, answer.json["incidents"]) == (202, [stage.incident.id])
    assert list(host.queues["remediator-work"]) == [(stage.incident.id, 0)]


def test_a_door_answers_before_azure_is_asked(host: Host, stage: Stage) -> None:
    """Taking in an alert reads nothing from Azure and leaves the incident OPEN."""
    host.request("POST", "/api/alerts", payloads.log_alert(), key=FUNCTION_KEY)
    assert (stage.azure.requests, stage.incident.status) == ([], Status.OPEN)


@pytest.mark.parametrize("body", [b"\xff\xfe nonsense", b"", b"[]", b"{"], ids=["bytes", "empty", "list", "cut"])
def test_what_is_not_understood_is_never_refused(host: Host, stage: Stage, body: bytes) -> None:
    """A malformed alert is answered 202 as well: a 4xx would lose it for ever."""
    answer = host.request("POST", "/api/alerts", body, key=FUNCTION_KEY)
    assert (answer.status, stage.incidents) == (202, ())


def test_what_is_not_understood_is_kept(host: Host, stage: Stage) -> None:
    """The body of a malformed alert lies in quarantine as it came, with a reason."""
    host.request("POST", "/api/alerts", b"\xff\xfe nonsense", key=FUNCTION_KEY)
    (name,) = stage.quarantine.names()
    kept = stage.quarantine.read(name)
    assert (kept.door, kept.body, bool(kept.reason)) == ("alerts", b"\xff\xfe nonsense", True)


def test_a_large_alert_is_taken_in(host: Host, stage: Stage) -> None:
    """An alert of 300 KB opens its incident like any other."""
    alert = payloads.log_alert()
    alert["data"]["customProperties"]["padding"] = "x" * 300_000
    assert host.request("POST", "/api/alerts", alert, key=FUNCTION_KEY).status == 202
    assert stage.incident.signal_count == 1


def test_the_same_alert_again_joins(host: Host, stage: Stage) -> None:
    """An alert that comes twice leaves one incident, and wakes it twice."""
    ids = [host.request("POST", "/api/alerts", payloads.log_alert(), key=FUNCTION_KEY).json for _ in range(2)]
    assert ids[0]["incidents"] == ids[1]["incidents"] == [stage.incident.id]
    assert len(host.queues["remediator-work"]) == 2


@pytest.mark.parametrize("key", [None, "another-key"])
@pytest.mark.parametrize("path", ["/api/alerts", "/api/events", "/api/remediations"])
def test_programs_need_a_key(host: Host, stage: Stage, path: str, key: str | None) -> None:
    """Without the function key nothing comes in."""
    answer = host.request("POST", path, payloads.log_alert(), key=key)
    assert (answer.status, stage.incidents) == (401, ())


def test_the_key_may_stand_in_the_address(host: Host, stage: Stage) -> None:
    """An action group calls with the key in `?code=`."""
    assert host.request("POST", f"/api/alerts?code={FUNCTION_KEY}", payloads.log_alert()).status == 202


def test_a_failed_send_is_an_error_to_the_caller(host: Host, stage: Stage) -> None:
    """When the queue does not take the id, the caller hears 503 and sends again."""
    stage.queue.down = True
    assert host.request("POST", "/api/alerts", payloads.log_alert(), key=FUNCTION_KEY).status == 503
    stage.queue.down = False
    assert host.request("POST", "/api/alerts", payloads.log_alert(), key=FUNCTION_KEY).status == 202
    assert stage.incident.signal_count == 1


def test_event_grid_asks_whether_the_webhook_is_ours(host: Host, stage: Stage) -> None:
    """A validation event is answered 200 with its code, and is no incident."""
    answer = host.request("POST", "/api/events", [payloads.validation()], key=FUNCTION_KEY)
    assert (answer.status, answer.json) == (200, {"validationResponse": "512d38b6"})
    assert stage.incidents == ()


def test_cloud_events_ask_with_options(host: Host, stage: Stage) -> None:
    """The CloudEvents handshake is answered 200 and allows the origin that asked."""
    asked = {"WebHook-Request-Origin": "eventgrid.azure.net", "WebHook-Request-Rate": "120"}
    answer = host.request("OPTIONS", f"/api/events?code={FUNCTION_KEY}", headers=asked)
    assert (answer.status, answer.headers["webhook-allowed-origin"]) == (200, "eventgrid.azure.net")
    assert answer.headers["webhook-allowed-rate"] == "120"


@pytest.mark.parametrize("make", [payloads.event, payloads.cloud_event], ids=["event-grid", "cloud-events"])
def test_a_batch_over_the_webhook(host: Host, stage: Stage, make: Callable[[int], dict]) -> None:
    """A batch of events about one registry becomes one incident, in both schemas."""
    answer = host.request("POST", "/api/events", [make(n) for n in range(3)], key=FUNCTION_KEY)
    assert (answer.status, answer.json["incidents"]) == (202, [stage.incident.id])


def test_a_request_opens_an_incident(host: Host, stage: Stage) -> None:
    """A remediation is answered 202 with the incident; the same Idempotency-Key gives the same answer."""
    body = {"registry": payloads.REGISTRY, "app": payloads.APP, "text": payloads.PULL_ERROR}
    answers = [
        host.request("POST", "/api/remediations", body, key=FUNCTION_KEY, headers={"Idempotency-Key": "k1"})
        for _ in range(2)
    ]
    assert [(a.status, a.json) for a in answers] == [(202, {"incident": stage.incident.id})] * 2


def test_a_wrong_request_hears_every_field(host: Host, stage: Stage) -> None:
    """A malformed request is answered 400 with an error for each field."""
    answer = host.request("POST", "/api/remediations", {"app": 7, "way": "by-hand"}, key=FUNCTION_KEY)
    assert answer.status == 400
    assert set(json.loads(answer.body)["error"]["fields"]) == {"registry", "app", "way"}

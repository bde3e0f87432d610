"""Alerts and events: what known callers are answered, and that no body is lost."""

from __future__ import annotations

import json

import pytest

from remediator.core.errors import Rejected, Transient
from tests.views.samples import REGISTRY
from tests.web.stage import KEY, LOCAL, PLATFORM, WebSettings, principal, world

AUTH = {"x-functions-key": KEY}
EVENT = {
    "id": "e1",
    "eventType": "Microsoft.Resources.ResourceWriteSuccess",
    "eventTime": "2026-08-01T02:00:00Z",
    "subject": REGISTRY.text,
    "data": {"resourceUri": REGISTRY.text, "operationName": "Microsoft.ContainerRegistry/registries/write"},
}
ALERT = {
    "schemaId": "azureMonitorCommonAlertSchema",
    "data": {
        "essentials": {"alertRule": "pulls", "monitorCondition": "Fired", "monitoringService": "Log Alerts V2"},
        "alertContext": {
            "conditionType": "LogQueryCriteria",
            "condition": {"allOf": [{"dimensions": [{"name": "App", "value": "orders"}]}]},
        },
    },
}


def test_an_alert_is_taken_in() -> None:
    """A fired alert is answered 202 with the incident that has it."""
    stage = world()
    answer = stage.client().post("/api/alerts", json=ALERT, headers=AUTH)
    assert (answer.status_code, answer.json()) == (
        202,
        {"incidents": ["incident-1"], "ignored": [], "quarantined": []},
    )
    assert stage.signals[0].app == "orders"


def test_the_key_may_stand_in_the_address() -> None:
    """Action groups send the key as `?code=`."""
    assert world().client().post(f"/api/alerts?code={KEY}", json=ALERT).status_code == 202


@pytest.mark.parametrize("route", ["/api/alerts", "/api/events", "/api/remediations"])
@pytest.mark.parametrize("headers", [{}, {"x-functions-key": ""}, {"x-functions-key": KEY[:-1]}])
def test_strangers_are_refused(route: str, headers: dict[str, str]) -> None:
    """Without the key nothing is parsed, kept or taken in."""
    stage = world()
    answer = stage.client().post(route, json=ALERT, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not-authenticated")
    assert (stage.signals, stage.kept) == ([], [])


def test_a_token_of_a_known_application_is_enough() -> None:
    """An application that may call needs no key; another one is refused."""
    settings = WebSettings(**{**_fields(PLATFORM), "callers": frozenset({"app-of-action-groups"})})
    client = world(settings).client()
    known = {"x-ms-client-principal": principal("sp-1", ("appid", "app-of-action-groups"), name="")}
    other = {"x-ms-client-principal": principal("sp-2", ("appid", "another"), name="")}
    assert client.post("/api/alerts", json=ALERT, headers=known).status_code == 202
    assert client.post("/api/alerts", json=ALERT, headers=other).status_code == 401


def _fields(settings: WebSettings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in settings.__dataclass_fields__}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[[1]]", b'{"unknown": true}', b"[" * 100_000])
def test_a_malformed_body_is_kept(body: bytes) -> None:
    """A body that cannot be understood is answered 202, kept whole, and reported with its name and reason."""
    stage = world()
    answer = stage.client().post("/api/alerts", content=body, headers=AUTH)
    assert answer.status_code == 202
    assert [kept["name"] for kept in answer.json()["quarantined"]] == ["kept-1"]
    assert stage.kept[0][:2] == ("alerts", body)


def test_a_body_beyond_the_limit_is_kept_in_part() -> None:
    """A body that is too long is not answered 413, which would lose it: its beginning is kept."""
    stage = world()
    answer = stage.client().post("/api/alerts", content=b"x" * (2 << 20), headers=AUTH)
    assert answer.status_code == 202
    assert stage.kept[0][1] == b"x" * 48 * 1024


def test_a_full_alert_is_taken_whole() -> None:
    """An alert of 256 KiB, the largest that Azure sends, is understood."""
    stage = world()
    alert = {**ALERT, "customProperties": {"padding": "x" * 256 * 1024}}
    assert stage.client().post("/api/alerts", json=alert, headers=AUTH).json()["incidents"] == ["incident-1"]


def test_test_alerts_are_ignored() -> None:
    """The portal's test payload is answered 200 and does nothing."""
    stage = world()
    alert = json.loads(json.dumps(ALERT).replace('"pulls"', '"test-pulls"'))
    answer = stage.client().post("/api/alerts", json=alert, headers=AUTH)
    assert (answer.status_code, answer.json()["ignored"]) == (200, ["test"])
    assert stage.signals == []


def test_a_signal_that_intake_refuses_is_kept() -> None:
    """A refusal of the flow does not lose the alert: the body is kept with the reason."""
    stage = world()
    stage.take_in = _refuse  # type: ignore[method-assign, assignment]
    answer = stage.client().post("/api/alerts", json=ALERT, headers=AUTH)
    assert answer.status_code == 202
    assert "signal-without-subject" in stage.kept[0][2]


def _refuse(_: object) -> None:
    raise Rejected("signal-without-subject", "nothing to look at")


def test_a_store_that_is_away_is_told_to_the_sender() -> None:
    """When the store cannot be reached the answer is 503 with a time, so that the sender tries again."""
    stage = world()
    stage.fails = Transient("store-unreachable", "the store does not answer", retry_after=7)
    for body in (ALERT, {"unknown": True}):
        answer = stage.client().post("/api/alerts", json=body, headers=AUTH)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")


def test_an_alert_that_can_be_sent_again_is_not_kept() -> None:
    """When only the queue is away the sender is told, and the alert is not put aside as if it were wrong."""
    stage = world()
    stage.take_in = _wait  # type: ignore[method-assign, assignment]
    assert stage.client().post("/api/alerts", json=ALERT, headers=AUTH).status_code == 503
    assert stage.kept == []


def _wait(_: object) -> None:
    raise Transient("queue-unreachable", "the queue does not answer")


def test_a_batch_of_events_is_taken_in() -> None:
    """Each event of a batch becomes a signal, those of one subject together; what is not understood is kept beside."""
    stage = world()
    answer = stage.client().post("/api/events", json=[EVENT, {**EVENT, "id": "e2"}, {"id": "e3"}], headers=AUTH)
    assert answer.status_code == 202
    assert answer.json()["incidents"] == ["incident-1"]
    assert [signal.id for signal in stage.signals] == ["e1", "e2"]
    assert len(stage.kept) == 1


def test_the_handshake_is_answered() -> None:
    """A validation event is answered 200 with its code, and its address is not followed."""
    event = {
        "id": "1",
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "data": {"validationCode": "512d38b6", "validationUrl": "https://rp.example/validate"},
    }
    answer = world().client().post("/api/events", json=[event], headers=AUTH)
    assert (answer.status_code, answer.json()) == (200, {"validationResponse": "512d38b6"})


def test_cloud_events_may_come_from_the_origin_that_asks() -> None:
    """OPTIONS allows the asking origin and its rate; one that is no host name is not echoed."""
    client = world().client()
    asked = {"webhook-request-origin": "eventgrid.azure.net", "webhook-request-rate": "120"}
    answer = client.options("/api/events", headers={**AUTH, **asked})
    assert answer.status_code == 200
    assert answer.headers["webhook-allowed-origin"] == "eventgrid.azure.net"
    assert answer.headers["webhook-allowed-rate"] == "120"
    strange = client.options("/api/events", headers={**AUTH, "webhook-request-origin": "a b<c>"})
    assert "webhook-allowed-origin" not in strange.headers
    assert client.options("/api/events", headers=asked).status_code == 401


def test_the_local_settings_have_a_key() -> None:
    """The stage itself checks keys, so that the tests above mean something."""
    assert LOCAL.function_key == KEY

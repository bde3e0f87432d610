"""Every shape in which Azure tells of something, through its door: what becomes of it, and that nothing is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from remediator.core.actor import ActorKind
from tests.functions_host import payloads
from tests.functions_host.conftest import ROOT
from tests.functions_host.host import FUNCTION_KEY, Answer, Host
from tests.functions_host.hostile import rows_alert
from tests.functions_host.stage import Stage

CORPUS = ROOT.parent / "shared" / "corpus"
REAL = sorted(path for folder in ("alerts", "events") for path in (CORPUS / folder).rglob("*.json"))
ROBOT = "11111111-1111-4111-8111-111111111111"
Change = Callable[[dict[str, Any]], object]


def told(host: Host, alert: dict[str, Any]) -> Answer:
    return host.request("POST", "/api/alerts", alert, key=FUNCTION_KEY)


def of_service(service: str, context: dict[str, Any]) -> dict[str, Any]:
    """An alert of another service about the registry, its id in small letters as alerts write it."""
    alert = payloads.activity_alert()
    alert["data"]["essentials"]["monitoringService"] = service
    alert["data"]["alertContext"] = context
    return alert


HEALTH = {
    "operationName": "Microsoft.Resourcehealth/healthevent/Activated/action",
    "eventSource": "ResourceHealth",
    "status": "Active",
    "properties": {"currentHealthStatus": "Unavailable", "previousHealthStatus": "Available", "details": None},
}
METRIC = {
    "properties": None,
    "conditionType": "SingleResourceMultipleMetricCriteria",
    "condition": {
        "windowSize": "PT5M",
        "allOf": [{"metricName": "TotalPullCount", "threshold": "0", "metricValue": 7.0}],
    },
}


def v2_without_text() -> dict[str, Any]:
    alert = payloads.log_alert()
    alert["data"]["alertContext"]["condition"]["allOf"][0] |= {
        "dimensions": [{"name": "App", "value": "album"}],
        "searchQuery": "ContainerAppSystemLogs_CL | where Reason_s has 'Pull'",
        "threshold": "0",
        "targetResourceTypes": "['microsoft.operationalinsights/workspaces']",
        "linkToSearchResultsAPI": "https://api.loganalytics.io/v1/never-followed",
    }
    return alert


@pytest.mark.parametrize(
    "alert",
    [
        payloads.log_alert(),
        v2_without_text(),
        rows_alert(),
        payloads.activity_alert(),
        of_service("Resource Health", HEALTH),
        of_service("ResourceHealth", HEALTH),
        of_service("Platform", METRIC),
    ],
    ids=["v2", "v2-without-text", "v1", "activity-log", "resource-health", "resourcehealth", "metric"],
)
def test_an_alert_of_any_service(host: Host, stage: Stage, alert: dict[str, Any]) -> None:
    """Each kind of alert about something of ours opens one incident and is answered 202."""
    answer = told(host, alert)
    assert (answer.status, answer.json["incidents"]) == (202, [stage.incident.id])
    assert answer.json["quarantined"] == []


def _rule(alert: dict[str, Any]) -> None:
    alert["data"]["essentials"]["alertRule"] = "test-image pulls"


def _resolved(alert: dict[str, Any]) -> None:
    alert["data"]["essentials"]["monitorCondition"] = "Resolved"


@pytest.mark.parametrize(("change", "status", "why"), [(_rule, 200, "test"), (_resolved, 202, "resolved")])
def test_an_alert_that_asks_for_nothing(host: Host, stage: Stage, change: Change, status: int, why: str) -> None:
    """The portal's test payload is answered 200, a resolved alert 202; neither opens or keeps anything."""
    alert = payloads.log_alert()
    change(alert)
    answer = told(host, alert)
    assert (answer.status, answer.json["ignored"]) == (status, [why])
    assert (stage.incidents, stage.quarantine.names()) == ((), ())


def test_a_test_beside_a_real_alert_is_no_test(host: Host, stage: Stage) -> None:
    """A body that holds a test and an alert is taken in, and answered 202."""
    test = payloads.log_alert()
    _rule(test)
    answer = host.request("POST", "/api/alerts", [test, payloads.activity_alert()], key=FUNCTION_KEY)
    assert (answer.status, answer.json["incidents"]) == (202, [stage.incident.id])


@pytest.mark.parametrize(
    ("claims", "actor", "kind"),
    [
        ({"appid": ROBOT, "idtyp": "app"}, ROBOT, ActorKind.APPLICATION),
        (json.dumps({"appid": ROBOT, "idtyp": "app"}), ROBOT, ActorKind.APPLICATION),
        ({}, None, ActorKind.UNKNOWN),
        ("", None, ActorKind.UNKNOWN),
        ("{}", None, ActorKind.UNKNOWN),
        (None, None, ActorKind.UNKNOWN),
    ],
    ids=["object", "text", "empty", "empty-text", "empty-object-text", "null"],
)
@pytest.mark.parametrize("make", [payloads.event, payloads.cloud_event], ids=["event-grid", "cloud-events"])
def test_claims_in_any_form(
    host: Host, stage: Stage, make: Callable[[], dict[str, Any]], claims: object, actor: str | None, kind: ActorKind
) -> None:
    """Claims come as an object, as JSON text, or empty: who made the write is known where they say it."""
    event = make()
    event["data"]["claims"] = claims
    event["data"]["authorization"].pop("evidence", None)
    assert host.deliver("events", event).status == 202
    (signal,) = stage.incident.signals
    assert (signal.actor, signal.actor_kind) == (actor, kind if actor else ActorKind.UNKNOWN)


@pytest.mark.parametrize("case", [str.lower, str.upper], ids=["lower", "upper"])
def test_ids_in_any_case(host: Host, stage: Stage, case: Callable[[str], str]) -> None:
    """A resource is the same however its id is written: its events and alerts are one incident."""
    event = payloads.event(2)
    event["subject"], event["data"]["resourceUri"] = case(payloads.REGISTRY), case(payloads.REGISTRY)
    assert host.deliver("events", payloads.event(1), event).status == 202
    assert told(host, payloads.activity_alert()).json["incidents"] == [stage.incident.id]


def test_a_deployment_comes_as_its_children(host: Host, stage: Stage) -> None:
    """The event of a deployment opens nothing; those of its resources do, however late and in whatever order."""
    deployment, child = payloads.event(1), payloads.event(2)
    deployment["subject"] = deployment["data"]["resourceUri"] = (
        f"{payloads.GROUP}/providers/Microsoft.Resources/deployments/main"
    )
    deployment["data"]["operationName"] = "Microsoft.Resources/deployments/write"
    deployment["data"]["correlationId"] = child["data"]["correlationId"] = "c0ffee00-0000-4000-8000-000000000001"
    answer = host.request("POST", "/api/events", [child, deployment], key=FUNCTION_KEY)
    assert answer.json["incidents"] == [stage.incident.id]
    assert "each of its resources" in answer.json["ignored"][0]
    assert host.deliver("events", deployment).status == 202
    assert stage.incident.correlation == "c0ffee00-0000-4000-8000-000000000001"


def test_a_handshake_holds_nothing_else(host: Host, stage: Stage) -> None:
    """A validation event within a batch hides none of the others."""
    batch = [payloads.event(), payloads.validation()]
    answer = host.request("POST", "/api/events", batch, key=FUNCTION_KEY)
    assert (answer.status, answer.json["incidents"]) == (202, [stage.incident.id])


def test_options_say_what_may_be_sent(host: Host, stage: Stage) -> None:
    """The CloudEvents handshake is granted at once, whatever callback is offered, and needs the key like all else."""
    asked = {
        "WebHook-Request-Origin": "eventgrid.azure.net",
        "WebHook-Request-Callback": "https://rp-x.eventgrid.azure.net/validate?id=1",
        "WebHook-Request-Rate": "*",
    }
    answer = host.request("OPTIONS", f"/api/events?code={FUNCTION_KEY}", headers=asked)
    told_back = {name: value for name, value in answer.headers.items() if name.startswith("webhook-")}
    assert told_back == {"webhook-allowed-origin": "eventgrid.azure.net", "webhook-allowed-rate": "*"}
    assert host.request("OPTIONS", "/api/events", headers=asked).status == 401


@pytest.mark.skipif(not REAL, reason="the real payloads of ../shared are not here")
@pytest.mark.parametrize("path", REAL, ids=[path.stem for path in REAL])
@pytest.mark.parametrize("door", ["/api/alerts", "/api/events"])
def test_a_real_payload(host: Host, stage: Stage, path: Path, door: str) -> None:
    """Each is taken, ignored, or kept with its reason, at its own door and at the other one; none is refused."""
    answer = host.request("POST", door, path.read_bytes(), key=FUNCTION_KEY)
    assert answer.status in (200, 202)
    assert any(answer.json.values()), "taken, ignored or kept"
    assert all(one["reason"] for one in answer.json["quarantined"])
    assert len(stage.quarantine.names()) == len({one["name"] for one in answer.json["quarantined"]})
    document = json.loads(path.read_bytes())
    for event in document if isinstance(document, list) else [document]:
        assert host.deliver("events", event).status == 202

"""Payloads of Azure Monitor become signals, one for each condition or row."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from remediator.core.actor import ActorKind
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Ignored, Quarantined, Signal, SignalSource
from remediator.signals.monitor_alert import parse_alert

ALERT_ID = "/subscriptions/s1/providers/Microsoft.AlertsManagement/alerts/a-1"
REGISTRY = "/subscriptions/s1/resourcegroups/rg/providers/microsoft.containerregistry/registries/shop"
APP = "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.App/containerApps/orders"
WORKSPACE = "/subscriptions/s1/resourcegroups/rg/providers/microsoft.operationalinsights/workspaces/logs"
PULL = "Pull image: shop.azurecr.cn/orders:1 failed: GET https://shop.azurecr.cn/oauth2/token: 403 Forbidden"


def alert(context: object, *, custom: object = None, **essentials: object) -> dict[str, object]:
    base: dict[str, object] = {
        "alertId": ALERT_ID,
        "alertRule": "aca-image-pull",
        "monitorCondition": "Fired",
        "monitoringService": "Log Alerts V2",
        "signalType": "Log",
        "alertTargetIDs": [WORKSPACE],
        "firedDateTime": "2026-08-01T08:00:00Z",
    }
    return {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {"essentials": {**base, **essentials}, "alertContext": context, "customProperties": custom},
    }


def v2(*conditions: dict[str, object]) -> dict[str, object]:
    return {"conditionType": "LogQueryCriteria", "condition": {"allOf": list(conditions)}}


def dimensions(**values: str) -> dict[str, object]:
    return {"searchQuery": "q", "dimensions": [{"name": name, "value": value} for name, value in values.items()]}


def one(body: object) -> Signal:
    (answer,) = parse_alert(body)
    assert isinstance(answer, Signal), answer
    return answer


def test_log_alert_v2() -> None:
    """A log alert's dimensions are hints; the workspace that it watched is no subject, but a place to ask."""
    assert one(alert(v2(dimensions(App="orders", Env="prod", Registry="shop.azurecr.cn")))) == Signal(
        source=SignalSource.ALERT,
        id=f"{ALERT_ID}#0",
        at=datetime(2026, 8, 1, 8, tzinfo=UTC),
        app="orders",
        environment="prod",
        registry_host="shop.azurecr.cn",
        workspace=ResourceId(WORKSPACE),
    )


def test_the_window_of_a_log_alert() -> None:
    """The begin of the window that was evaluated is kept, of both kinds of log alerts; an odd one is none."""
    body = v2(dimensions(App="orders"))
    body["condition"] = {**dict(body["condition"]), "windowStartTime": "2026-08-01T07:50:00Z"}  # type: ignore[call-overload]
    assert one(alert(body)).since == datetime(2026, 8, 1, 7, 50, tzinfo=UTC)
    rows = {"tables": [{"columns": [{"name": "Log_s"}], "rows": [[PULL]]}]}
    v1 = {"SearchQuery": "q", "SearchIntervalStartTimeUtc": "2026-08-01T07:40:00Z", "SearchResults": rows}
    assert one(alert(v1)).since == datetime(2026, 8, 1, 7, 40, tzinfo=UTC)
    body["condition"]["windowStartTime"] = {"$ne": 1}  # type: ignore[index]
    assert one(alert(body)).since is None


@pytest.mark.parametrize("name", ["App", "app", "ContainerAppName", "ContainerAppName_s", "Job", "JobName_s"])
def test_spellings_of_the_app(name: str) -> None:
    """The usual column names of an app or a job all name the app."""
    assert one(alert(v2(dimensions(**{name: "orders"})))).app == "orders"


def test_each_condition_has_its_signal() -> None:
    """Two conditions give two signals, with ids that are the same at the next delivery."""
    body = alert(v2(dimensions(App="a"), dimensions(App="b")))
    assert [(s.id, s.app) for s in parse_alert(body) if isinstance(s, Signal)] == [
        (f"{ALERT_ID}#0", "a"),
        (f"{ALERT_ID}#1", "b"),
    ]
    assert parse_alert(json.dumps(body)) == parse_alert(body)


def test_log_alert_without_dimensions() -> None:
    """Without dimensions the query tells whether the alert is about us; the reader asks the logs then."""
    assert one(alert(v2({"searchQuery": "ContainerAppSystemLogs_CL | where Log_s has 'x'"}))).app is None
    (other,) = parse_alert(alert(v2({"searchQuery": "Heartbeat"})))
    assert isinstance(other, Ignored)


def test_log_alert_v1_rows() -> None:
    """V1 carries rows: the first of each app that speaks of a pull is a signal with its text; short rows are read."""
    context = {
        "SearchQuery": "q",
        "SearchResults": {
            "tables": [
                {
                    "columns": [{"name": "ContainerAppName_s"}, {"name": "Log_s"}, {"name": "Reason_s"}],
                    "rows": [
                        ["orders", "Probe of StartUp failed with status code: 404"],
                        ["orders", PULL, "ContainerTerminated"],
                        ["orders", PULL],
                        [],
                        None,
                    ],
                }
            ]
        },
    }
    signal = one(alert(context, monitoringService="Log Analytics"))
    assert (signal.app, signal.text, signal.registry_host) == ("orders", PULL, "shop.azurecr.cn")


def activity(**changes: object) -> dict[str, object]:
    context: dict[str, object] = {
        "authorization": {"action": "Microsoft.ContainerRegistry/registries/write", "scope": REGISTRY},
        "operationName": "Microsoft.ContainerRegistry/registries/write",
        "claims": json.dumps({"appid": "11111111-2222-3333-4444-555555555555", "name": "A Person"}),
        "caller": "a.person@example.org",
        "status": "Succeeded",
        "correlationId": "c-1",
    }
    return alert({**context, **changes}, monitoringService="Activity Log - Administrative", alertTargetIDs=[REGISTRY])


def test_activity_log() -> None:
    """A change in the activity log names resource, operation and the application, never the person."""
    signal = one(activity())
    assert signal.subject == ResourceId(REGISTRY)
    assert signal.operation == "Microsoft.ContainerRegistry/registries/write"
    assert signal.actor == "11111111-2222-3333-4444-555555555555"
    assert "person" not in repr(signal).lower()


def test_activity_log_knows_the_account_and_the_moment() -> None:
    """A person is known by the object id; the moment is that of the write, not that at which the alert fired."""
    person = "66666666-7777-8888-9999-000000000000"
    claims = json.dumps({"appid": "11111111-2222-3333-4444-555555555555", "oid": person, "name": "A Person"})
    signal = one(activity(claims=claims, eventTimestamp="2026-08-01T07:51:30.5Z"))
    assert (signal.actor, signal.actor_kind) == (person, ActorKind.PERSON)
    assert signal.at == datetime(2026, 8, 1, 7, 51, 30, 500000, tzinfo=UTC)


@pytest.mark.parametrize("authorization", ["", None, json.dumps({"scope": REGISTRY}), {}])
def test_activity_log_scope(authorization: object) -> None:
    """The resource is found in the scope, as object or text, or in the alert's targets."""
    assert one(activity(authorization=authorization)).subject == ResourceId(REGISTRY)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "Started"},
        {"status": "Failed"},
        {"operationName": "Microsoft.ContainerRegistry/registries/listCredentials/action"},
        {"operationName": "Microsoft.Storage/storageAccounts/write"},
    ],
)
def test_activity_that_changes_nothing(changes: dict[str, object]) -> None:
    """Unfinished, failed and unrelated operations are ignored."""
    (answer,) = parse_alert(activity(**changes))
    assert isinstance(answer, Ignored)


def test_failed_deployment_with_a_pull_error() -> None:
    """An app whose deployment failed on its image is a signal with that text (only the activity log has it)."""
    message = json.dumps({"error": {"message": f"Failed to provision revision. {PULL}"}})
    signal = one(
        activity(
            operationName="Microsoft.App/containerApps/write",
            authorization={"scope": APP},
            status="Failed",
            properties={"statusMessage": message},
        )
    )
    assert signal.subject == ResourceId(APP)
    assert signal.text == message


def test_metric_and_health_of_a_registry() -> None:
    """Any other fired alert counts only where its target is part of a pull path."""
    context = {"conditionType": "SingleResourceMultipleMetricCriteria", "condition": {"allOf": [{"metricName": "x"}]}}
    assert one(alert(context, monitoringService="Platform", alertTargetIDs=[REGISTRY])).subject == ResourceId(REGISTRY)
    health = {"operationName": "Microsoft.Resourcehealth/healthevent/Activated/action", "status": "Active"}
    assert one(alert(health, monitoringService="Resource Health", alertTargetIDs=[REGISTRY])).subject
    (other,) = parse_alert(alert(context, monitoringService="Platform"))
    assert isinstance(other, Ignored)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (alert(v2(dimensions(App="a")), monitorCondition="Resolved"), "resolved"),
        (alert(v2(dimensions(App="a")), alertRule="test-logAlertRule"), "test"),
    ],
)
def test_resolved_and_test(body: object, reason: str) -> None:
    """Resolved alerts and the portal's test payloads are ignored."""
    assert parse_alert(body) == (Ignored(reason),)


def test_budget_with_nulls() -> None:
    """A budget alert, whose essentials are mostly null, is ignored."""
    (answer,) = parse_alert(
        alert({"AlertCategory": "Budgets"}, monitoringService="CostAlerts", signalType=None, alertTargetIDs=None)
    )
    assert isinstance(answer, Ignored)


@pytest.mark.parametrize(
    "body", [{}, {"schemaId": "AzureMonitorMetricAlert", "data": {}}, {"a": 1}, 7, None, "hello", {"data": "x"}]
)
def test_other_schemas_are_kept(body: object) -> None:
    """What is no common alert is quarantined with a reason."""
    (answer,) = parse_alert(body)
    assert isinstance(answer, Quarantined)
    assert answer.reason


LINE = {
    "TimeStamp": "2025-07-30 12:58:24.9603413 +0000 UTC",
    "ContainerAppName": "orders",
    "EnvironmentName": "",
    "Msg": PULL,
    "Reason": "ContainerTerminated",
}


@pytest.mark.parametrize(
    "body",
    [
        LINE,
        json.dumps(LINE),
        [LINE],
        alert(LINE, monitoringService="custom"),
        alert({}, custom={"line": json.dumps(LINE)}),
        alert({"properties": LINE}),
    ],
)
def test_a_log_line(body: object) -> None:
    """A line of the system log is a signal, posted as it stands or inside an alert."""
    signal = one(body)
    assert (signal.text, signal.app, signal.registry_host) == (PULL, "orders", "shop.azurecr.cn")
    assert signal.at


def test_a_log_line_about_something_else() -> None:
    """`ContainerTerminated` without a pull is no signal."""
    text = "Container 'x' was terminated with exit code '' and reason 'ManuallyStopped'"
    (answer,) = parse_alert({**LINE, "Msg": text})
    assert isinstance(answer, Ignored)


def test_a_text_chooses_no_target() -> None:
    """Resource ids inside texts and dimensions never become the subject, and texts are cut."""
    signal = one(alert(v2(dimensions(Log=f"{PULL} {REGISTRY} " + "x" * 100_000))))
    assert signal.subject is None
    assert signal.text is not None
    assert len(signal.text) <= 16 * 1024

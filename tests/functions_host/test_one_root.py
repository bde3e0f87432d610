"""One loss, many words about it: one incident asks people, and it names every registry."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from remediator.core.incident import Incident, Status
from remediator.functions import runtime
from tests.functions_host.host import FUNCTION_KEY, Host
from tests.functions_host.stage import Stage
from tests.hub_estate import LOSSES, Hub, hub

SEVERAL = 6
DENIED = (
    "Container '{app}' was terminated with exit code '' and reason 'ImagePullFailure'. Pull image: {host}/app:1 failed "
    "with exit code: 1, error: failed to authorize: failed to fetch anonymous token: unexpected status from GET "
    "request to https://{host}/oauth2/token?scope=repository%3Aapp%3Apull&service={host}: 403 Forbidden"
)


def alert(made: Hub, number: int) -> dict[str, Any]:
    """A log alert about the app of one registry."""
    app = made.apps[number].rpartition("/")[2]
    dimensions = [
        {"name": "ContainerAppName", "value": app},
        {"name": "Msg", "value": DENIED.format(app=app, host=made.hosts[number])},
    ]
    condition = {"searchQuery": "ContainerAppSystemLogs", "dimensions": dimensions, "metricValue": 3.0}
    essentials = {
        "alertId": f"/subscriptions/s/providers/Microsoft.AlertsManagement/alerts/a{number}",
        "alertRule": "image pulls fail",
        "monitorCondition": "Fired",
        "monitoringService": "Log Alerts V2",
        "alertTargetIDs": [
            "/subscriptions/s/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/logs"
        ],
        "firedDateTime": "2026-01-01T00:00:00Z",
    }
    context = {"conditionType": "LogQueryCriteria", "condition": {"windowSize": "PT5M", "allOf": [condition]}}
    return {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {"essentials": essentials, "alertContext": context, "customProperties": {}},
    }


def event(made: Hub, what: str) -> dict[str, Any]:
    """The event of a delete inside the zone."""
    return {
        "id": f"deleted-{what}",
        "topic": "/subscriptions/s",
        "subject": what,
        "eventType": "Microsoft.Resources.ResourceDeleteSuccess",
        "eventTime": "2026-01-01T00:00:00.0000000Z",
        "data": {
            "claims": {"appid": "11111111-1111-4111-8111-111111111111"},
            "operationName": "Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete",
            "resourceUri": what,
            "status": "Succeeded",
        },
        "dataVersion": "2",
        "metadataVersion": "1",
    }


@pytest.fixture
def made() -> Hub:
    return hub(SEVERAL, stray=True)


@pytest.fixture
def broken(host: Host, fresh_runtime: None, monkeypatch: pytest.MonkeyPatch, made: Hub, loss: str) -> Stage:
    LOSSES[loss](made)
    stage = Stage(host, estate=made.builder.document())
    monkeypatch.setattr(runtime, "_runtime", lambda: stage.runtime)
    return stage


def leader_of(stage: Stage) -> Incident:
    """The one incident that is not joined to another."""
    (found,) = [one for one in stage.incidents if one.status is not Status.JOINED]
    return found


@pytest.mark.parametrize("loss", LOSSES)
def test_alerts_of_many_apps_are_one_question(host: Host, broken: Stage, made: Hub, loss: str) -> None:
    """Alerts of six apps with six registries end as one incident with a plan that names all six and five that are
    joined to it; people hear of one."""
    for number in range(SEVERAL):
        assert host.request("POST", "/api/alerts", alert(made, number), key=FUNCTION_KEY).status == 202
    assert host.pump() == []
    leader = leader_of(broken)
    assert {rid.text for rid in leader.registries} == set(made.registries)
    assert {one.joined_to for one in broken.incidents if one.id != leader.id} == {leader.id}
    assert len(broken.incidents) == SEVERAL
    assert len(broken.told.notices) == len(leader.outbox) == 1
    assert [one.id for one in broken.flow.incidents.find(joined_to=leader.id)] != []


@pytest.mark.parametrize("loss", ["link"])
@pytest.mark.parametrize("first", ["event", "alert"])
def test_the_zones_event_and_the_alerts_are_one(host: Host, broken: Stage, made: Hub, first: str) -> None:
    """The event of the deleted link and the alerts of the apps behind it are one question, whichever comes first."""
    said = [
        lambda: host.deliver("events", event(made, made.link)),
        lambda: host.request("POST", "/api/alerts", alert(made, 0), key=FUNCTION_KEY),
    ]
    for tell in said if first == "event" else reversed(said):
        assert tell().status == 202
        assert host.pump() == []
    assert Counter(one.status for one in broken.incidents) == {Status.AWAITING_APPROVAL: 1, Status.JOINED: 1}
    assert {rid.text for rid in leader_of(broken).registries} == set(made.registries)


@pytest.mark.parametrize("loss", ["link"])
def test_another_cause_is_another_incident(host: Host, broken: Stage, made: Hub) -> None:
    """A registry that is broken for a reason of its own does not join."""
    host.request("POST", "/api/alerts", alert(made, 0), key=FUNCTION_KEY)
    stray = next(
        body["id"]
        for body in made.builder.bodies.values()
        if body["name"] == "stray" and "loginServer" in json.dumps(body)
    )
    host.request("POST", "/api/remediations", {"registry": stray}, key=FUNCTION_KEY)
    host.pump()
    assert [one.joined_to for one in broken.incidents] == [None, None]

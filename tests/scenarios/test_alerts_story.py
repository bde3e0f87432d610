"""The alert that opened an incident follows it, where the settings ask for that."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.scenarios.town import Program, Town, links_in

NAME = "c37da162-ef73-4621-7a47-7ad188fcf000"


def alert_id(place: Town, subscription: str = "") -> str:
    own = subscription or place.registry("contosoalbum").split("/")[2]
    return f"/subscriptions/{own}/providers/Microsoft.AlertsManagement/alerts/{NAME}"


def fired(place: Town, program: Program, alert: str) -> str:
    """Azure Monitor's call for a log alert about album's pulls; the incident that has it."""
    place.azure.put({"id": alert, "properties": {"essentials": {"alertState": "New"}}})
    dimensions = [{"name": "App", "value": "album"}, {"name": "Registry", "value": "contosoalbum.azurecr.cn"}]
    condition = {"searchQuery": "ContainerAppSystemLogs_CL", "dimensions": dimensions, "metricValue": 3.0}
    body = {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {
            "essentials": {
                "alertId": alert,
                "alertRule": "aca-image-pull",
                "signalType": "Log",
                "monitorCondition": "Fired",
                "monitoringService": "Log Alerts V2",
                "firedDateTime": program.runtime.clock.now().isoformat(),
            },
            "alertContext": {"conditionType": "LogQueryCriteria", "condition": {"allOf": [condition]}},
        },
    }
    answer = program.http.post("/api/alerts", json=body, headers=program._key)
    assert answer.status_code == 202, answer.text
    (incident,) = answer.json()["incidents"]
    return str(incident)


def state(place: Town, alert: str) -> str:
    body = place.azure.resource(alert)
    assert body is not None
    return str(body["properties"]["essentials"]["alertState"])


def approve(place: Town, program: Program) -> None:
    (link,) = links_in(place.postbox)
    assert program.decide(link, "lin", "contosoalbum") == 200


def changes(place: Town, alert: str) -> list[dict[str, Any]]:
    headers = {"Authorization": "Bearer t"}
    url = f"https://x{alert}/history?api-version=2019-05-05-preview"
    found = json.loads(place.azure.handle("GET", url, headers, b"").body)
    return list(found["properties"]["modifications"])


def test_an_alert_is_acknowledged_with_the_yes_and_closed_at_the_end(town: Callable[[str], Town]) -> None:
    """New while people are asked, Acknowledged once somebody has approved, Closed when the incident is resolved."""
    place = town("first-incident")
    place.settings["REMEDIATOR_ALERTS"] = "close"
    alert = alert_id(place)
    with place.program() as program:
        incident = fired(place, program, alert)
        program.settle()
        assert (program.status(incident), state(place, alert)) == ("AWAITING_APPROVAL", "New")
        approve(place, program)
        program.settle()
        assert (program.status(incident), state(place, alert)) == ("RESOLVED", "Closed")
    assert [one["newValue"] for one in changes(place, alert)] == ["Closed", "Acknowledged"]


@pytest.mark.parametrize(("how", "end"), [("off", "New"), ("acknowledge", "Acknowledged")])
def test_an_alert_follows_as_far_as_the_setting_says(town: Callable[[str], Town], how: str, end: str) -> None:
    """By default nothing is done to it; with `acknowledge` it is left for a person to close."""
    place = town("first-incident")
    place.settings["REMEDIATOR_ALERTS"] = how
    alert = alert_id(place)
    with place.program() as program:
        incident = fired(place, program, alert)
        program.settle()
        approve(place, program)
        program.settle()
        assert (program.status(incident), state(place, alert)) == ("RESOLVED", end)


def test_an_alert_of_another_subscription_is_left_alone(town: Callable[[str], Town]) -> None:
    """A payload that names somebody else's alert opens the incident and changes nothing there."""
    place = town("first-incident")
    place.settings["REMEDIATOR_ALERTS"] = "close"
    alert = alert_id(place, "99999999-9999-4999-8999-999999999999")
    with place.program() as program:
        incident = fired(place, program, alert)
        program.settle()
        approve(place, program)
        program.settle()
        assert (program.status(incident), state(place, alert)) == ("RESOLVED", "New")


def test_a_refused_alert_is_not_in_the_way(town: Callable[[str], Town]) -> None:
    """Without the right to change alerts the incident is resolved all the same."""
    place = town("first-incident")
    place.settings["REMEDIATOR_ALERTS"] = "close"
    alert = alert_id(place)
    everything = {"Microsoft.App/*", "Microsoft.Network/*", "Microsoft.ContainerRegistry/*", "*/read"}
    place.azure.permissions["00000000-0000-0000-0000-0000000000c2"] = everything
    with place.program() as program:
        incident = fired(place, program, alert)
        program.settle()
        approve(place, program)
        program.settle()
        assert (program.status(incident), state(place, alert)) == ("RESOLVED", "New")

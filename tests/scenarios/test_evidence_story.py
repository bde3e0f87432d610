"""An alert without text: the program asks the logs itself and follows no link; after the change it asks again."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.core.breaks import APP, BREAKS
from tests.scenarios.town import Program, Town, links_in

Build = Callable[[str | dict[str, Any]], Town]
CUSTOMER = "6f0a0000-0000-4000-8000-000000000001"


@pytest.fixture
def trap() -> Iterator[socket.socket]:
    """A port that somebody could be sent to; it notices every connection."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        opened.setblocking(False)
        yield opened


def untouched(trap: socket.socket) -> bool:
    """Whether nobody has connected."""
    try:
        trap.accept()
    except BlockingIOError:
        return True
    return False


def alert(place: Town, trap: socket.socket, *, workspace: str = "", **dimensions: str) -> dict[str, Any]:
    """A log search alert V2 as Azure Monitor sends it: a window, dimensions and links, and not a word of the rows."""
    now, link = place.clock.now(), f"http://127.0.0.1:{trap.getsockname()[1]}/v1/rows"
    links = dict.fromkeys(("linkToSearchResultsAPI", "linkToFilteredSearchResultsAPI", "linkToSearchResultsUI"), link)
    told = [{"name": name, "value": value} for name, value in dimensions.items()]
    condition = {"searchQuery": "ContainerAppSystemLogs_CL | where 1 == 1", "dimensions": told, "metricValue": 3.0}
    window = {"windowStartTime": (now - timedelta(minutes=5)).isoformat(), "windowEndTime": now.isoformat()}
    return {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {
            "essentials": {
                "alertId": f"/subscriptions/s/providers/Microsoft.AlertsManagement/alerts/{link}",
                "alertRule": "aca-image-pull",
                "monitorCondition": "Fired",
                "monitoringService": "Log Alerts V2",
                "alertTargetIDs": [workspace] if workspace else [],
                "firedDateTime": now.isoformat(),
                "investigationLink": link,
            },
            "alertContext": {
                "conditionType": "LogQueryCriteria",
                "condition": {"allOf": [{**condition, **links}], **window},
                "properties": {"runbook": link},
            },
        },
    }


def at_one_time(place: Town) -> Town:
    """The sandbox's clock goes with the program's, which does not look from inside the sandbox."""
    place.azure.world.clock = lambda: place.clock.now().timestamp()
    place.inside = False
    return place


def told(program: Program, incident: str) -> str:
    """The journal, as one text."""
    return "\n".join(str(entry["what"]) for entry in program.incident(incident)["journal"])


def test_an_alert_without_text_ends_with_the_text(town: Build, trap: socket.socket) -> None:
    """The line of the failed pull is in the case file, is weighed beside the estate, and no link was followed."""
    place = at_one_time(town("first-incident"))
    with place.program() as program:
        incident = program.payload(alert(place, trap, ContainerAppName="album"))
        program.settle()
        found = program.incident(incident)
        assert found["status"] == "AWAITING_APPROVAL"
        (evidence,) = found["evidence"]
        assert (evidence["app"], evidence["environment"]) == ("album", "cae-album")
        assert "contosoalbum.azurecr.cn" in evidence["text"]
        assert found["diagnosis"]["testimony"]["cause"] == "firewall_denied"
        assert found["diagnosis"]["testimony"]["stand"] == "agrees"
        assert "1 line about failed pulls: album" in told(program, incident)
    assert untouched(trap)


def test_a_workspace_that_cannot_be_read(town: Build, trap: socket.socket) -> None:
    """The reason is in the journal, and the plan is the same as with the text."""
    place = at_one_time(town("first-incident"))
    place.azure.faults.refuse("Microsoft.OperationalInsights/workspaces")
    with place.program() as program:
        incident = program.payload(alert(place, trap, ContainerAppName="album"))
        program.settle()
        found = program.incident(incident)
        assert (found["status"], found["evidence"]) == ("AWAITING_APPROVAL", [])
        assert "the logs say nothing: the logs of workspace" in told(program, incident)
        assert "InsufficientAccessError" in told(program, incident)
    assert untouched(trap)


def test_an_alert_that_names_no_app(town: Build, trap: socket.socket) -> None:
    """Its workspace says which app it is: the incident is about the workspace, its findings are about that app."""
    place = at_one_time(town("first-incident"))
    home = next(one for one in place.azure.estate()["resources"] if one["name"] == "cae-album")
    customer = home["properties"]["appLogsConfiguration"]["logAnalyticsConfiguration"]["customerId"]
    group = home["id"].partition("/providers/")[0]
    workspace = f"{group}/providers/Microsoft.OperationalInsights/workspaces/log-album"
    place.azure.put({"id": workspace, "location": "chinaeast2", "properties": {"customerId": customer}})
    with place.program() as program:
        incident = program.payload(alert(place, trap, workspace=workspace.lower()))
        program.settle()
        found = program.incident(incident)
        assert found["subject"].lower() == workspace.lower()
        assert [entry["app"] for entry in found["evidence"]] == ["album"]
        assert {path["consumer"] for path in found["diagnosis"]["paths"]} == {place.app("album")}
        assert found["status"] == "AWAITING_APPROVAL"
    assert untouched(trap)


def behind_a_resolver() -> dict[str, Any]:
    """An app whose network asks a DNS server in the hub, which is not linked: what that answers, the model only
    guesses. The environment logs to a workspace."""
    document: dict[str, Any] = BREAKS["hub resolver not linked"][0]().document()
    logs = {"destination": "log-analytics", "logAnalyticsConfiguration": {"customerId": CUSTOMER}}
    for body in document["resources"]:
        if body["type"] == "Microsoft.App/managedEnvironments":
            body["properties"]["appLogsConfiguration"] = logs
    return document


def approved(place: Town, program: Program, trap: socket.socket) -> str:
    """An alert, a yes, and the changes; the incident."""
    name = APP.rpartition("/")[2]
    incident = program.payload(alert(place, trap, ContainerAppName=name))
    program.settle()
    (link,) = links_in(place.postbox)
    registry = program.incident(incident)["registries"][0].rpartition("/")[2]
    assert program.decide(link, "lin", registry) == 200
    program.settle(20)
    return incident


def restart(place: Town) -> None:
    """Somebody restarts the app's revision, and its image is pulled again."""
    url = f"{place.server.arm_url}{APP}/revisions/r/restart?api-version=2025-01-01"
    assert place.azure.handle("POST", url, {"Authorization": "Bearer t"}, b"").status == 200


def test_a_fresh_pull_is_the_proof(town: Build, trap: socket.socket) -> None:
    """Where the model only guesses, the incident waits for the line of a pull that came after the change; it comes
    late, as lines do."""
    place = at_one_time(town(behind_a_resolver()))
    place.azure.logs.late = 100
    with place.program() as program:
        incident = approved(place, program, trap)
        assert program.status(incident) == "APPLIED"
        restart(place)
        program.settle(1200)
        found = program.incident(incident)
        assert (found["status"], found["verification"]["proof"]) == ("RESOLVED", "pull")
        assert found["verification"]["spoke"] == ["model", "pull"]
        (seen,) = found["verification"]["probes"]
        assert seen["pulled"] is True
        assert seen["detail"].startswith("PulledImage at ")
        assert found["verification"]["looks"] > 1


def test_without_the_logs_a_person_is_called(town: Build, trap: socket.socket) -> None:
    """The same incident, whose workspace cannot be read: nothing is claimed, and the reason is told."""
    place = at_one_time(town(behind_a_resolver()))
    place.azure.faults.refuse("Microsoft.OperationalInsights/workspaces")
    with place.program() as program:
        found = program.incident(approved(place, program, trap))
        assert found["status"] == "NEEDS_HUMAN"
        assert "InsufficientAccessError" in found["verification"]["reason"]
        assert found["verification"]["spoke"] == ["model"]

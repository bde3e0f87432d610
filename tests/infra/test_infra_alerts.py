"""Alerts and workbook name columns and measures that there are, and the program understands what the alerts say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from remediator.adapters.system.telemetry import CONVENTIONS
from remediator.core.measures import METRICS
from remediator.core.signal import Ignored, Signal
from remediator.signals.monitor_alert import parse_alert
from remediator.signals.system_log import read_row
from tests.infra.azure_types import needs_types
from tests.infra.deployment import INFRA
from tests.infra.kql import columns_of, table_of
from tests.infra.stories import STORIES, WHOLE, story

# azure-facts 2.5 for the tables of Container Apps, learn azure-monitor/reference/tables for the others.
COLUMNS = {
    "ContainerAppSystemLogs_CL": {
        "TimeGenerated", "ContainerAppName_s", "RevisionName_s", "ReplicaName_s", "Reason_s", "Type_s", "Log_s",
        "EventSource_s", "EnvironmentName_s", "JobName_s", "ExecutionName_s", "Count_d", "Level",
    },
    "ContainerAppSystemLogs": {
        "TimeGenerated", "ContainerAppName", "RevisionName", "ReplicaName", "EnvironmentName", "JobName", "Log",
        "Reason", "Location", "OperationName", "_ResourceId",
    },
    "AppRequests": {"TimeGenerated", "Name", "Success", "ResultCode", "DurationMs", "ItemCount", "Properties"},
    "AppMetrics": {"TimeGenerated", "Name", "Sum", "Min", "Max", "ItemCount", "Properties"},
}  # fmt: skip
WORKBOOK = json.loads((INFRA / "workbook" / "incidents.json").read_text("utf-8"))
QUERIES: dict[str, str] = {path.name: path.read_text("utf-8") for path in sorted((INFRA / "queries").glob("*.kql"))} | {
    item["name"]: item["content"]["query"] for item in WORKBOOK["items"] if item["type"] == 3
}
FACTS = {metric.name: {CONVENTIONS.get(fact, f"remediator.{fact}") for fact in metric.facts} for metric in METRICS}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_names_columns_that_are_there(name: str) -> None:
    """Every name in a query is a column of its table, or made by the query."""
    assert columns_of(QUERIES[name]) - COLUMNS[table_of(QUERIES[name])] == set()


@pytest.mark.parametrize("name", [name for name in QUERIES if table_of(QUERIES[name]) == "AppMetrics"])
def test_a_query_names_measures_that_are_measured(name: str) -> None:
    """The measures of a query are the program's, and so are the facts that it splits them by."""
    measures = set(re.findall(r"'(remediator\.[a-z.]+)'", re.sub(r"Properties\['[^']+'\]", "", QUERIES[name])))
    facts = set(re.findall(r"Properties\['([^']+)'\]", QUERIES[name]))
    assert measures and measures <= set(FACTS)
    assert facts - set().union(*(FACTS[measure] for measure in measures)) == set()


def test_the_workbook_shows_what_people_ask() -> None:
    """Incidents, minutes of exposure, time to mend and rules each have a query of their own; every item has a name."""
    text = "\n".join(QUERIES.values())
    for measure in ("incidents", "exposure", "mending", "signals"):
        assert f"'remediator.{measure}'" in text
    assert "remediator.rule" in text
    assert all(item["name"] for item in WORKBOOK["items"])
    assert {item["content"]["timeContextFromParameter"] for item in WORKBOOK["items"] if item["type"] == 3} == {"Time"}


# Rows of the system log (reason, text), and whether a pull has failed there.
ROWS = [
    ("ContainerTerminated", "Container \\u0027a\\u0027 was terminated and reason \\u0027ImagePullFailure\\u0027", True),
    ("ContainerTerminated", "Container 'a' was terminated with exit code '' and reason 'ImagePullFailure'. 403", True),
    ("ImagePullUnauthorized", "Container pull image failed with unauthorized error.", True),
    ("ContainerBackOff", 'Persistent Image Pull Errors for image "shop.azurecr.cn/web:1"', True),
    ("FetchingKeyVaultSecretFailed", "Failed to construct registry secret for registry 'shop.azurecr.io'", True),
    ("Failed", 'Failed to pull image "shop.azurecr.us/web:1": rpc error', True),
    ("BackOff", "Error: ImagePullBackOff", True),
    ("ContainerTerminated", "Container 'a' was terminated with exit code '0' and reason 'ManuallyStopped'", False),
    ("PulledImage", 'Successfully pulled image "shop.azurecr.io/web:1" in 1.61s.', False),
    ("FetchingKeyVaultSecretFailed", "Failed to fetch the secret db-password from the vault", False),
    ("RevisionReady", "Successfully provisioned revision web--1", False),
]


@pytest.mark.parametrize("name", ["pulls-custom-table.kql", "pulls-azure-monitor.kql"])
@pytest.mark.parametrize(("reason", "text", "failed"), ROWS)
def test_rows_of_failed_pulls_are_found(name: str, reason: str, text: str, failed: bool) -> None:
    """The conditions of the query take rows of failed pulls, whatever their type, and no others; so does the door."""
    (condition,) = re.findall(r"\| where (Reason in [\s\S]*?)\n\|", QUERIES[name])
    first, *others = re.split(r"\s+or ", condition)
    reasons = re.findall(r"'(\w+)'", first)
    words = [match[1] for other in others if (match := re.fullmatch(r"Text contains '([^']+)'", other))]
    assert len(words) == len(others)
    assert (reason in reasons or any(word.lower() in text.lower() for word in words)) is failed
    doubted = reason == "FetchingKeyVaultSecretFailed"  # the door takes any secret that could not be fetched
    assert read_row({"Reason": reason, "Log": text}).about_a_pull is (failed or doubted)


@pytest.mark.parametrize("cloud", ["io", "cn", "us"])
def test_the_registry_is_read_out_of_the_text(cloud: str) -> None:
    """The expression of both queries finds the registry's host in each cloud."""
    shapes = ("pulls-custom-table.kql", "pulls-azure-monitor.kql")
    (expression,) = {re.findall(r"extract\(@'([^']+)'", QUERIES[name])[0] for name in shapes}
    found = re.search(expression, f'failed to pull "contoso-album.azurecr.{cloud}/web:1"')
    assert found and found[1] == f"contoso-album.azurecr.{cloud}"


@needs_types
def test_the_workbook_is_the_file() -> None:
    """What is deployed is this file, as the portal reads it: a notebook of version 1.0."""
    made = story("least").one("Microsoft.Insights/workbooks").properties
    assert json.loads(made["serializedData"]) == WORKBOOK
    assert WORKBOOK["version"] == made["version"] == "Notebook/1.0"


@needs_types
def test_every_query_is_deployed() -> None:
    """Each file of queries is the query of a rule."""
    rules = story("whole").of("Microsoft.Insights/scheduledQueryRules")
    deployed = {one["query"] for rule in rules for one in rule.properties["criteria"]["allOf"]}
    assert deployed == {text for name, text in QUERIES.items() if name.endswith(".kql")}


@needs_types
def test_both_shapes_of_the_log_are_looked_at_in_each_workspace() -> None:
    """Each workspace of the list has a rule for each shape, in the region of the workspace."""
    rules = [r for r in story("whole").of("Microsoft.Insights/scheduledQueryRules") if "pulls" in r.body["name"]]
    looked = sorted(
        (
            rule.properties["scopes"][0],
            table_of(rule.properties["criteria"]["allOf"][0]["query"]),
            rule.body["location"],
        )
        for rule in rules
    )
    wanted = sorted(
        (one["id"], table, one.get("location", "westeurope"))
        for one in WHOLE["logWorkspaces"]
        for table in ("ContainerAppSystemLogs", "ContainerAppSystemLogs_CL")
    )
    assert looked == wanted


@needs_types
def test_a_rule_is_split_by_columns_of_its_query() -> None:
    """Every dimension of a rule is a column that its query gives: Azure Monitor would refuse another."""
    for rule in story("whole").of("Microsoft.Insights/scheduledQueryRules"):
        (criterion,) = rule.properties["criteria"]["allOf"]
        projected = criterion["query"].rstrip().rpartition("| project ")[2]
        given = {part.partition("=")[0].strip() for part in re.split(r",(?![^()]*\))", projected)}
        assert {one["name"] for one in criterion.get("dimensions", [])} <= given
        assert ("pulls" in rule.body["name"]) is bool(criterion.get("dimensions"))


def alert_of(rule: dict[str, Any], values: dict[str, str], condition: str = "Fired") -> dict[str, Any]:
    """What Azure Monitor sends for a rule, in the common schema (azure-facts 6.1)."""
    (criterion,) = rule["criteria"]["allOf"]
    dimensions = [{"name": one["name"], "value": values[one["name"]]} for one in criterion["dimensions"]]
    essentials = {
        "alertId": "/subscriptions/s/providers/Microsoft.AlertsManagement/alerts/1", "alertRule": rule["displayName"],
        "signalType": "Log", "monitorCondition": condition, "monitoringService": "Log Alerts V2",
        "alertTargetIDs": [rule["scopes"][0].lower()], "firedDateTime": "2026-11-28T08:00:00Z",
    }  # fmt: skip
    one = {"searchQuery": criterion["query"], "operator": "GreaterThan", "threshold": "0", "dimensions": dimensions}
    context = {"conditionType": "LogQueryCriteria", "condition": {"windowSize": "PT15M", "allOf": [one]}}
    data = {"essentials": essentials, "alertContext": context}
    return {"schemaId": "azureMonitorCommonAlertSchema", "data": data}


@needs_types
@pytest.mark.parametrize("shape", ["log-analytics", "azure-monitor"])
def test_an_alert_says_where_to_look(shape: str) -> None:
    """The dimensions of a rule's alert are those that the door reads: app, environment and registry; a Resolved one is
    passed over."""
    (rule,) = [
        one.properties
        for one in story("whole").of("Microsoft.Insights/scheduledQueryRules")
        if one.body["name"].endswith(shape) and one.body["location"] == "westeurope"
    ]
    values = {"App": "album", "Env": "cae-album", "Job": "", "Registry": "contosoalbum.azurecr.cn"}
    (signal,) = parse_alert(alert_of(rule, values))
    assert isinstance(signal, Signal)
    assert (signal.app, signal.environment, signal.registry_host) == ("album", "cae-album", "contosoalbum.azurecr.cn")
    (resolved,) = parse_alert(alert_of(rule, values, "Resolved"))
    assert isinstance(resolved, Ignored)


@needs_types
@pytest.mark.parametrize("name", [name for name in STORIES if STORIES[name][1].get("codeIsPublished")])
def test_who_is_told_of_what(name: str) -> None:
    """Pulls that fail call the program, trouble of the program itself writes to people."""
    groups = {one.body["name"]: one for one in story(name).of("Microsoft.Insights/actionGroups")}
    for rule in story(name).of("Microsoft.Insights/scheduledQueryRules"):
        called = "program" if "pulls" in rule.body["name"] else "operators"
        assert rule.properties["actions"]["actionGroups"] == [groups[f"prod-{called}"].id]
    for rule in story(name).of("Microsoft.Insights/metricAlerts"):
        assert [one["actionGroupId"] for one in rule.properties["actions"]] == [groups["prod-operators"].id]
    (door,) = groups["prod-program"].properties["webhookReceivers"]
    assert door["useCommonAlertSchema"] is True
    assert door.get("useAadAuth", False) is bool(STORIES[name][1].get("alertsCallerId"))


@needs_types
def test_the_program_itself_is_watched() -> None:
    """A poisoned message, a clock or sweep that stands still, doors or parts of a sweep that fail, what no event told,
    events that were dropped."""
    rules = {one.body["name"] for one in story("least").of("Microsoft.Insights/scheduledQueryRules")}
    watched = ("poison-queue", "clock-silent", "sweep-silent", "sweep-failing", "door-failing", "events-missed")
    assert rules == {f"prod-{name}" for name in watched}
    (dropped,) = story("least").of("Microsoft.Insights/metricAlerts")
    assert dropped.properties["criteria"]["allOf"][0]["metricName"] == "DroppedEventCount"
    for one in story("least").of("Microsoft.Insights/scheduledQueryRules"):
        if one.body["name"].endswith("-silent"):
            (criterion,) = one.properties["criteria"]["allOf"]
            assert (criterion["operator"], criterion["threshold"]) == ("LessThan", 1)


def test_every_request_is_kept_in_the_host_s_log() -> None:
    """The alerts count requests, so the host's sampling leaves none of them out."""
    host = json.loads((Path(INFRA).parent / "host.json").read_text("utf-8"))
    assert "Request" in host["logging"]["applicationInsights"]["samplingSettings"]["excludedTypes"].split(";")

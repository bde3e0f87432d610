"""What tells of changes: Event Grid's filters and activity-log alerts let exactly what counts through."""

from __future__ import annotations

import json
from typing import Any

import pytest

from remediator.core.cloud import cloud_named
from remediator.core.doctor import State
from remediator.core.doctor_wiring import Topic, Wiring, alerts, events
from remediator.core.signal import Signal
from remediator.facts.wiring import read_action_group, read_activity_rule, read_event_subscription, read_log_rule
from remediator.signals.concern import why_not
from remediator.signals.event_grid import parse_events
from remediator.signals.monitor_alert import parse_alert
from tests.infra.azure_types import needs_types
from tests.infra.deployment import HOME, INFRA
from tests.infra.places import Deployment
from tests.infra.stories import OTHER, STORIES, TOPIC, story
from tests.infra.values import shown

pytestmark = needs_types

OPERATIONS: dict[str, list[str]] = json.loads((INFRA / "operations.json").read_text("utf-8"))
KINDS = sorted({operation.rpartition("/")[0] for verb in ("write", "delete") for operation in OPERATIONS[verb]})
MOST = 25  # values in the filters of one event subscription (azure-facts 13)
LISTENING = [name for name in STORIES if STORIES[name][1].get("codeIsPublished")]
BY_EVENTS = [name for name in LISTENING if "China" not in name]


def bodies(deployment: Deployment, type_: str, subscription: str = "") -> list[dict[str, Any]]:
    """Resources of a type as Azure would show them, of one subscription or of all."""
    return [
        {"id": one.id, "name": one.body["name"], "properties": shown(one.properties)}
        for one in deployment.of(type_)
        if f"/subscriptions/{subscription}" in one.id
    ]


def url(deployment: Deployment) -> str:
    return str(deployment.outputs["DEPLOYED_URL"])


def lets(deployment: Deployment, operation: str, event_type: str) -> int:
    """How many event subscriptions of the home subscription deliver such an event."""
    ours = bodies(deployment, "Microsoft.EventGrid/systemTopics/eventSubscriptions", HOME)
    found = 0
    for one in ours:
        wanted = one["properties"]["filter"]
        (advanced,) = wanted["advancedFilters"]
        assert (advanced["key"], advanced["operatorType"]) == ("data.operationName", "StringBeginsWith")
        begins = any(operation.lower().startswith(value.lower()) for value in advanced["values"])
        found += begins and event_type in wanted["includedEventTypes"]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_comes_once_if_the_program_takes_it(kind: str) -> None:
    """A write or delete of a kind that counts is delivered once; what the program would ignore is not."""
    for verb in ("write", "delete"):
        type_ = f"Microsoft.Resources.Resource{verb.title()}Success"
        assert lets(story("least"), f"{kind}/{verb}", type_) == (why_not(f"{kind}/{verb}") is None)
        assert lets(story("least"), f"{kind}/{verb}", type_.replace("Success", "Failure")) == 0


@pytest.mark.parametrize(
    "operation",
    [
        "Microsoft.ContainerRegistry/registries/webhooks/write",
        "Microsoft.ContainerRegistry/registries/importImage/action",
        "Microsoft.Network/privateDnsZones/TXT/write",
        "Microsoft.Network/publicIPAddresses/write",
        "Microsoft.App/containerApps/revisions/restart/action",
        "Microsoft.Resources/deployments/write",
    ],
)
def test_noise_stays_outside(operation: str) -> None:
    """An operation that changes no pull path is neither delivered nor would it be taken."""
    types = [f"Microsoft.Resources.Resource{verb}Success" for verb in ("Write", "Delete", "Action")]
    assert [lets(story("least"), operation, type_) for type_ in types] == [0, 0, 0]
    assert why_not(operation) is not None


def test_the_list_is_the_program_s() -> None:
    """The operations are those of every kind that the program watches, no more and no less."""
    from remediator.signals.concern import _WATCHED

    assert {kind.lower() for kind in KINDS} == _WATCHED
    for verb in ("write", "delete"):
        assert {one for kind in KINDS if why_not(one := f"{kind}/{verb}") is None} == set(OPERATIONS[verb])
    assert set(OPERATIONS["deploy"]) == {"Microsoft.App/containerApps/write", "Microsoft.App/jobs/write"}


@pytest.mark.parametrize("name", BY_EVENTS)
def test_filters_keep_the_limits(name: str) -> None:
    """No event subscription has more values in its filters than Event Grid takes; events live as long as they may."""
    found = bodies(story(name), "Microsoft.EventGrid/systemTopics/eventSubscriptions")
    assert found
    for one in found:
        values = [value for filter_ in one["properties"]["filter"]["advancedFilters"] for value in filter_["values"]]
        assert 0 < len(values) <= MOST
        assert all(len(value) <= 512 for value in values)
        retry = one["properties"]["retryPolicy"]
        assert (retry["maxDeliveryAttempts"], retry["eventTimeToLiveInMinutes"]) == (30, 1440)


@pytest.mark.parametrize("operation", [*OPERATIONS["write"], *OPERATIONS["delete"]])
def test_the_trigger_takes_what_is_delivered(operation: str) -> None:
    """An event that passes the filter becomes a signal at the door."""
    kind, _, verb = operation.rpartition("/")
    names = "/".join(f"{part}/x" for part in kind.split("/")[1:])
    event = {
        "id": "1", "source": f"/subscriptions/{HOME}", "specversion": "1.0", "time": "2026-11-28T08:00:00Z",
        "type": f"Microsoft.Resources.Resource{verb.title()}Success",
        "subject": f"/subscriptions/{HOME}/resourceGroups/g/providers/{kind.split('/')[0]}/{names}",
        "data": {"operationName": operation, "status": "Succeeded"},
    }  # fmt: skip
    (parsed,) = parse_events(json.dumps(event))
    assert isinstance(parsed, Signal)


def test_a_topic_that_is_there_is_used() -> None:
    """A subscription that has a system topic gets no second one; ours is of the subscription and has no identity."""
    topics = story("whole").of("Microsoft.EventGrid/systemTopics")
    assert [(one.scope.subscription, one.properties["source"]) for one in topics] == [(HOME, f"/subscriptions/{HOME}")]
    assert all("identity" not in one.body and one.body["location"] == "global" for one in topics)
    theirs = bodies(story("whole"), "Microsoft.EventGrid/systemTopics/eventSubscriptions", OTHER)
    assert [one["id"].lower().startswith(TOPIC.lower()) for one in theirs] == [True, True]


def test_the_webhook_shows_a_token() -> None:
    """With `webhook`, Event Grid calls our address with a token of Entra; a function destination could not."""
    for one in bodies(
        story("webhook with a dead-letter account"), "Microsoft.EventGrid/systemTopics/eventSubscriptions"
    ):
        held = one["properties"]["destination"]["properties"]
        assert one["properties"]["destination"]["endpointType"] == "WebHook"
        assert held["azureActiveDirectoryApplicationIdOrUri"] == STORIES["whole"][1]["signInClientId"]


def test_dead_letters_are_off_unless_an_account_is_named() -> None:
    """Without an account nothing is laid down; with one, it is that account and never our own, which has no keys."""
    type_ = "Microsoft.EventGrid/systemTopics/eventSubscriptions"
    assert all("deadLetterDestination" not in one["properties"] for one in bodies(story("whole"), type_))
    with_one = story("webhook with a dead-letter account")
    own = with_one.one("Microsoft.Storage/storageAccounts").id
    for one in bodies(with_one, type_):
        assert one["properties"]["deadLetterDestination"]["properties"]["resourceId"] not in ("", own)


def test_the_activity_log_stands_for_events() -> None:
    """Where Event Grid has no subscription as source, alerts on the activity log name the same operations."""
    found = [
        read_activity_rule(one) for one in bodies(story("whole in China"), "Microsoft.Insights/activityLogAlerts", HOME)
    ]
    named = {rule.name: set(rule.operations) for rule in found}
    assert named["prod-changes-write"] == set(OPERATIONS["write"])
    assert named["prod-changes-delete"] == set(OPERATIONS["delete"])
    assert story("whole in China").of("Microsoft.EventGrid/systemTopics") == []


@pytest.mark.parametrize("name", LISTENING)
def test_failed_deployments_are_told_in_every_cloud(name: str) -> None:
    """The pull error of a deployment that failed is in the activity log alone: each subscription has that alert."""
    rules = bodies(story(name), "Microsoft.Insights/activityLogAlerts")
    failed = [
        one for one in rules if {"field": "status", "equals": "Failed"} in one["properties"]["condition"]["allOf"]
    ]
    groups = [
        one for one in story(name).of("Microsoft.Resources/resourceGroups") if one.body["name"] == "rg-prod-signals"
    ]
    assert len(failed) == len(groups) > 0


def test_an_alert_of_the_activity_log_becomes_a_signal() -> None:
    """What such an alert sends for each operation of its condition is taken at the door."""
    for operation in OPERATIONS["write"]:
        kind = operation.rpartition("/")[0]
        names = "/".join(f"{part}/x" for part in kind.split("/")[1:])
        target = f"/subscriptions/{HOME}/resourceGroups/g/providers/{kind.split('/')[0]}/{names}"
        essentials = {
            "alertId": "/x", "alertRule": "prod-changes-write", "monitorCondition": "Fired",
            "monitoringService": "Activity Log - Administrative", "alertTargetIDs": [target],
        }  # fmt: skip
        context = {"operationName": operation, "status": "Succeeded", "authorization": {"scope": target}}
        body = {
            "schemaId": "azureMonitorCommonAlertSchema",
            "data": {"essentials": essentials, "alertContext": context},
        }
        (parsed,) = parse_alert(body)
        assert isinstance(parsed, Signal)


@pytest.mark.parametrize("name", LISTENING)
def test_doctor_is_content(name: str) -> None:
    """What `remediator doctor` would read of these resources is judged to be right: events or alerts, and pulls."""
    deployment, cloud = story(name), cloud_named(STORIES[name][0])
    watched = sorted({one.scope.subscription for one in deployment.of("Microsoft.Insights/activityLogAlerts")})
    groups = [read_action_group(one, url(deployment)) for one in bodies(deployment, "Microsoft.Insights/actionGroups")]
    logs = [read_log_rule(one) for one in bodies(deployment, "Microsoft.Insights/scheduledQueryRules")]
    settings = deployment.one("Microsoft.Web/sites").properties["siteConfig"]["appSettings"]
    (callers,) = [one["value"] for one in settings if one["name"] == "REMEDIATOR_CALLERS"]
    for subscription in watched:
        activity = bodies(deployment, "Microsoft.Insights/activityLogAlerts", subscription)
        wiring = Wiring(
            tuple(group for group in groups if group), (*logs, *(read_activity_rule(one) for one in activity)), {}
        )
        delivering = bodies(deployment, "Microsoft.EventGrid/systemTopics/eventSubscriptions", subscription)
        topics = [Topic("t", tuple(read_event_subscription(one, url(deployment)) for one in delivering))]
        found = events(subscription, topics if delivering else [], wiring, cloud)
        assert found.state is (State.OK if delivering else State.SKIPPED), found.found
        if STORIES[name][1].get("logWorkspaces"):
            assert alerts(subscription, wiring, callers=bool(callers)).state is State.OK


def test_a_hundred_subscriptions_are_one_list() -> None:
    """Each subscription of the list has its role, its resource group, its topic with two deliveries and its alerts; the
    app, its storage and the action groups are there once."""
    hundred = story("a hundred subscriptions")
    count = {
        "Microsoft.EventGrid/systemTopics": 100, "Microsoft.EventGrid/systemTopics/eventSubscriptions": 200,
        "Microsoft.Insights/metricAlerts": 100, "Microsoft.Insights/activityLogAlerts": 100,
        "Microsoft.Web/sites": 1, "Microsoft.Storage/storageAccounts": 1, "Microsoft.Insights/actionGroups": 2,
    }  # fmt: skip
    assert {type_: len(hundred.of(type_)) for type_ in count} == count
    settings = {
        one["name"]: one["value"] for one in hundred.one("Microsoft.Web/sites").properties["siteConfig"]["appSettings"]
    }
    assert len(settings["REMEDIATOR_SUBSCRIPTIONS"].split(",")) == 100

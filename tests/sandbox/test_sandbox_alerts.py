"""Azure Monitor's alerts in the sandbox."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import SUB, Story

ALERTS = f"/subscriptions/{SUB}/providers/Microsoft.AlertsManagement/alerts"
ALERT = f"{ALERTS}/c37da162-ef73-4621-7a47-7ad188fcf000"
VERSION = "2019-05-05-preview"


def ask(story: Story, method: str, path: str) -> tuple[int, Any]:
    response = story.raw(method, path, version=VERSION)
    return response.status, json.loads(response.body)


def fired(story: Story, **essentials: str) -> None:
    story.azure.put({"id": ALERT, "properties": {"essentials": {"alertRule": "aca-image-pull", **essentials}}})


def test_an_alert_is_moved_and_remembers_it(story: Story) -> None:
    """New, then Acknowledged, then Closed: the alert shows its state, and its history who did it, newest first."""
    fired(story)
    for state in ("Acknowledged", "Closed"):
        status, body = ask(story, "POST", f"{ALERT}/changestate?newState={state}")
        assert (status, body["properties"]["essentials"]["alertState"]) == (200, state)
    assert ask(story, "GET", ALERT)[1]["properties"]["essentials"]["alertState"] == "Closed"
    done = ask(story, "GET", f"{ALERT}/history")[1]["properties"]["modifications"]
    assert [(one["oldValue"], one["newValue"]) for one in done] == [("Acknowledged", "Closed"), ("New", "Acknowledged")]


def test_alerts_are_listed_by_subscription(story: Story) -> None:
    """The list has those of the subscription, none that there are not."""
    assert ask(story, "GET", ALERTS) == (200, {"value": []})
    fired(story)
    assert [one["id"] for one in ask(story, "GET", ALERTS)[1]["value"]] == [ALERT]


@pytest.mark.parametrize("query", ["", "?newState=Opened", "?newState="])
def test_a_state_that_there_is_not_is_refused(story: Story, query: str) -> None:
    """Only the three states can be asked for."""
    fired(story)
    assert ask(story, "POST", f"{ALERT}/changestate{query}")[0] == 400


def test_an_alert_that_is_not_there(story: Story) -> None:
    """It can be neither read nor moved."""
    assert ask(story, "GET", ALERT)[0] == 404
    assert ask(story, "POST", f"{ALERT}/changestate?newState=Closed")[0] == 404
    assert ask(story, "GET", f"{ALERT}/history")[0] == 404


def test_moving_needs_its_own_action(story: Story) -> None:
    """Without `alerts/changestate/action` the change is refused in Azure's words."""
    fired(story)
    story.azure.permissions[""] = []
    status, body = ask(story, "POST", f"{ALERT}/changestate?newState=Closed")
    assert (status, "Microsoft.AlertsManagement/alerts/changestate/action" in body["error"]["message"]) == (403, True)

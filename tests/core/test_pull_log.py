"""Where the lines of apps are to be asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.core.pull_log import MOST_APPS, LogPlace, places_of
from remediator.core.snapshot import Consumer, Environment, Snapshot, Unknown
from tests.core.small_snapshots import an_id

WORKSPACE = "6f0a0000-0000-4000-8000-000000000001"
OTHER = an_id("Microsoft.OperationalInsights/workspaces", "log-central")


def environment(name: str, **more: str) -> Environment:
    """An environment whose log goes to the workspace."""
    logs = {"log_destination": "log-analytics", "log_workspace": WORKSPACE, **more}
    return Environment(an_id("Microsoft.App/managedEnvironments", name), "westeurope", None, **logs)


def snapshot(*environments: Environment, apps: int = 1) -> Snapshot:
    """Environments with as many apps in each."""
    found = [
        Consumer(an_id("Microsoft.App/containerApps", f"{home.id.name}-{number}"), "app", home.id, ())
        for home in environments
        for number in range(apps)
    ]
    return Snapshot(environments={home.id: home for home in environments}, consumers={app.id: app for app in found})


def test_apps_of_one_workspace_are_one_question() -> None:
    """Environments that log to one workspace are asked about together, by their names and those of their apps."""
    live = snapshot(environment("blue", domain="calm-a1.westeurope.azurecontainerapps.io"), environment("green"))
    assert places_of(live.consumers, live) == (
        LogPlace(WORKSPACE, ("blue", "calm-a1", "green"), ("blue-0", "green-0")),
    )


def test_many_apps_are_asked_about_by_their_environment() -> None:
    """Beyond a number of apps the question names none of them."""
    live = snapshot(environment("blue"), apps=MOST_APPS + 1)
    (place,) = places_of(live.consumers, live)
    assert place == LogPlace(WORKSPACE, ("blue",), ())


@pytest.mark.parametrize(("destination", "why"), [("azure-monitor", "goes to Azure Monitor"), ("", "is not kept")])
def test_a_log_that_goes_nowhere_is_unknown(destination: str, why: str) -> None:
    """Without a workspace there is nobody to ask, and the reason says where the log goes."""
    live = snapshot(environment("blue", log_destination=destination, log_workspace=""), environment("green"))
    known, unknown = places_of(live.consumers, live)
    assert isinstance(known, LogPlace)
    assert isinstance(unknown, Unknown)
    assert why in unknown.reason and "blue" in unknown.reason


def test_the_alerts_workspace_counts_where_the_environment_names_none() -> None:
    """The workspace of an alert is asked about environments that log to Azure Monitor, and about no others."""
    monitored = environment("blue", log_destination="azure-monitor", log_workspace="")
    live = snapshot(monitored, environment("green"))
    assert places_of(live.consumers, live, (OTHER,)) == (
        LogPlace(OTHER, ("blue",), ("blue-0",)),
        LogPlace(WORKSPACE, ("green",), ("green-0",)),
    )


def test_an_environment_that_was_not_read_is_unknown() -> None:
    """An app whose environment could not be read, and one that is not there, have no place, and there is no error."""
    live = snapshot(environment("blue"))
    (app,) = live.consumers
    unread = replace(live, environments={}, unreadable={live.consumers[app].environment: Unknown("no right")})  # type: ignore[dict-item]
    assert places_of([app, an_id("Microsoft.App/containerApps", "gone")], unread) == (
        Unknown("no right"),
        Unknown("an app whose environment is not known"),
    )

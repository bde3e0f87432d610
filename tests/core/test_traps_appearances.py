"""Traps of what merely looks well or ill: states that Azure prints, an app that runs, an endpoint that succeeded."""

from __future__ import annotations

from datetime import timedelta

import pytest

from remediator.core.pull_path import PullPath, Verdict
from remediator.core.verification import DEADLINE, Outcome, Proof, decide
from tests.core.breaks import APP, ENDPOINT, ENVIRONMENT, link_removed, set_status
from tests.core.diagnosing import diagnosed
from tests.estate_builder import EstateBuilder, healthy

GOOD = {
    "provisioningState": "Succeeded",
    "runningStatus": "Running",
    "latestRevisionName": "orders--2",
    "latestReadyRevisionName": "orders--2",
}
BAD = {
    "provisioningState": "Failed",
    "runningStatus": "Stopped",
    "latestRevisionName": "orders--2",
    "latestReadyRevisionName": "orders--1",
}


@pytest.mark.parametrize("build", [healthy, link_removed], ids=["a whole path", "a broken one"])
@pytest.mark.parametrize("states", [GOOD, BAD], ids=["said to be well", "said to be ill"])
def test_what_azure_says_of_an_apps_health_changes_nothing(build: type[EstateBuilder], states: dict[str, str]) -> None:
    """Provisioning and running states of app and environment stand beside a failing pull: the diagnosis is the same."""
    plain, builder = diagnosed(build()), build()
    for resource in (APP, ENVIRONMENT):
        builder.get(resource)["properties"].update(states)
    assert diagnosed(builder) == plain


def test_an_endpoint_that_succeeded_is_no_connection() -> None:
    """The endpoint's `provisioningState` is Succeeded while its connection waits, is refused or is cut off."""
    for status in ("Pending", "Rejected", "Disconnected"):
        builder = healthy()
        set_status(builder, status)
        assert builder.get(ENDPOINT)["properties"]["provisioningState"] == "Succeeded"
        assert diagnosed(builder).findings[0].rule == "endpoint-connection"


def path() -> PullPath:
    """The app's path, broken at the link."""
    (found,) = diagnosed(link_removed()).paths
    assert found.verdict is Verdict.BROKEN
    return found


@pytest.mark.parametrize(
    ("minutes", "outcome"),
    [(0, Outcome.WAIT), (6, Outcome.WAIT), (14, Outcome.WAIT), (DEADLINE.total_seconds() / 60, Outcome.HUMAN)],
)
def test_a_cure_is_given_the_time_of_caches_and_back_off(minutes: float, outcome: Outcome) -> None:
    """DNS answers, missing names and the puller's pauses outlast six minutes: nothing fails before fifteen."""
    asked = frozenset({path().key})
    found, _, _ = decide(frozenset(), (path(),), {}, 1, timedelta(minutes=minutes), asked=asked)
    assert found is outcome
    assert timedelta(minutes=10) <= DEADLINE <= timedelta(minutes=15)


def test_without_a_look_from_inside_nothing_but_the_model_is_claimed() -> None:
    """An app that answers is no proof (cached layers, old replicas): without a probe the proof is the model's."""
    (whole,) = diagnosed(healthy()).paths
    found = decide(frozenset(), (whole,), {}, 1, timedelta(), asked=frozenset({whole.key}))
    assert found[:2] == (Outcome.RESOLVED, Proof.MODEL)

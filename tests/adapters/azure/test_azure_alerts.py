"""An alert's state is changed as the applier, with the approved plan, forward, and only where we look."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import azure_estate as est
import pytest

from remediator.adapters.azure.alerts import AlertStates
from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.core.alert_state import ALERTS, Alert, AlertState
from remediator.core.change import Change, ChangeKind
from remediator.core.cloud import AZURE_CHINA
from remediator.core.desired import Decision, Way
from remediator.core.diagnosis import Diagnosis, Focus
from remediator.core.errors import Misconfigured, Rejected, Stale, Transient
from remediator.core.foresight import Foresight
from remediator.core.incident import Incident, Notice
from remediator.core.plan import Plan
from remediator.core.policy import Ruling
from remediator.core.resource_id import ResourceId
from remediator.sandbox.history import claims_of
from remediator.sandbox.transport import SandboxCredential, SandboxTransport

READER, APPLIER = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
SUB = "00000000-0000-0000-0000-000000000001"
ALERT = Alert(SUB, "c37da162-ef73-4621-7a47-7ad188fcf000")
NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
ZONE = Change(ChangeKind.CREATE_ZONE, ResourceId(est.ZONE), "create the zone", None, {"zone": "z"}, "dns-zone")


class Clock:
    def now(self) -> datetime:
        return NOW

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits")


def incident(decision: Decision = Decision.AUTO) -> Incident:
    """One whose plan the policy has let pass, or whose question is open."""
    ruling = Ruling(decision, Way.DIRECT, ())
    found = Diagnosis(Focus(), (), (), Plan((ZONE,)), Foresight(), ruling)
    return Incident("i1", ResourceId(est.REGISTRY), NOW, registries=(ResourceId(est.REGISTRY),), diagnosis=found)


def notice(state: AlertState, alert: Alert = ALERT) -> Notice:
    return Notice("alert-3", "alert", ALERTS, (("alert", alert.path), ("state", state.value)))


class Monitor:
    """A sandbox with one alert, the channel on it, and who asked for what."""

    def __init__(self, watched: tuple[str, ...] = (SUB.upper(),), **essentials: Any) -> None:
        held = {"severity": "Sev2", "monitorCondition": "Fired", **essentials}
        self.azure = est.small_azure([*est.healthy(), {"id": ALERT.path, "properties": {"essentials": held}}])
        self.asked: list[tuple[str, str]] = []
        self.made: list[str] = []
        handle = self.azure.handle

        def noting(method, url, headers, body):
            sent = {name.lower(): value for name, value in headers.items()}
            self.asked.append((claims_of(sent["authorization"])["appid"], method))
            return handle(method, url, headers, body)

        self.azure.handle = noting
        self.channel = AlertStates(lambda: self.arm(READER), self.writing, lambda: watched, Clock())

    def arm(self, client: str) -> Arm:
        return Arm(ArmAccess(SandboxCredential(client), AZURE_CHINA, transport=SandboxTransport(self.azure)))

    def writing(self, approved) -> Arm:
        self.made.append(approved.digest)
        return self.arm(APPLIER)

    @property
    def state(self) -> str:
        body = self.azure.resource(ALERT.path)
        assert body is not None
        return str(body["properties"]["essentials"].get("alertState"))

    def history(self) -> list[tuple[str, str, str]]:
        headers = {"Authorization": "Bearer t"}
        url = f"https://x{ALERT.path}/history?api-version=2019-05-05-preview"
        found = json.loads(self.azure.handle("GET", url, headers, b"").body)["properties"]["modifications"]
        return [(one["oldValue"], one["newValue"], one["modifiedBy"]) for one in found]


def test_acknowledged_and_closed_as_the_applier() -> None:
    """The state is read as the reader and changed as the applier, with the approved plan; the history has both."""
    monitor = Monitor(alertState="New")
    for state in (AlertState.ACKNOWLEDGED, AlertState.CLOSED):
        monitor.channel.deliver(notice(state), incident())
    assert monitor.state == "Closed"
    assert monitor.asked == [(READER, "GET"), (APPLIER, "POST")] * 2
    assert len(monitor.made) == 2
    assert monitor.history() == [("Acknowledged", "Closed", APPLIER), ("New", "Acknowledged", APPLIER)]


@pytest.mark.parametrize("state", ["Closed", "Acknowledged"])
def test_what_somebody_did_before_stands(state: str) -> None:
    """An alert that is as far already is left alone, and no credential is made for it."""
    monitor = Monitor(alertState=state)
    monitor.channel.deliver(notice(AlertState.ACKNOWLEDGED), incident())
    assert (monitor.state, monitor.made, monitor.azure.writes) == (state, [], [])


def test_without_an_approved_plan_nothing_is_written() -> None:
    """An incident whose approval is void by then leaves the alert."""
    monitor = Monitor(alertState="New")
    with pytest.raises(Rejected) as refused:
        monitor.channel.deliver(notice(AlertState.ACKNOWLEDGED), incident(Decision.ASK))
    assert refused.value.code == "alert-not-approved"
    assert (monitor.made, monitor.azure.writes) == ([], [])


@pytest.mark.parametrize("watched", [("11111111-1111-4111-8111-111111111111",), ()])
def test_an_alert_elsewhere_is_not_touched(watched: tuple[str, ...]) -> None:
    """A payload may name an alert of any subscription: only one that is looked at is even read."""
    elsewhere = replace(ALERT, subscription="99999999-9999-4999-8999-999999999999")
    monitor = Monitor(watched)
    with pytest.raises(Rejected) as refused:
        monitor.channel.deliver(notice(AlertState.CLOSED, elsewhere), incident())
    assert refused.value.code == "alert-not-ours"
    assert monitor.asked == []


def test_where_everything_is_looked_at_the_registrys_own_subscription_counts() -> None:
    """Without a list of subscriptions an alert of the registry's own is followed."""
    monitor = Monitor((), alertState="New")
    monitor.channel.deliver(notice(AlertState.ACKNOWLEDGED), incident())
    assert monitor.state == "Acknowledged"


def test_a_notice_of_another_kind_is_refused() -> None:
    """What names no alert and no state is not guessed at."""
    with pytest.raises(Rejected, match="alert-not-ours"):
        Monitor().channel.deliver(Notice("k", "resolved", ALERTS), incident())


def test_refusals_are_told() -> None:
    """A missing action is named; an alert that is gone is stale; a busy service is asked again later."""
    monitor = Monitor(alertState="New")
    monitor.azure.permissions.update({READER: {"*"}, APPLIER: set()})
    with pytest.raises(Misconfigured, match=r"alerts/changestate/action"):
        monitor.channel.deliver(notice(AlertState.CLOSED), incident())
    monitor.azure.permissions.clear()
    monitor.azure.remove(ALERT.path)
    with pytest.raises(Stale):
        monitor.channel.deliver(notice(AlertState.CLOSED), incident())
    monitor.azure.faults.throttle(50, retry_after=60)
    with pytest.raises(Transient):
        monitor.channel.deliver(notice(AlertState.CLOSED), incident())

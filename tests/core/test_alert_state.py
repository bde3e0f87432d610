"""What becomes of an alert: which one is meant, when it changes, and that it never goes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from remediator.core.alert_state import (
    ALERTS,
    Alert,
    AlertState,
    Follow,
    alert_named,
    alert_notices,
    alert_of,
    is_forward,
    wanted_state,
)
from remediator.core.incident import Incident, Notice, Status
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
SUB, NAME = "0a0a0a0a-1111-4222-8333-444444444444", "c37da162-ef73-4621-7a47-7ad188fcf000"
ID = f"/subscriptions/{SUB}/providers/Microsoft.AlertsManagement/alerts/{NAME}"
SIGNAL = Signal(SignalSource.ALERT, f"{ID}#0")


def in_status(*statuses: Status, signals: tuple[Signal, ...] = (SIGNAL,)) -> Incident:
    incident = Incident("i1", ResourceId("/subscriptions/s/r"), NOW, signals=signals)
    for status in statuses:
        incident = incident.to(status, NOW, "on")
    return incident


def states(before: Incident | None, after: Incident, follow: Follow = Follow.CLOSE) -> list[tuple[str, str]]:
    found = [wanted_state(notice) for notice in alert_notices(before, after, follow)]
    return [(one[0].path, one[1].value) for one in found if one is not None]


@pytest.mark.parametrize(
    "text",
    [
        ID,
        f"{ID}#row3",
        ID.upper(),
        f"/subscriptions/{SUB}/resourceGroups/rg/providers/microsoft.operationalinsights/workspaces/w"
        f"/providers/Microsoft.AlertsManagement/alerts/{NAME}",
    ],
)
def test_an_id_of_an_alert(text: str) -> None:
    """In any casing, of the subscription or below a resource: the subscription and the alert's own GUID are taken."""
    assert alert_named(text) == Alert(SUB, NAME)
    assert Alert(SUB, NAME).path == ID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alert:3f9c",
        f"https://evil.example{ID}",
        f"{ID}/changestate?newState=Closed",
        f"{ID}/../../x",
        f"/subscriptions/xxx/providers/Microsoft.AlertsManagement/alerts/{NAME}",
        f"/subscriptions/{SUB}/providers/Microsoft.AlertsManagement/alerts/1234abcd5678efgh",
        f"/subscriptions/{SUB}/providers/Microsoft.AlertsManagement/alerts/{NAME}\nx",
        f"/subscriptions/{SUB}/{'a/' * 300}providers/Microsoft.AlertsManagement/alerts/{NAME}",
    ],
)
def test_what_is_no_id_of_an_alert(text: str) -> None:
    """Anything else that a payload may call an alert's id is not followed."""
    assert alert_named(text) is None


def test_only_an_alert_has_an_alert() -> None:
    """An event or a person's request with such an id has none; of several alerts the first counts."""
    event, other = replace(SIGNAL, source=SignalSource.EVENT_GRID), Signal(SignalSource.ALERT, "alert:1")
    assert alert_of(in_status(signals=(event,))) is None
    assert alert_of(in_status(signals=(event, other, SIGNAL))) == Alert(SUB, NAME)


def test_acknowledged_with_the_approval_and_closed_with_the_resolution() -> None:
    """Nothing before the yes; then Acknowledged; then Closed once the incident is resolved."""
    planned = in_status(Status.PLANNED)
    approved = planned.to(Status.APPROVED, NOW, "yes")
    applied = approved.to(Status.APPLYING, NOW, "on").to(Status.APPLIED, NOW, "on")
    resolved = applied.to(Status.RESOLVED, NOW, "whole")
    assert states(None, planned) == []
    assert states(planned, approved) == [(ID, "Acknowledged")]
    assert states(approved, applied) == []
    assert states(applied, resolved) == [(ID, "Closed")]
    assert states(applied, resolved, Follow.ACKNOWLEDGE) == []
    assert states(planned, approved, Follow.OFF) == []


@pytest.mark.parametrize("end", [Status.NO_DRIFT, Status.REPORTED, Status.NEEDS_HUMAN])
def test_an_incident_without_an_approved_plan_leaves_its_alert(end: Status) -> None:
    """What ends otherwise leaves the alert to whoever is on call."""
    opened = in_status()
    assert states(opened, opened.to(end, NOW, "over")) == []


def test_the_alert_that_was_acknowledged_is_the_one_that_is_closed() -> None:
    """However many signals came since and pushed the first one out."""
    planned = in_status(Status.PLANNED)
    approved = planned.to(Status.APPROVED, NOW, "yes")
    approved = approved.notify(*alert_notices(planned, approved, Follow.CLOSE))
    other = Signal(SignalSource.ALERT, ID.replace("c37da162", "d48eb273"))
    applied = replace(approved, signals=(other,)).to(Status.APPLYING, NOW, "on").to(Status.APPLIED, NOW, "on")
    assert states(applied, applied.to(Status.RESOLVED, NOW, "whole")) == [(ID, "Closed")]


def test_a_repeat_is_the_same_notice() -> None:
    """The same transition gives the same key, so that it is asked for once."""
    planned = in_status(Status.PLANNED)
    approved = planned.to(Status.APPROVED, NOW, "yes")
    (one,), (two,) = (alert_notices(planned, approved, Follow.CLOSE) for _ in range(2))
    assert (one, one.channel) == (two, ALERTS)
    assert wanted_state(Notice("k", "resolved", "mail")) is None


@pytest.mark.parametrize(
    ("current", "wanted", "forward"),
    [
        ("New", AlertState.ACKNOWLEDGED, True),
        ("new", AlertState.CLOSED, True),
        ("Acknowledged", AlertState.CLOSED, True),
        ("Acknowledged", AlertState.ACKNOWLEDGED, False),
        ("Closed", AlertState.ACKNOWLEDGED, False),
        ("Closed", AlertState.CLOSED, False),
        ("", AlertState.CLOSED, False),
        ("Odd", AlertState.CLOSED, False),
    ],
)
def test_a_state_only_goes_forward(current: str, wanted: AlertState, forward: bool) -> None:
    """What a person has closed is not opened again, and a state that is not known is not touched."""
    assert is_forward(current, wanted) is forward

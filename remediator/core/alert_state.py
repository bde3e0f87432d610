"""What becomes of the Azure Monitor alert behind an incident? Acknowledged with the approval, closed at the end.

Both are writes, on the alert and not on the estate, and both are made with an approved plan of ours and never without
([ADR 7](docs/adr/0007-an-alert-follows-an-approved-plan.md)). The alert's id comes from outside: of it two GUIDs are
used and nothing else. `flow/heard` asks at each save; `adapters/azure/alerts` delivers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from remediator.core.incident import Incident, JournalLine, Notice, Status
from remediator.core.signal import SignalSource

ALERTS = "alerts"  # the channel of these notices
_GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# The parser of alerts puts the number of a condition or row behind the id.
_ALERT = re.compile(
    rf"/subscriptions/({_GUID})/(?:[\w.()/-]{{1,400}}/)?providers/microsoft\.alertsmanagement/alerts/({_GUID})(?:#\w*)?",
    re.IGNORECASE | re.ASCII,
)


class Follow(StrEnum):
    """How far an alert follows its incident."""

    OFF = "off"
    ACKNOWLEDGE = "acknowledge"
    CLOSE = "close"


class AlertState(StrEnum):
    """The states of an alert in Azure Monitor, in the order in which one is left for the next."""

    NEW = "New"
    ACKNOWLEDGED = "Acknowledged"
    CLOSED = "Closed"


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert of a subscription; both ids are GUIDs in lower case."""

    subscription: str
    name: str

    @property
    def path(self) -> str:
        """Its resource id."""
        return f"/subscriptions/{self.subscription}/providers/Microsoft.AlertsManagement/alerts/{self.name}"


def alert_named(text: str) -> Alert | None:
    """The alert that an id from outside names, None where it is no id of an alert."""
    found = _ALERT.fullmatch(text.strip())
    return Alert(found[1].lower(), found[2].lower()) if found else None


def alert_of(incident: Incident) -> Alert | None:
    """The first alert that the incident knows of."""
    ids = (signal.id for signal in incident.signals if signal.source is SignalSource.ALERT)
    return next((alert for one in ids if (alert := alert_named(one)) is not None), None)


def alert_notices(before: Incident | None, after: Incident, follow: Follow) -> tuple[Notice, ...]:
    """What is to be said of the alert since `before`: acknowledged with an approval, closed with a resolution."""
    if follow is Follow.OFF:
        return ()
    known = len(before.journal) if before else 0
    wanted = [(n, s) for n, line in enumerate(after.journal[known:], known + 1) if (s := _state(line, follow))]
    alert = _followed(after) or alert_of(after) if wanted else None
    if alert is None:
        return ()
    return tuple(
        Notice(
            f"alert-{number}", f"alert-{state.value.lower()}", ALERTS, (("alert", alert.path), ("state", state.value))
        )
        for number, state in wanted
    )


def wanted_state(notice: Notice) -> tuple[Alert, AlertState] | None:
    """The alert of a notice and the state that it shall have; None where the notice is another one."""
    told = dict(notice.parameters)
    alert, state = alert_named(told.get("alert", "")), told.get("state", "")
    return (alert, AlertState(state)) if alert is not None and state in list(AlertState) else None


def is_forward(current: str, wanted: AlertState) -> bool:
    """Whether the alert has not come as far by itself: what a person has closed is not opened again."""
    order = [state.value.lower() for state in AlertState]
    return current.lower() in order and order.index(current.lower()) < order.index(wanted.value.lower())


def _state(line: JournalLine, follow: Follow) -> AlertState | None:
    if line.status is Status.APPROVED:
        return AlertState.ACKNOWLEDGED
    return AlertState.CLOSED if line.status is Status.RESOLVED and follow is Follow.CLOSE else None


def _followed(incident: Incident) -> Alert | None:
    """The alert that was acknowledged: its signal may have been pushed out by others since."""
    told = (wanted_state(notice) for notice in incident.outbox if notice.channel == ALERTS)
    return next((found[0] for found in told if found is not None), None)

"""How does an Azure Monitor alert get another state? `ports.Channel` on Microsoft.AlertsManagement.

Delivered from the outbox like any notice, again and again until it is done. The state is read as the reader and changed
as the applier, whose connection is made with the incident's approved plan; an alert in a subscription that we do not
look at is not touched. API 2019-05-05-preview, Alerts - Change State; actions as in `core/permissions`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from remediator.adapters.azure.arm import Arm
from remediator.core.alert_state import Alert, AlertState, is_forward, wanted_state
from remediator.core.approval import ApprovedPlan, NotApproved
from remediator.core.errors import Rejected
from remediator.core.incident import Incident, Notice
from remediator.ports import Clock

KIND = "Microsoft.AlertsManagement/alerts"
DOING = "changing the state of the alert"


class AlertStates:
    """`ports.Channel` for what an incident makes of its alert. `watched` gives the subscriptions that are looked at,
    () for all that can be seen: then those of the incident's own registries count."""

    def __init__(
        self,
        reading: Callable[[], Arm],
        writing: Callable[[ApprovedPlan], Arm],
        watched: Callable[[], Sequence[str]],
        clock: Clock,
    ) -> None:
        self._reading, self._writing, self._watched, self._clock = reading, writing, watched, clock

    def deliver(self, notice: Notice, incident: Incident) -> None:
        """As `ports.Channel.deliver`; nothing is written where the alert is as far already.

        `Rejected("alert-not-ours")` for an alert that we do not follow, `Rejected("alert-not-approved")` where there
        is no approved plan any more.
        """
        wanted = wanted_state(notice)
        if wanted is None:
            raise Rejected("alert-not-ours", f"{DOING}: the notice {notice.key} names none")
        alert, state = wanted
        self._check(alert, incident)
        reading = self._reading()
        if is_forward(_state_of(reading.get(alert.path)), state):
            self._change(alert, state, incident, reading.version(KIND))

    def _check(self, alert: Alert, incident: Incident) -> None:
        subscriptions = self._watched() or [registry.subscription for registry in incident.registries]
        if alert.subscription not in {one.lower() for one in subscriptions}:
            raise Rejected(
                "alert-not-ours",
                f"{DOING} {alert.name}: its subscription {alert.subscription} is not looked at",
                hint="REMEDIATOR_SUBSCRIPTIONS or the desired state names the subscriptions that are looked at",
            )

    def _change(self, alert: Alert, state: AlertState, incident: Incident, version: str) -> None:
        approved = incident.approved(self._clock.now())
        if isinstance(approved, NotApproved):
            raise Rejected("alert-not-approved", f"{DOING} {alert.name}: {approved.reason}")
        writing = self._writing(approved)
        try:
            writing.act(DOING, f"{alert.path}/changestate", version, query={"newState": state.value})
        finally:
            writing.close()


def _state_of(body: dict[str, Any]) -> str:
    held = body.get("properties")
    essentials = held.get("essentials") if isinstance(held, dict) else None
    return str(essentials.get("alertState") or "") if isinstance(essentials, dict) else ""

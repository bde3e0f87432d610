"""Which actions does neither a diagnosis nor a change need, but something that an operator has asked for?

By a document or a setting, or by the command `doctor`. Beside `permissions`, which tells of all the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beside:
    """An action that no change needs, but something that an operator has asked for by a document or a setting.

    `data` says that a role lists it among its data actions.
    """

    name: str
    who: str
    action: str
    why: str
    data: bool = False


_APP = "Microsoft.App"
BESIDE: tuple[Beside, ...] = (
    Beside("probe", "applier", f"{_APP}/jobs/start/action", "starting a probe that the desired state names"),
    Beside("probe", "reader", f"{_APP}/jobs/executions/read", "finding the executions of a probe's job"),
    Beside("probe", "reader", f"{_APP}/jobs/execution/read", "how an execution of it has ended"),
    Beside(
        "probe",
        "reader",
        "Microsoft.OperationalInsights/workspaces/query/ContainerAppConsoleLogs/read",
        "what it printed, without _CL",
    ),
    Beside("restart", "applier", f"{_APP}/containerApps/revisions/restart/action", "restarting what still waits"),
    Beside("restart", "reader", f"{_APP}/containerApps/revisions/replicas/read", "whether a replica still waits"),
    Beside("alerts", "reader", "Microsoft.AlertsManagement/alerts/read", "whether somebody was there before"),
    Beside(
        "alerts",
        "applier",
        "Microsoft.AlertsManagement/alerts/changestate/action",
        "acknowledging and closing the alert behind an incident",
    ),
    *(
        Beside("doctor", "reader", action, why)
        for action, why in (
            ("Microsoft.EventGrid/systemTopics/read", "whether changes come as events"),
            ("Microsoft.EventGrid/systemTopics/eventSubscriptions/read", "which operations come as events"),
            ("Microsoft.Insights/actionGroups/read", "whether alerts call us"),
            ("Microsoft.Insights/scheduledQueryRules/read", "which log alerts call us"),
            ("Microsoft.Insights/activityLogAlerts/read", "which activity-log alerts call us"),
            ("Microsoft.Resources/subscriptions/providers/read", "which api-versions the cloud has"),
            ("Microsoft.Web/sites/read", "on which plan and Python we run"),
            ("Microsoft.Web/sites/config/read", "which TLS our app takes"),
            ("Microsoft.Web/serverfarms/read", "on which plan we run"),
        )
    ),
    Beside("events", "reader", "Microsoft.EventGrid/events/send/action", "publishing to the topic", data=True),
)


def beside_actions(who: str, names: Iterable[str], *, data: bool = False) -> tuple[str, ...]:
    """The actions, or data actions, that the reader or the applier (`who`) needs besides for what is named."""
    wanted = set(names)
    return tuple(one.action for one in BESIDE if one.who == who and one.name in wanted and one.data is data)

"""What does Azure Monitor send? A log alert (V2) in the common alert schema, as an action group posts it.

Such an alert carries no rows: its dimensions name the app, and the rule's author passes the log line on as a custom
property (azure-facts 6).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

QUERY = 'ContainerAppSystemLogs | where Log has "ImagePullFailure" | summarize count() by ContainerAppName'


def log_alert(subscription: str, group: str, app: str, log_line: str, at: datetime) -> dict[str, Any]:
    """The alert for one app's log line."""
    moment = at.isoformat().replace("+00:00", "Z")
    workspace = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/microsoft.operationalinsights"
    condition = {
        "searchQuery": QUERY,
        "metricMeasureColumn": None,
        "targetResourceTypes": "['Microsoft.OperationalInsights/workspaces']",
        "operator": "GreaterThan",
        "threshold": "0",
        "timeAggregation": "Count",
        "dimensions": [{"name": "ContainerAppName", "value": app}],
        "metricValue": 1.0,
        "failingPeriods": {"numberOfEvaluationPeriods": 1, "minFailingPeriodsToAlert": 1},
    }
    return {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {
            "essentials": {
                "alertId": f"/subscriptions/{subscription}/providers/Microsoft.AlertsManagement/alerts/image-pull",
                "alertRule": "image-pull-failures",
                "severity": "Sev1",
                "signalType": "Log",
                "monitorCondition": "Fired",
                "monitoringService": "Log Alerts V2",
                "alertTargetIDs": [f"{workspace}/workspaces/logs"],
                "firedDateTime": moment,
                "essentialsVersion": "1.0",
                "alertContextVersion": "1.0",
            },
            "alertContext": {
                "conditionType": "LogQueryCriteria",
                "condition": {"windowSize": "PT5M", "allOf": [condition], "windowEndTime": moment},
            },
            "customProperties": {"logLine": log_line},
        },
    }

"""What Azure sends to the doors, made for these tests: one registry of the sandbox's first estate."""

from __future__ import annotations

from typing import Any

SUBSCRIPTION = "/subscriptions/4f1e2d3c-0001-4a00-8b00-00000000c001"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-album"
REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/contosoalbum"
APP = f"{GROUP}/providers/Microsoft.App/containerApps/album"
PULL_ERROR = (
    "Container 'album' was terminated with exit code '' and reason 'ImagePullFailure'. Pull image: "
    "contosoalbum.azurecr.cn/album:v1 failed with exit code: 1, error: failed to authorize: failed to fetch anonymous "
    "token: unexpected status from GET request to https://contosoalbum.azurecr.cn/oauth2/token?scope=repository%3Aalbum"
    "%3Apull&service=contosoalbum.azurecr.cn: 403 Forbidden"
)


def log_alert() -> dict[str, Any]:
    """A log search alert (V2, common alert schema) whose dimensions carry app and text."""
    dimensions = [
        {"name": "ContainerAppName", "value": "album"},
        {"name": "Reason", "value": "ContainerTerminated"},
        {"name": "Msg", "value": PULL_ERROR},
    ]
    condition = {"searchQuery": "ContainerAppSystemLogs", "dimensions": dimensions, "metricValue": 3.0}
    return _alert(
        "Log Alerts V2",
        {"conditionType": "LogQueryCriteria", "condition": {"windowSize": "PT5M", "allOf": [condition]}},
        targets=[f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs"],
    )


def activity_alert() -> dict[str, Any]:
    """An activity log alert: somebody wrote the registry; claims come as JSON text."""
    return _alert(
        "Activity Log - Administrative",
        {
            "authorization": {"action": "Microsoft.ContainerRegistry/registries/write", "scope": REGISTRY},
            "claims": '{"appid":"11111111-1111-4111-8111-111111111111"}',
            "operationName": "Microsoft.ContainerRegistry/registries/write",
            "status": "Succeeded",
            "eventTimestamp": "2026-01-01T00:00:00Z",
        },
        targets=[REGISTRY.lower()],
    )


def event(number: int = 1) -> dict[str, Any]:
    """A write of the registry as Event Grid's own schema tells it."""
    return {
        "id": f"event-{number}",
        "topic": SUBSCRIPTION,
        "subject": REGISTRY,
        "eventType": "Microsoft.Resources.ResourceWriteSuccess",
        "eventTime": "2026-01-01T00:00:00.0000000Z",
        "data": _written(),
        "dataVersion": "2",
        "metadataVersion": "1",
    }


def cloud_event(number: int = 1) -> dict[str, Any]:
    """The same write as a CloudEvent."""
    return {
        "specversion": "1.0",
        "id": f"event-{number}",
        "source": SUBSCRIPTION,
        "subject": REGISTRY,
        "type": "Microsoft.Resources.ResourceWriteSuccess",
        "time": "2026-01-01T00:00:00.0000000Z",
        "data": _written(),
    }


def validation() -> dict[str, Any]:
    """Event Grid asks whether the webhook is ours."""
    return {
        "id": "validation-1",
        "topic": SUBSCRIPTION,
        "subject": "",
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "eventTime": "2026-01-01T00:00:00Z",
        "data": {"validationCode": "512d38b6", "validationUrl": "https://example.net/never-followed"},
        "dataVersion": "1",
    }


def _written() -> dict[str, Any]:
    return {
        "authorization": {"action": "Microsoft.ContainerRegistry/registries/write", "scope": REGISTRY},
        "claims": {"appid": "11111111-1111-4111-8111-111111111111"},
        "operationName": "Microsoft.ContainerRegistry/registries/write",
        "resourceUri": REGISTRY,
        "status": "Succeeded",
    }


def _alert(service: str, context: dict[str, Any], *, targets: list[str]) -> dict[str, Any]:
    essentials = {
        "alertId": f"{SUBSCRIPTION}/providers/Microsoft.AlertsManagement/alerts/a1",
        "alertRule": "image pulls fail",
        "monitorCondition": "Fired",
        "monitoringService": service,
        "alertTargetIDs": targets,
        "firedDateTime": "2026-01-01T00:00:00Z",
    }
    return {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {"essentials": essentials, "alertContext": context, "customProperties": {}},
    }

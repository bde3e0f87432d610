"""A deployment of ours as Azure shows it: events, alerts, the app with its plan, identities with their roles."""

from __future__ import annotations

from typing import Any

from remediator.core import doctor_wiring

URL = "https://remediator.contoso.example"
READER_ID = "aaaaaaaa-0000-4000-8000-000000000001"
SUB = "4f1e2d3c-0001-4a00-8b00-00000000c001"
HOME = f"/subscriptions/{SUB}/resourceGroups/rg-album/providers"
TOPIC = f"{HOME}/Microsoft.EventGrid/systemTopics/topic"
GROUP = f"{HOME}/Microsoft.Insights/actionGroups/ag"
PLAN = f"{HOME}/Microsoft.Web/serverfarms/plan"


def body(rid: str, properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A resource as ARM shows it."""
    parts = rid.split("/providers/")[-1].split("/")
    kind = "/".join((parts[0], *parts[1::2]))
    return {"id": rid, "name": parts[-1], "type": kind, "location": "global", "properties": properties, **more}


def wired() -> list[dict[str, Any]]:
    """A deployment of ours: events, alerts, the app and its plan."""
    by_prefix = {
        "operatorType": "StringBeginsWith",
        "key": "data.operationName",
        "values": ["Microsoft.ContainerRegistry/registries", "Microsoft.Network/", "Microsoft.App/"],
    }
    function = f"{HOME}/Microsoft.Web/sites/app/functions/events"
    return [
        body(TOPIC, {"topicType": "Microsoft.Resources.Subscriptions", "source": f"/subscriptions/{SUB.upper()}"}),
        body(
            f"{TOPIC}/eventSubscriptions/to-us",
            {
                "destination": {"endpointType": "AzureFunction", "properties": {"resourceId": function}},
                "filter": {"includedEventTypes": list(doctor_wiring.EVENT_TYPES), "advancedFilters": [by_prefix]},
                "provisioningState": "Succeeded",
            },
        ),
        body(
            GROUP,
            {
                "enabled": True,
                "webhookReceivers": [
                    {"name": "us", "serviceUri": f"{URL}/api/alerts?code=hidden", "useAadAuth": False}
                ],
            },
        ),
        body(
            f"{HOME}/Microsoft.Insights/scheduledQueryRules/failed-pulls",
            {
                "enabled": True,
                "actions": {"actionGroups": [GROUP.lower()]},
                "criteria": {"allOf": [{"dimensions": [{"name": "App", "operator": "Include", "values": ["*"]}]}]},
            },
        ),
        body(
            f"{HOME}/Microsoft.Web/sites/app",
            {
                "defaultHostName": "remediator.contoso.example",
                "serverFarmId": PLAN,
            },
            kind="functionapp,linux",
        ),
        body(f"{HOME}/Microsoft.Web/sites/app/config/web", {"linuxFxVersion": "Python|3.13", "minTlsVersion": "1.2"}),
        body(PLAN, {}, sku={"name": "EP1"}),
    ]


WRITER_ID = "bbbbbbbb-0000-4000-8000-000000000002"
ROLE = f"/subscriptions/{SUB}/providers/Microsoft.Authorization/roleDefinitions/dddddddd-0000-4000-8000-000000000004"


def assigned(client: str, principal: str, actions: tuple[str, ...]) -> list[dict[str, Any]]:
    """An identity with one role on the resource group."""
    group = f"/subscriptions/{SUB}/resourceGroups/rg-album"
    held = {"scope": group, "principalId": principal, "principalType": "ServicePrincipal", "roleDefinitionId": ROLE}
    return [
        body(
            f"{HOME}/Microsoft.ManagedIdentity/userAssignedIdentities/id-{client[:4]}",
            {"clientId": client, "principalId": principal},
        ),
        body(f"{group}/providers/Microsoft.Authorization/roleAssignments/{principal}", held),
        body(ROLE, {"permissions": [{"actions": list(actions), "notActions": []}]}),
    ]

"""Deployments that together make everything that infra/ can make: the parameters of each, and the cloud."""

from __future__ import annotations

from functools import cache
from typing import Any

from tests.infra.deployment import HOME, deploy
from tests.infra.places import Deployment

OTHER, THIRD = "22222222-2222-2222-2222-222222222222", "33333333-3333-3333-3333-333333333333"
CLIENT = "44444444-4444-4444-4444-444444444444"
SUBNETS = f"/subscriptions/{HOME}/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/hub/subnets"
ZONES = f"/subscriptions/{OTHER}/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones"
TOPIC = f"/subscriptions/{OTHER}/resourceGroups/rg-theirs/providers/Microsoft.EventGrid/systemTopics/changes"
LEAST: dict[str, Any] = {"name": "prod", "location": "westeurope"}


def workspace(subscription: str) -> str:
    """A workspace that environments log to."""
    return (
        f"/subscriptions/{subscription}/resourceGroups/rg-logs/providers/Microsoft.OperationalInsights/workspaces/logs"
    )


def below(subscription: str, what: str) -> str:
    """A resource of a network team."""
    return f"/subscriptions/{subscription}/resourceGroups/rg-net/providers/{what}"


WHOLE: dict[str, Any] = LEAST | {
    "codeIsPublished": True,
    "watchedSubscriptions": [HOME, OTHER],
    "existingSystemTopics": {OTHER: TOPIC},
    "logWorkspaces": [{"id": workspace(OTHER)}, {"id": workspace(THIRD), "location": "northeurope"}],
    "applierScopes": [
        f"/subscriptions/{OTHER}/resourceGroups/rg-endpoints",
        below(OTHER, "Microsoft.ContainerRegistry/registries/shop"),
        below(OTHER, "Microsoft.Network/virtualNetworks/spoke"),
        below(THIRD, "Microsoft.Network/privateDnsZones/privatelink.azurecr.io"),
    ],
    "probes": True,
    "restarts": True,
    "alertsFollow": "close",
    "secrets": {"approval-key": "k" * 40, "smtp-password": "p" * 12, "teams-webhooks": "", "github-token": "t" * 40},
    "smtpHost": "smtp.example.org",
    "smtpUser": "remediator",
    "smtpFrom": "remediator@example.org",
    "secretNames": ["teams-webhooks", "smtp-password", "github-token"],
    "signInClientId": CLIENT,
    "signInObjectId": OTHER,
    "alertsCallerId": "66666666-6666-6666-6666-666666666666",
    "operatorMails": ["night@example.org"],
    "notify": ["night@example.org", "teams:operations"],
    "callerAddresses": ["203.0.113.0/24"],
    "operatorAddresses": ["203.0.113.7"],
    "alwaysReady": 1,
}
STORIES: dict[str, tuple[str, dict[str, Any]]] = {
    "before the code": ("AzureCloud", LEAST),
    "least": ("AzureCloud", LEAST | {"codeIsPublished": True}),
    "whole": ("AzureCloud", WHOLE),
    "whole in China": ("AzureChinaCloud", WHOLE | {"existingSystemTopics": {}}),
    "whole in Government": ("AzureUSGovernment", WHOLE),
    "webhook with a dead-letter account": (
        "AzureCloud",
        WHOLE
        | {
            "delivery": "webhook",
            "eventsCallerId": "77777777-7777-7777-7777-777777777777",
            "deadLetterAccountId": below(HOME, "Microsoft.Storage/storageAccounts/keyed"),
        },
    ),
    "a network and zones that exist": (
        "AzureCloud",
        LEAST
        | {
            "functionsSubnetId": f"{SUBNETS}/functions",
            "endpointsSubnetId": f"{SUBNETS}/endpoints",
            "existingZones": {
                part: f"{ZONES}/privatelink.{part}.core.windows.net" for part in ("blob", "queue", "table", "vault")
            },
            "publishesEvents": False,
        },
    ),
    "a management group": (
        "AzureCloud",
        WHOLE | {"watchedManagementGroups": ["landing-zones"], "watchedSubscriptions": [OTHER]},
    ),
    "a hundred subscriptions": (
        "AzureCloud",
        WHOLE | {"watchedSubscriptions": [f"{n:08d}-0000-4000-8000-000000000000" for n in range(100)]},
    ),
}


@cache
def story(name: str) -> Deployment:
    """The deployment of that name."""
    cloud, parameters = STORIES[name]
    return deploy(parameters, cloud)

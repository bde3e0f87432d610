"""Which Azure operations and resources can change whether an image is pulled?

`event_grid` and `monitor_alert` call it. The list is azure-facts 5.2; what is not on it is left to the sweep.
"""

from __future__ import annotations

from remediator.core.resource_id import ResourceId

_WATCHED = frozenset(
    kind.lower()
    for kind in (
        "Microsoft.ContainerRegistry/registries",
        "Microsoft.ContainerRegistry/registries/replications",
        "Microsoft.ContainerRegistry/registries/privateEndpointConnections",
        "Microsoft.Network/privateEndpoints",
        "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        "Microsoft.Network/privateDnsZones",
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        "Microsoft.Network/privateDnsZones/A",
        "Microsoft.Network/privateDnsZones/CNAME",
        "Microsoft.Network/virtualNetworks",
        "Microsoft.Network/virtualNetworks/subnets",
        "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
        "Microsoft.Network/routeTables",
        "Microsoft.Network/routeTables/routes",
        "Microsoft.Network/networkSecurityGroups",
        "Microsoft.Network/networkSecurityGroups/securityRules",
        "Microsoft.Network/dnsResolvers",
        "Microsoft.Network/dnsResolvers/inboundEndpoints",
        "Microsoft.Network/dnsForwardingRulesets",
        "Microsoft.Network/dnsForwardingRulesets/forwardingRules",
        "Microsoft.Network/dnsForwardingRulesets/virtualNetworkLinks",
        "Microsoft.App/containerApps",
        "Microsoft.App/jobs",
        "Microsoft.App/managedEnvironments",
    )
)
_CONSUMERS = frozenset({"microsoft.app/containerapps", "microsoft.app/jobs"})


def is_watched(rid: ResourceId) -> bool:
    """Whether the resource is of a kind that a pull path is made of."""
    return rid.type.lower() in _WATCHED


def is_consumer(rid: ResourceId) -> bool:
    """Whether the resource is an app or a job, which pulls images."""
    return rid.type.lower() in _CONSUMERS


def why_not(operation: str) -> str | None:
    """Why an operation (`Microsoft.…/write`, any casing) says nothing to us; None where it does."""
    kind, _, verb = operation.lower().rpartition("/")
    if kind == "microsoft.resources/deployments":
        return "a deployment: each of its resources comes as an event of its own"
    if verb == "action":
        return f"an action changes no pull path: {operation[:120]}"
    if verb not in {"write", "delete"} or kind not in _WATCHED:
        return f"not part of a pull path: {operation[:120]}"
    if verb == "delete" and kind in _CONSUMERS:
        return "an app or job that is gone pulls nothing"
    return None

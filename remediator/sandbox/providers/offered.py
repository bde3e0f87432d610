"""Which resource types and api-versions does a cloud name, when it is asked about a provider?

Versions as they stood in azure-rest-api-specs and in the az CLI's profiles; the routes themselves take any version.
"""

from __future__ import annotations

from collections.abc import Mapping

_NETWORK = ("2025-01-01", "2024-05-01", "2024-01-01", "2023-09-01")
_DNS = ("2024-06-01", "2020-06-01", "2018-09-01")
_RESOLVER = ("2025-05-01", "2022-07-01")
_REGISTRY = ("2025-11-01", "2025-04-01", "2023-07-01")
_APP = ("2025-07-01", "2025-01-01", "2024-03-01")
_ACCESS = ("2022-04-01", "2018-07-01")
NAMESPACES: dict[str, Mapping[str, tuple[str, ...]]] = {
    "Microsoft.App": dict.fromkeys(("managedEnvironments", "containerApps", "jobs"), _APP),
    "Microsoft.Authorization": {
        **dict.fromkeys(("roleAssignments", "roleDefinitions", "permissions"), _ACCESS),
        "locks": ("2020-05-01", "2016-09-01"),
    },
    "Microsoft.ContainerRegistry": dict.fromkeys(
        ("registries", "registries/replications", "registries/privateEndpointConnections"), _REGISTRY
    ),
    "Microsoft.Network": {
        **dict.fromkeys(
            (
                *("privateEndpoints", "networkInterfaces", "virtualNetworks", "routeTables"),
                *("networkSecurityGroups", "natGateways", "publicIPAddresses", "publicIPPrefixes"),
                *("azureFirewalls", "loadBalancers", "virtualNetworkGateways"),
            ),
            _NETWORK,
        ),
        **dict.fromkeys(("privateDnsZones", "privateDnsZones/virtualNetworkLinks", "privateDnsZones/A"), _DNS),
        **dict.fromkeys(("dnsResolvers", "dnsForwardingRulesets"), _RESOLVER),
    },
}

"""How does Azure describe the parts of a healthy private path? The `properties` of the bodies of a fleet.

Called by `fleet`. Shapes: azure-facts 1 to 4, with the fields that matter to a pull and those that a reader could trip
over; whatever has no meaning for a pull is left out.
"""

from __future__ import annotations

from typing import Any

from remediator.sandbox.roles import ACR_PULL

Body = dict[str, Any]

SUFFIX = "azurecr.io"
ZONE = f"privatelink.{SUFFIX}"
NETWORK = "Microsoft.Network/virtualNetworks"


def last(rid: str) -> str:
    """The name at the end of an id."""
    return rid.rpartition("/")[2]


def child(rid: str, kind: str, properties: Body) -> Body:
    """A body that stands inline in its parent."""
    return {"id": rid, "name": last(rid), "type": kind, "properties": {"provisioningState": "Succeeded", **properties}}


def network(prefix: str, subnets: list[Body], peerings: list[Body]) -> Body:
    """A network, in which Azure lists subnets and peerings inline."""
    space = {"addressSpace": {"addressPrefixes": [prefix]}}
    return {**space, "subnets": subnets, "virtualNetworkPeerings": peerings, "enableDdosProtection": False}


def subnet(rid: str, prefix: str, delegation: str = "", **more: Any) -> Body:
    """A subnet, delegated to a service or not."""
    properties = {
        "addressPrefix": prefix,
        "delegations": [{"name": "environments", "properties": {"serviceName": delegation}}] if delegation else [],
        "privateEndpointNetworkPolicies": "Disabled",
        "privateLinkServiceNetworkPolicies": "Enabled",
        **more,
    }
    return child(rid, f"{NETWORK}/subnets", properties)


def peering(rid: str, remote: str, prefix: str) -> Body:
    """One side of a connected peering; `prefix` is the remote address space."""
    properties = {
        "peeringState": "Connected",
        "peeringSyncLevel": "FullyInSync",
        "remoteVirtualNetwork": {"id": remote},
        "allowVirtualNetworkAccess": True,
        "allowForwardedTraffic": True,
        "allowGatewayTransit": False,
        "useRemoteGateways": False,
        "remoteAddressSpace": {"addressPrefixes": [prefix]},
        "remoteVirtualNetworkAddressSpace": {"addressPrefixes": [prefix]},
    }
    return child(rid, f"{NETWORK}/virtualNetworkPeerings", properties)


def link(network_id: str) -> Body:
    """A zone's link to a network."""
    return {
        "registrationEnabled": False,
        "resolutionPolicy": "Default",
        "virtualNetworkLinkState": "Completed",
        "virtualNetwork": {"id": network_id},
    }


def record(name: str, address: str, endpoint: str, guid: str) -> Body:
    """An A record set as a zone group writes it: ttl 10, and a creator (azure-facts 1.5)."""
    return {
        "ttl": 10,
        "fqdn": f"{name}.{ZONE}.",
        "isAutoRegistered": False,
        "aRecords": [{"ipv4Address": address}],
        "metadata": {"creator": f"created by private endpoint {last(endpoint)} with resource guid {guid}"},
    }


def zone_group(zone: str, records: list[tuple[str, str, str]]) -> Body:
    """The zone group that keeps these records: relative name, host and address of each."""
    sets = [
        {"recordType": "A", "recordSetName": name, "fqdn": host, "ttl": 10, "ipAddresses": [address]}
        for name, host, address in records
    ]
    config = {"privateDnsZoneId": zone, "recordSets": sets}
    return {"privateDnsZoneConfigs": [{"name": "privatelink-azurecr-io", "properties": config}]}


def registry(login: str, data_host: str, connection: str, endpoint: str) -> Body:
    """A closed Premium registry with one approved connection."""
    approved = {"status": "Approved", "description": "Auto-Approved"}
    properties = {"privateEndpoint": {"id": endpoint}, "privateLinkServiceConnectionState": approved}
    return {
        "loginServer": login,
        "adminUserEnabled": False,
        "anonymousPullEnabled": False,
        "publicNetworkAccess": "Disabled",
        "networkRuleSet": {"defaultAction": "Deny", "ipRules": []},
        "networkRuleBypassOptions": "AzureServices",
        "dataEndpointEnabled": True,
        "dataEndpointHostNames": [data_host],
        "privateEndpointConnections": [
            child(connection, "Microsoft.ContainerRegistry/registries/privateEndpointConnections", properties)
        ],
        "roleAssignmentMode": "LegacyRegistryPermissions",
        "zoneRedundancy": "Enabled",
    }


def endpoint(rid: str, subnet_id: str, interface_id: str, registry_id: str) -> Body:
    """A private endpoint whose connection was approved at once."""
    state = {"status": "Approved", "description": "Auto-Approved", "actionsRequired": "None"}
    properties = {
        "provisioningState": "Succeeded",
        "privateLinkServiceId": registry_id,
        "groupIds": ["registry"],
        "privateLinkServiceConnectionState": state,
    }
    return {
        "subnet": {"id": subnet_id},
        "networkInterfaces": [{"id": interface_id}],
        "privateLinkServiceConnections": [{"name": last(rid), "properties": properties}],
        "manualPrivateLinkServiceConnections": [],
        "customDnsConfigs": [],
    }


def interface(rid: str, subnet_id: str, endpoint_id: str, members: list[tuple[str, str, str]]) -> Body:
    """An endpoint's interface; `members` are member name, host and address, data before login (azure-facts 1.5)."""
    configurations = [
        {
            "id": f"{rid}/ipConfigurations/{member}",
            "name": member,
            "properties": {
                "provisioningState": "Succeeded",
                "privateIPAddress": address,
                "privateIPAllocationMethod": "Dynamic",
                "subnet": {"id": subnet_id},
                "primary": place == 0,
                "privateLinkConnectionProperties": {
                    "groupId": "registry",
                    "requiredMemberName": member,
                    "fqdns": [host],
                },
            },
        }
        for place, (member, host, address) in enumerate(members)
    ]
    return {"ipConfigurations": configurations, "privateEndpoint": {"id": endpoint_id}}


def environment(name: str, region: str, subnet_id: str, address: str) -> Body:
    """An internal environment with workload profiles."""
    return {
        "vnetConfiguration": {"infrastructureSubnetId": subnet_id, "internal": True},
        "staticIp": address,
        "defaultDomain": f"{name}.{region}.azurecontainerapps.io",
        "workloadProfiles": [{"name": "Consumption", "workloadProfileType": "Consumption"}],
    }


def app(name: str, environment_id: str, servers: tuple[str, ...]) -> Body:
    """An app with a container from each of these registries, pulled with its system identity."""
    return {
        "managedEnvironmentId": environment_id,
        "environmentId": environment_id,
        "configuration": {
            "secrets": None,
            "registries": [{"server": server, "identity": "system"} for server in servers],
        },
        "template": {
            "containers": [{"name": f"c{n}", "image": f"{server}/{name}:1"} for n, server in enumerate(servers)],
            "initContainers": None,
        },
    }


def pull_role(registry_id: str, principal: str) -> Body:
    """AcrPull on a registry for an identity."""
    subscription = "/".join(registry_id.split("/")[:3])
    return {
        "scope": registry_id,
        "roleDefinitionId": f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/{ACR_PULL}",
        "principalId": principal,
        "principalType": "ServicePrincipal",
    }

"""Which shape the bodies of each resource type have, as far as the sandbox reads them.

Only members that some route or the data plane reads are named; all others pass as they are. Sources: the REST
descriptions that docs/sandbox.md names under "What it cannot do".
"""

from __future__ import annotations

from remediator.sandbox.shape import (
    ADDRESS,
    DESTINATION,
    IPV4,
    NEXT_HOP,
    PORTS,
    PREFIX,
    REFERENCE,
    TEXT,
    TEXTS,
    WHOLE,
    Object,
    Rows,
    Shape,
)

ANY = Object()
SKU = Object({"name": TEXT}, needed=("name",))
_IDENTITY = Object({"principalId": TEXT, "userAssignedIdentities": Object(rest=Object({"principalId": TEXT}))})
# Rows that are resources of the type `<parent>/<property>`: stored on their own, or only a part of their parent.
CHILDREN, PARTS = Rows(ANY), Rows(Object())


def _resource(**properties: Shape) -> Object:
    return Object({"location": TEXT, "tags": ANY, "sku": SKU, "identity": _IDENTITY, "properties": Object(properties)})


_STATE = Object({"status": TEXT, "description": TEXT})
_SPACE = Object({"addressPrefixes": Rows(PREFIX)})
_CONTAINERS = Rows(Object({"name": TEXT, "image": TEXT}))
_CONNECTION = _resource(privateLinkServiceId=TEXT, groupIds=TEXTS, privateLinkServiceConnectionState=_STATE)
_APP = _resource(
    environmentId=TEXT,
    managedEnvironmentId=TEXT,
    latestRevisionName=TEXT,
    template=Object({"containers": _CONTAINERS, "initContainers": _CONTAINERS}),
    configuration=Object(
        {
            "registries": Rows(Object({"server": TEXT, "identity": TEXT, "username": TEXT, "passwordSecretRef": TEXT})),
            "secrets": Rows(Object({"name": TEXT})),
        }
    ),
)
_ZONE_CONFIG = Object(
    {
        "name": TEXT,
        "properties": Object({"privateDnsZoneId": TEXT, "recordSets": Rows(Object({"recordSetName": TEXT}))}),
    }
)
_FIXED_ADDRESS = Object(
    {"properties": Object({"memberName": TEXT, "privateIPAddress": ADDRESS}, needed=("memberName", "privateIPAddress"))}
)
_MEMBER = Object({"requiredMemberName": TEXT, "fqdns": TEXTS})
_RULES = Object({"defaultAction": TEXT, "ipRules": Rows(Object({"value": PREFIX}, needed=("value",)))})
_LINK = _resource(virtualNetwork=REFERENCE)
_SERVER_ADDRESSES = Rows(Object({"privateIpAddress": ADDRESS, "subnet": REFERENCE}))
_RULE_END: dict[str, Shape] = {
    f"{end}{what}": shape
    for end in ("source", "destination")
    for what, shape in (
        ("AddressPrefix", DESTINATION),
        ("AddressPrefixes", Rows(DESTINATION)),
        ("PortRange", PORTS),
        ("PortRanges", Rows(PORTS)),
    )
}

_AUTH = "microsoft.authorization"
_PERMISSION = Object(dict.fromkeys(("actions", "notActions", "dataActions", "notDataActions"), TEXTS))
_NET, _ZONES, _ACR = "microsoft.network", "microsoft.network/privatednszones", "microsoft.containerregistry/registries"
SHAPES: dict[str, Object] = {
    f"{_AUTH}/roleassignments": _resource(scope=TEXT, principalId=TEXT, principalType=TEXT, roleDefinitionId=TEXT),
    f"{_AUTH}/roledefinitions": _resource(permissions=Rows(_PERMISSION)),
    "microsoft.managedidentity/userassignedidentities": _resource(principalId=TEXT),
    "microsoft.alertsmanagement/alerts": _resource(essentials=Object({"alertState": TEXT})),
    "microsoft.app/managedenvironments": _resource(vnetConfiguration=Object({"infrastructureSubnetId": TEXT})),
    "microsoft.app/containerapps": _APP,
    "microsoft.app/jobs": _APP,
    _ACR: _resource(
        loginServer=TEXT,
        publicNetworkAccess=TEXT,
        networkRuleSet=_RULES,
        policies=Object(rest=ANY),
        privateEndpointConnections=CHILDREN,
        replications=CHILDREN,
    ),
    f"{_ACR}/privateendpointconnections": _resource(
        privateEndpoint=REFERENCE, privateLinkServiceConnectionState=_STATE
    ),
    f"{_NET}/networkinterfaces": _resource(ipConfigurations=PARTS, privateEndpoint=REFERENCE),
    f"{_NET}/networkinterfaces/ipconfigurations": _resource(
        privateIPAddress=ADDRESS, subnet=REFERENCE, privateLinkConnectionProperties=_MEMBER
    ),
    f"{_NET}/privateendpoints": _resource(
        subnet=REFERENCE,
        networkInterfaces=Rows(REFERENCE),
        privateLinkServiceConnections=PARTS,
        manualPrivateLinkServiceConnections=PARTS,
        ipConfigurations=Rows(_FIXED_ADDRESS),
        customNetworkInterfaceName=TEXT,
        privateDnsZoneGroups=CHILDREN,
        resourceGuid=TEXT,
    ),
    f"{_NET}/privateendpoints/privatelinkserviceconnections": _CONNECTION,
    f"{_NET}/privateendpoints/manualprivatelinkserviceconnections": _CONNECTION,
    f"{_NET}/privateendpoints/privatednszonegroups": _resource(privateDnsZoneConfigs=Rows(_ZONE_CONFIG)),
    _ZONES: _resource(virtualNetworkLinks=CHILDREN),
    f"{_ZONES}/virtualnetworklinks": _resource(virtualNetwork=REFERENCE, resolutionPolicy=TEXT),
    f"{_ZONES}/a": _resource(aRecords=Rows(Object({"ipv4Address": IPV4})), metadata=Object({"creator": TEXT})),
    f"{_ZONES}/aaaa": _resource(aaaaRecords=Rows(ANY), metadata=ANY),
    f"{_ZONES}/cname": _resource(cnameRecord=Object({"cname": TEXT}), metadata=ANY),
    f"{_ZONES}/mx": _resource(mxRecords=Rows(ANY), metadata=ANY),
    f"{_ZONES}/ptr": _resource(ptrRecords=Rows(ANY), metadata=ANY),
    f"{_ZONES}/srv": _resource(srvRecords=Rows(ANY), metadata=ANY),
    f"{_ZONES}/txt": _resource(txtRecords=Rows(ANY), metadata=ANY),
    f"{_NET}/virtualnetworks": _resource(
        addressSpace=_SPACE,
        dhcpOptions=Object({"dnsServers": Rows(ADDRESS)}),
        subnets=CHILDREN,
        virtualNetworkPeerings=CHILDREN,
    ),
    f"{_NET}/virtualnetworks/subnets": _resource(
        addressPrefix=PREFIX,
        addressPrefixes=Rows(PREFIX),
        delegations=PARTS,
        ipConfigurations=Rows(REFERENCE),
        natGateway=REFERENCE,
        networkSecurityGroup=REFERENCE,
        routeTable=REFERENCE,
    ),
    f"{_NET}/virtualnetworks/virtualnetworkpeerings": _resource(
        remoteVirtualNetwork=REFERENCE,
        peeringState=TEXT,
        peeringSyncLevel=TEXT,
        remoteAddressSpace=_SPACE,
        remoteVirtualNetworkAddressSpace=_SPACE,
        localSubnetNames=TEXTS,
        remoteSubnetNames=TEXTS,
    ),
    f"{_NET}/networksecuritygroups": _resource(securityRules=CHILDREN),
    f"{_NET}/networksecuritygroups/securityrules": _resource(
        priority=WHOLE, direction=TEXT, access=TEXT, protocol=TEXT, **_RULE_END
    ),
    f"{_NET}/routetables": _resource(routes=CHILDREN),
    f"{_NET}/routetables/routes": _resource(addressPrefix=DESTINATION, nextHopType=TEXT, nextHopIpAddress=NEXT_HOP),
    f"{_NET}/natgateways": _resource(publicIpAddresses=Rows(REFERENCE), publicIpPrefixes=Rows(REFERENCE)),
    f"{_NET}/publicipaddresses": _resource(ipAddress=ADDRESS),
    f"{_NET}/publicipprefixes": _resource(ipPrefix=PREFIX),
    f"{_NET}/azurefirewalls": _resource(ipConfigurations=PARTS),
    f"{_NET}/azurefirewalls/ipconfigurations": _resource(
        privateIPAddress=ADDRESS, subnet=REFERENCE, publicIPAddress=REFERENCE
    ),
    f"{_NET}/virtualnetworkgateways": _resource(ipConfigurations=PARTS),
    f"{_NET}/virtualnetworkgateways/ipconfigurations": _resource(subnet=REFERENCE),
    f"{_NET}/dnsresolvers": _resource(virtualNetwork=REFERENCE, inboundEndpoints=CHILDREN),
    f"{_NET}/dnsresolvers/inboundendpoints": _resource(ipConfigurations=_SERVER_ADDRESSES),
    f"{_NET}/dnsforwardingrulesets": _resource(
        dnsResolverOutboundEndpoints=Rows(REFERENCE), forwardingRules=CHILDREN, virtualNetworkLinks=CHILDREN
    ),
    f"{_NET}/dnsforwardingrulesets/virtualnetworklinks": _LINK,
    f"{_NET}/dnsforwardingrulesets/forwardingrules": _resource(
        domainName=TEXT, forwardingRuleState=TEXT, targetDnsServers=Rows(Object({"ipAddress": ADDRESS}))
    ),
}
USUAL = _resource()


def shape_of(kind: str) -> Object:
    """The shape of a resource type (lower case); of one that is not known, that of any resource."""
    return SHAPES.get(kind, USUAL)


def rows_of(kind: str) -> list[tuple[str, bool]]:
    """The properties of a type that hold resources, and whether those are stored on their own."""
    properties = shape_of(kind).members["properties"]
    members = properties.members if isinstance(properties, Object) else {}
    return [(name, shape is CHILDREN) for name, shape in members.items() if shape is CHILDREN or shape is PARTS]

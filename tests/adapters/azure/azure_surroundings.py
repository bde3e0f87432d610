"""What stands around the estate of `azure_estate`: security group, resolver, ruleset, egress and access."""

from __future__ import annotations

import azure_estate as est
from azure_estate import GROUP, HUB, NET, REGISTRY, VNET, Body, body

APP_SUBNET = f"{VNET}/subnets/snet-aca"
SECURITY = f"{NET}/networkSecurityGroups/nsg-shop"
RESOLVER = f"{NET}/dnsResolvers/dnspr-hub"
INBOUND = f"{RESOLVER}/inboundEndpoints/in"
RULESET = f"{NET}/dnsForwardingRulesets/rules-hub"
RULE = f"{RULESET}/forwardingRules/acr"
RULESET_LINK = f"{RULESET}/virtualNetworkLinks/to-shop"
NAT = f"{NET}/natGateways/ng-shop"
NAT_ADDRESS = f"{NET}/publicIPAddresses/pip-nat"
ROUTES = f"{NET}/routeTables/rt-shop"
FIREWALL = f"{NET}/azureFirewalls/afw-hub"
FIREWALL_ADDRESS = f"{NET}/publicIPAddresses/pip-afw"
BALANCER = f"{GROUP.replace('rg-Shop', 'ME_cae-shop')}/providers/Microsoft.Network/loadBalancers/capp-svc-lb"
BALANCER_ADDRESS = f"{NET}/publicIPAddresses/pip-lb"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-shop"
PRINCIPAL = "aaaaaaaa-0000-4000-8000-000000000001"
SOMEBODY = "bbbbbbbb-0000-4000-8000-000000000001"
DEFINITIONS = f"/subscriptions/{GROUP.split('/')[2]}/providers/Microsoft.Authorization/roleDefinitions"
ACR_PULL = f"{DEFINITIONS}/7f951dda-4ed3-4680-a7ca-43fe172d538d"
PULLER = f"{DEFINITIONS}/cccccccc-0000-4000-8000-000000000001"


def assignment(name: str = "1", scope: str = REGISTRY, role: str = ACR_PULL, principal: str = PRINCIPAL) -> Body:
    """A role assignment at a scope."""
    rid = f"{scope}/providers/Microsoft.Authorization/roleAssignments/dddddddd-0000-4000-8000-00000000000{name}"
    held = {"scope": scope, "principalId": principal, "roleDefinitionId": role, "principalType": "ServicePrincipal"}
    return body(rid, held)


def app(identity: str = "system") -> Body:
    """The app with a system identity, or with a user-assigned one whose principal its body does not name."""
    made = est.apps()[1]
    made["properties"]["configuration"]["registries"] = [{"server": "shop.azurecr.cn", "identity": identity}]
    made["identity"] = {"type": "SystemAssigned", "principalId": PRINCIPAL}
    if identity != "system":
        made["identity"] = {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}}
    return made


def networks(**references: str) -> list[Body]:
    """The app network and the hub; the app's subnet refers to these."""
    made = est.networks()
    for subnet in made[0]["properties"]["subnets"]:
        if subnet["id"] == APP_SUBNET:
            subnet["properties"] |= {name: {"id": rid} for name, rid in references.items()}
    return made


def security() -> Body:
    """A security group with one rule."""
    held = {"priority": 100, "direction": "Outbound", "access": "Deny", "protocol": "*"}
    held |= {"sourceAddressPrefix": "*", "destinationAddressPrefix": "Internet"}
    rule = body(f"{SECURITY}/securityRules/no-internet", {**held, "sourcePortRange": "*", "destinationPortRange": "*"})
    return body(SECURITY, {"securityRules": [rule]}, location="chinanorth3")


def forwarding() -> list[Body]:
    """A resolver in the hub and a ruleset that is linked to the app network."""
    place = {"subnet": {"id": f"{HUB}/subnets/snet-dns"}, "privateIpAddress": "10.0.0.4"}
    servers = [{"ipAddress": "10.0.0.4", "port": 53}]
    return [
        body(RESOLVER, {"virtualNetwork": {"id": HUB}}, location="chinanorth3"),
        body(INBOUND, {"ipConfigurations": [place]}, location="chinanorth3"),
        body(RULESET, {"dnsResolverOutboundEndpoints": []}, location="chinanorth3"),
        body(RULE, {"domainName": "azurecr.cn.", "targetDnsServers": servers, "forwardingRuleState": "Enabled"}),
        body(RULESET_LINK, {"virtualNetwork": {"id": VNET}}),
    ]


def address(rid: str, value: str) -> Body:
    """A public address."""
    return body(rid, {"ipAddress": value, "publicIPAddressVersion": "IPv4"}, location="chinanorth3")


def nat() -> list[Body]:
    """A NAT gateway with its address."""
    gateway = body(NAT, {"publicIpAddresses": [{"id": NAT_ADDRESS}], "publicIpPrefixes": []}, location="chinanorth3")
    return [gateway, address(NAT_ADDRESS, "20.205.1.20")]


def firewall() -> list[Body]:
    """A route to an Azure Firewall in the hub, the firewall and its address."""
    route = {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.0.68"}
    routes = body(ROUTES, {"routes": [body(f"{ROUTES}/routes/out", route)]}, location="chinanorth3")
    held = {
        "privateIPAddress": "10.0.0.68",
        "subnet": {"id": f"{HUB}/subnets/AzureFirewallSubnet"},
        "publicIPAddress": {"id": FIREWALL_ADDRESS},
    }
    hub = body(FIREWALL, {"ipConfigurations": [{"name": "a", "properties": held}]}, location="chinanorth3")
    return [routes, hub, address(FIREWALL_ADDRESS, "20.205.1.21")]


def balancer() -> Body:
    """The load balancer of the environment, with an outbound rule."""
    front = f"{BALANCER}/frontendIPConfigurations/out"
    frontend = {"id": front, "name": "out", "properties": {"publicIPAddress": {"id": BALANCER_ADDRESS}}}
    rule = {"name": "out", "properties": {"frontendIPConfigurations": [{"id": front}]}}
    return body(BALANCER, {"frontendIPConfigurations": [frontend], "outboundRules": [rule]}, location="chinanorth3")


def surrounded() -> list[Body]:
    """The healthy estate with a security group, forwarding, a NAT gateway and role assignments around it."""
    replaced = {est.APP, VNET, HUB}
    kept = [one for one in est.healthy() if one["id"] not in replaced]
    around = [*networks(natGateway=NAT, networkSecurityGroup=SECURITY), app(), security(), *forwarding(), *nat()]
    return [*kept, *around, assignment()]

"""Raw ARM bodies of what stands around the estate of `arm_bodies`: security rules, DNS forwarding, egress, access."""

from __future__ import annotations

import copy
from typing import Any

from arm_bodies import GROUP, HUB, NETWORK, NETWORK_PROVIDER, REGISTRY, Body, body

SECURITY = f"{NETWORK_PROVIDER}/networkSecurityGroups/nsg-shop"
SECURITY_RULE = f"{SECURITY}/securityRules/no-https"
RESOLVER = f"{NETWORK_PROVIDER}/dnsResolvers/dnspr-hub"
INBOUND = f"{RESOLVER}/inboundEndpoints/in"
RULESET = f"{NETWORK_PROVIDER}/dnsForwardingRulesets/rules-hub"
FORWARDING_RULE = f"{RULESET}/forwardingRules/acr"
RULESET_LINK = f"{RULESET}/virtualNetworkLinks/to-shop"
NAT = f"{NETWORK_PROVIDER}/natGateways/ng-shop"
NAT_ADDRESS = f"{NETWORK_PROVIDER}/publicIPAddresses/pip-nat"
NAT_PREFIX = f"{NETWORK_PROVIDER}/publicIPPrefixes/ippre-nat"
FIREWALL = f"{NETWORK_PROVIDER}/azureFirewalls/afw-hub"
FIREWALL_ADDRESS = f"{NETWORK_PROVIDER}/publicIPAddresses/pip-afw"
BALANCER = f"{NETWORK_PROVIDER}/loadBalancers/capp-svc-lb"
BALANCER_ADDRESS = f"{NETWORK_PROVIDER}/publicIPAddresses/pip-lb"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-shop"
PRINCIPAL = "AAAAAAAA-0000-4000-8000-000000000001"
ACR_PULL = "7F951DDA-4ed3-4680-a7ca-43fe172d538d"
DEFINITIONS = f"/subscriptions/{GROUP.split('/')[2]}/providers/Microsoft.Authorization/roleDefinitions"
ASSIGNMENT = f"{REGISTRY}/providers/Microsoft.Authorization/roleAssignments/aaaaaaaa-0000-4000-8000-00000000000f"


def security_rule(name: str = "no-https", **properties: Any) -> Body:
    """A rule that drops HTTPS to everything, as Azure writes it: plural fields empty."""
    held = {
        "priority": 200,
        "direction": "Outbound",
        "access": "Deny",
        "protocol": "Tcp",
        "sourceAddressPrefix": "*",
        "sourceAddressPrefixes": [],
        "destinationAddressPrefix": "VirtualNetwork",
        "destinationAddressPrefixes": [],
        "sourcePortRange": "*",
        "sourcePortRanges": [],
        "destinationPortRange": "443",
        "destinationPortRanges": [],
    }
    return body(f"{SECURITY}/securityRules/{name}", {**held, **properties})


def security(*rules: Body) -> Body:
    """A security group with its rules inline, and a default rule."""
    default = body(f"{SECURITY}/defaultSecurityRules/AllowVnetInBound", {"priority": 65000})
    return body(SECURITY, {"securityRules": list(rules), "defaultSecurityRules": [default]}, location="chinanorth3")


def forwarding() -> list[Body]:
    """A resolver in the hub with an inbound endpoint, and a ruleset that is linked to the shop's network."""
    place = {"subnet": {"id": f"{HUB}/subnets/snet-dns"}, "privateIpAddress": "10.0.0.4"}
    return [
        body(RESOLVER, {"virtualNetwork": {"id": HUB}}, location="chinanorth3"),
        body(INBOUND, {"ipConfigurations": [place]}, location="chinanorth3"),
        body(RULESET, {"dnsResolverOutboundEndpoints": [{"id": f"{RESOLVER}/outboundEndpoints/out"}]}),
        body(
            FORWARDING_RULE,
            {
                "domainName": "AzureCR.cn.",
                "targetDnsServers": [{"ipAddress": "10.0.0.4", "port": 53}],
                "forwardingRuleState": "Enabled",
            },
        ),
        body(RULESET_LINK, {"virtualNetwork": {"id": NETWORK}}),
    ]


def public_address(rid: str, address: str | None, **properties: Any) -> Body:
    """A public address as GET returns it."""
    held = {"ipAddress": address, "publicIPAddressVersion": "IPv4", "publicIPAllocationMethod": "Static"}
    return body(rid, {**held, **properties}, location="chinanorth3", sku={"name": "Standard"})


def egress() -> list[Body]:
    """A NAT gateway, a firewall in the hub and a load balancer with an outbound rule, with their addresses."""
    entry = {
        "name": "a",
        "properties": {
            "privateIPAddress": "10.0.1.4",
            "subnet": {"id": f"{HUB}/subnets/AzureFirewallSubnet"},
            "publicIPAddress": {"id": FIREWALL_ADDRESS},
        },
    }
    frontend = {
        "id": f"{BALANCER}/frontendIPConfigurations/out",
        "properties": {"publicIPAddress": {"id": BALANCER_ADDRESS}},
    }
    rule = {"name": "out", "properties": {"frontendIPConfigurations": [{"id": frontend["id"]}]}}
    return [
        body(NAT, {"publicIpAddresses": [{"id": NAT_ADDRESS}], "publicIpPrefixes": [{"id": NAT_PREFIX}]}),
        public_address(NAT_ADDRESS, "203.0.113.20"),
        body(NAT_PREFIX, {"ipPrefix": "203.0.113.32/31", "publicIPAddressVersion": "IPv4"}),
        body(FIREWALL, {"ipConfigurations": [entry]}, location="chinanorth3"),
        public_address(FIREWALL_ADDRESS, "203.0.113.21"),
        body(BALANCER, {"frontendIPConfigurations": [frontend], "outboundRules": [rule]}, location="chinanorth3"),
        public_address(BALANCER_ADDRESS, "203.0.113.22"),
    ]


def assignment(rid: str = ASSIGNMENT, **properties: Any) -> Body:
    """AcrPull on the registry for the user-assigned identity."""
    held = {
        "scope": REGISTRY,
        "principalId": PRINCIPAL,
        "principalType": "ServicePrincipal",
        "roleDefinitionId": f"{DEFINITIONS}/{ACR_PULL}",
        "condition": None,
    }
    return body(rid, {**held, **properties})


def access() -> list[Body]:
    """The identity and its assignment."""
    identity = body(IDENTITY, {"principalId": PRINCIPAL, "clientId": PRINCIPAL}, location="chinanorth3")
    return [identity, assignment()]


def surroundings() -> list[Body]:
    """All of it."""
    return copy.deepcopy([security(security_rule()), *forwarding(), *egress(), *access()])

"""Bodies around a pull path that `estate_builder` does not make: ways out, filters, DNS servers, roles, identities.

Shapes: Microsoft.Network 2024-01-01, dnsResolvers 2022-07-01, Microsoft.Authorization 2022-04-01.
"""

from __future__ import annotations

from typing import Any

from tests.built_in_roles import KEY_VAULT_READER, PULLING
from tests.estate_builder import Body, EstateBuilder, rid

NETWORK = "Microsoft.Network"
ROLES = {**PULLING, "Key Vault Reader": KEY_VAULT_READER}


def put(builder: EstateBuilder, resource: str, kind: str, properties: Body, **more: Any) -> str:
    """Any resource of the estate's region."""
    body = {"id": resource, "name": resource.rsplit("/", 1)[-1], "type": kind, "location": builder.location}
    return builder.add({**body, "properties": {"provisioningState": "Succeeded", **properties}, **more})


def subnet_of(builder: EstateBuilder, subnet: str) -> Body:
    """The properties of a subnet, to change them in place."""
    network = builder.get(subnet.rpartition("/subnets/")[0])
    found: Body = next(
        one["properties"] for one in network["properties"]["subnets"] if one["id"].lower() == subnet.lower()
    )
    return found


def public_address(builder: EstateBuilder, name: str, address: str, **place: str) -> str:
    """A public address, or a prefix of them where `address` is one."""
    kind, key = ("publicIPPrefixes", "ipPrefix") if "/" in address else ("publicIPAddresses", "ipAddress")
    held = {key: address, "publicIPAddressVersion": "IPv4"}
    return put(builder, rid(f"{NETWORK}/{kind}", name, **place), f"{NETWORK}/{kind}", held)


def nat_gateway(builder: EstateBuilder, name: str, address: str, **place: str) -> str:
    """A NAT gateway with one address or prefix."""
    made = public_address(builder, f"pip-{name}", address, **place)
    key = "publicIpPrefixes" if "/" in address else "publicIpAddresses"
    kind = f"{NETWORK}/natGateways"
    return put(builder, rid(kind, name, **place), kind, {key: [{"id": made}]}, sku={"name": "Standard"})


def firewall(builder: EstateBuilder, name: str, network: str, private: str, public: str, **place: str) -> str:
    """An Azure Firewall in a network's AzureFirewallSubnet."""
    kind = f"{NETWORK}/azureFirewalls"
    made = rid(kind, name, **place)
    held = {
        "privateIPAddress": private,
        "subnet": {"id": f"{network}/subnets/AzureFirewallSubnet"},
        "publicIPAddress": {"id": public_address(builder, f"pip-{name}", public, **place)},
    }
    parts = [{"id": f"{made}/azureFirewallIpConfigurations/one", "name": "one", "properties": held}]
    return put(builder, made, kind, {"ipConfigurations": parts})


def route_table(builder: EstateBuilder, name: str, *routes: tuple[str, str, str, str], **place: str) -> str:
    """A route table of (name, prefix, next hop type, next hop address or "")."""
    kind = f"{NETWORK}/routeTables"
    made = rid(kind, name, **place)
    rows = [
        {
            "id": f"{made}/routes/{row}",
            "name": row,
            "properties": {
                "addressPrefix": prefix,
                "nextHopType": hop,
                **({"nextHopIpAddress": address} if address else {}),
            },
        }
        for row, prefix, hop, address in routes
    ]
    return put(builder, made, kind, {"routes": rows})


def rule(name: str, priority: int, access: str, direction: str, **more: Any) -> Body:
    """A security rule for TCP 443 from anywhere to anywhere, unless `more` says otherwise."""
    held: Body = {
        "priority": priority,
        "access": access,
        "direction": direction,
        "protocol": "Tcp",
        "sourceAddressPrefix": "*",
        "destinationAddressPrefix": "*",
        "sourcePortRange": "*",
        "destinationPortRange": "443",
        **more,
    }
    for end in ("source", "destination"):
        if f"{end}AddressPrefixes" in more:
            del held[f"{end}AddressPrefix"]
    return {"name": name, "properties": held}


def security_group(builder: EstateBuilder, name: str, *rules: Body, **place: str) -> str:
    """A security group."""
    kind = f"{NETWORK}/networkSecurityGroups"
    made = rid(kind, name, **place)
    rows = [{**one, "id": f"{made}/securityRules/{one['name']}"} for one in rules]
    return put(builder, made, kind, {"securityRules": rows})


def resolver(builder: EstateBuilder, name: str, network: str, address: str, **place: str) -> str:
    """A DNS Private Resolver with one inbound and one outbound endpoint; returns its id."""
    kind = f"{NETWORK}/dnsResolvers"
    made = put(builder, rid(kind, name, **place), kind, {"virtualNetwork": {"id": network}})
    part = {"privateIpAddress": address, "subnet": {"id": f"{network}/subnets/snet-dns"}}
    put(builder, f"{made}/inboundEndpoints/in", f"{kind}/inboundEndpoints", {"ipConfigurations": [part]})
    out = {"subnet": {"id": f"{network}/subnets/snet-dns-out"}}
    put(builder, f"{made}/outboundEndpoints/out", f"{kind}/outboundEndpoints", out)
    return made


def ruleset(builder: EstateBuilder, name: str, domain: str, server: str, via: str, **place: str) -> str:
    """A forwarding ruleset with one rule; `via` is the resolver whose outbound endpoint asks."""
    kind = f"{NETWORK}/dnsForwardingRulesets"
    outbound = [{"id": f"{via}/outboundEndpoints/out"}]
    made = put(builder, rid(kind, name, **place), kind, {"dnsResolverOutboundEndpoints": outbound})
    held = {
        "domainName": domain,
        "targetDnsServers": [{"ipAddress": server, "port": 53}],
        "forwardingRuleState": "Enabled",
    }
    put(builder, f"{made}/forwardingRules/registries", f"{kind}/forwardingRules", held)
    return made


def ruleset_link(builder: EstateBuilder, made: str, network: str) -> str:
    """A link of a ruleset to a network."""
    kind = f"{NETWORK}/dnsForwardingRulesets/virtualNetworkLinks"
    at = f"{made}/virtualNetworkLinks/to-{network.rsplit('/', 1)[-1]}"
    return put(builder, at, kind, {"virtualNetwork": {"id": network}})


def assignment(builder: EstateBuilder, number: int, role: str, principal: str, scope: str) -> str:
    """A role assignment at a scope."""
    kind = "Microsoft.Authorization/roleAssignments"
    made = f"{scope}/providers/{kind}/{number:08d}-0000-4000-8000-000000000001"
    subscription = "/".join(scope.split("/")[:3])
    held = {
        "scope": scope,
        "principalId": principal,
        "principalType": "ServicePrincipal",
        "roleDefinitionId": f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/{ROLES[role]}",
    }
    return builder.add({"id": made, "name": made.rsplit("/", 1)[-1], "type": kind, "properties": held})


def identity(builder: EstateBuilder, name: str, **place: str) -> tuple[str, str]:
    """A user-assigned identity: its id and its principal."""
    kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
    principal = f"principal-of-{name}"
    held = {"principalId": principal, "clientId": f"client-of-{name}", "tenantId": "t"}
    made = rid(kind, name, **place)
    body = {"id": made, "name": name, "type": kind, "location": builder.location, "properties": held}
    return builder.add(body), principal

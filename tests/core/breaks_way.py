"""Breaks on the way and at the door: routes, security groups, identities, references. See `breaks.py`."""

from __future__ import annotations

from typing import Any

from tests.built_in_roles import ACR_PULL, KEY_VAULT_READER
from tests.estate_builder import EstateBuilder, healthy, rid

APP = rid("Microsoft.App/containerApps", "orders")
NETWORK = rid("Microsoft.Network/virtualNetworks", "vnet-spoke")
REGISTRY = rid("Microsoft.ContainerRegistry/registries", "shop")
GROUP = "Microsoft.Network/networkSecurityGroups"


def subnet_of(builder: EstateBuilder, index: int = 0) -> dict[str, Any]:
    """The properties of a subnet: 0 the infrastructure, 1 the endpoints'."""
    found: dict[str, Any] = builder.get(NETWORK)["properties"]["subnets"][index]["properties"]
    return found


def route(builder: EstateBuilder, prefix: str, hop: str, address: str | None = None) -> str:
    """A route table with one route, on the infrastructure subnet."""
    table = rid("Microsoft.Network/routeTables", "rt")
    held = {"addressPrefix": prefix, "nextHopType": hop, **({"nextHopIpAddress": address} if address else {})}
    routes = [{"id": f"{table}/routes/one", "name": "one", "properties": held}]
    builder.add({"id": table, "name": "rt", "type": "Microsoft.Network/routeTables", "properties": {"routes": routes}})
    subnet_of(builder)["routeTable"] = {"id": table}
    return table


def rule(name: str, priority: int, access: str, direction: str, **more: Any) -> dict[str, Any]:
    """A security rule for everything, unless `more` narrows it."""
    held = {
        "priority": priority,
        "access": access,
        "direction": direction,
        "protocol": "*",
        "sourceAddressPrefix": "*",
        "destinationAddressPrefix": "*",
        "sourcePortRange": "*",
        "destinationPortRange": "*",
        **more,
    }
    return {"name": name, "properties": held}


def security_group(builder: EstateBuilder, *rules: dict[str, Any], index: int = 0) -> str:
    """A security group on a subnet."""
    made = rid(GROUP, "nsg")
    listed = [{**one, "id": f"{made}/securityRules/{one['name']}"} for one in rules]
    builder.add({"id": made, "name": "nsg", "type": GROUP, "properties": {"securityRules": listed}})
    subnet_of(builder, index)["networkSecurityGroup"] = {"id": made}
    return made


def assignment(builder: EstateBuilder, role: str, principal: str = "p", scope: str = REGISTRY, **more: Any) -> str:
    """A role assignment at a scope."""
    made = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{role[:8]}-0000-4000-8000-000000000001"
    definition = f"/providers/Microsoft.Authorization/roleDefinitions/{role}"
    held = {
        "scope": scope,
        "principalId": principal,
        "principalType": "ServicePrincipal",
        "roleDefinitionId": definition,
    }
    kind = "Microsoft.Authorization/roleAssignments"
    return builder.add({"id": made, "name": made.rsplit("/", 1)[-1], "type": kind, "properties": {**held, **more}})


def route_drops_the_address() -> EstateBuilder:
    builder = healthy()
    route(builder, "10.20.4.5/32", "None")
    return builder


def steered_subnet() -> EstateBuilder:
    """The endpoint's subnet obeys routes, and one as narrow as the network drops what goes there."""
    builder = healthy()
    subnet_of(builder, 1)["privateEndpointNetworkPolicies"] = "RouteTableEnabled"
    route(builder, "10.20.4.0/24", "None")
    return builder


def outbound_denied() -> EstateBuilder:
    builder = healthy()
    security_group(builder, rule("deny-443", 200, "Deny", "Outbound", protocol="Tcp", destinationPortRange="443"))
    return builder


def inbound_denied() -> EstateBuilder:
    """The endpoint's subnet has its security policies on, and its group lets in another range only."""
    builder = healthy()
    subnet_of(builder, 1)["privateEndpointNetworkPolicies"] = "NetworkSecurityGroupEnabled"
    allowed = rule("allow-admins", 100, "Allow", "Inbound", sourceAddressPrefix="10.99.0.0/16")
    security_group(builder, allowed, rule("deny-all", 4000, "Deny", "Inbound"), index=1)
    return builder


def no_role() -> EstateBuilder:
    builder = healthy()
    assignment(builder, KEY_VAULT_READER, principal="somebody-else")
    return builder


def acr_pull_in_abac_mode() -> EstateBuilder:
    builder = healthy()
    builder.get(REGISTRY)["properties"]["roleAssignmentMode"] = "AbacRepositoryPermissions"
    assignment(builder, ACR_PULL)
    return builder


def private_link_name() -> EstateBuilder:
    builder = healthy()
    held = builder.get(APP)["properties"]
    held["template"]["containers"][0]["image"] = "shop.privatelink.azurecr.io/orders:1"
    held["configuration"]["registries"][0]["server"] = "shop.privatelink.azurecr.io"
    return builder


WAY_BREAKS = {
    "route drops the address": (route_drops_the_address, "route", "/routeTables/rt/routes/one", []),
    "route drops what is steered": (steered_subnet, "route", "/routeTables/rt/routes/one", []),
    "outbound rule denies": (outbound_denied, "network-security", "/securityRules/deny-443", []),
    "inbound rule denies": (inbound_denied, "network-security", "/securityRules/deny-all", []),
    "identity without a role": (no_role, "pull-credential", "/containerApps/orders", []),
    "AcrPull in ABAC mode": (acr_pull_in_abac_mode, "pull-credential", "/containerApps/orders", []),
    "private-link name in the image": (private_link_name, "image-reference", "/containerApps/orders", []),
}

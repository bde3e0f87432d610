"""Cuts into a built estate that several faults make."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.estate_builder import Body
from tests.search import bodies
from tests.search.land import Area, Land, Net, Reg


def properties(land: Land, resource: str) -> Body:
    """A resource's properties, to change them in place."""
    found: Body = land.builder.get(resource)["properties"]
    return found


def with_intent(land: Land, registry: Reg, **fields: Any) -> None:
    """Declare something more of one registry; where there was no document there is one now."""
    known = [one for one in land.desired.registries if one.match == registry.name]
    rest = tuple(one for one in land.desired.registries if one.match != registry.name)
    intent = replace(known[0] if known else replace(rest[-1], match=registry.name, records="any"), **fields)
    land.desired = replace(land.desired, declared=True, registries=(intent, *rest))


def nic_of(land: Land, endpoint: str) -> str:
    """The network interface of an endpoint."""
    return str(properties(land, endpoint)["networkInterfaces"][0]["id"])


def connection_of(land: Land, endpoint: str) -> tuple[str, Body]:
    """The registry's side of an endpoint's connection: its id and its properties."""
    for registry in land.registries:
        for one in properties(land, registry.id)["privateEndpointConnections"]:
            if one["properties"]["privateEndpoint"]["id"] == endpoint:
                return one["id"], one["properties"]
    raise KeyError(endpoint)


def forget_connection(land: Land, endpoint: str) -> None:
    """Take the connection off the registry."""
    for registry in land.registries:
        held = properties(land, registry.id)
        held["privateEndpointConnections"] = [
            one for one in held["privateEndpointConnections"] if one["properties"]["privateEndpoint"]["id"] != endpoint
        ]


def records_of(land: Land, endpoint: str) -> list[str]:
    """The ids of the endpoint's records in its area's zone."""
    area = next(a for r in land.registries for a, e in r.endpoints.items() if e == endpoint)
    return [f"{area.zone}/A/{name}" for name in land.record_names(endpoint)]


def delete_endpoint(land: Land, endpoint: str) -> None:
    """Delete an endpoint as Azure does: interface, connection, group and the group's records go with it."""
    for record in records_of(land, endpoint):
        land.builder.drop(record)
    land.builder.drop(nic_of(land, endpoint))
    forget_connection(land, endpoint)
    land.builder.drop(endpoint)


def set_status(land: Land, endpoint: str, status: str) -> str:
    """Set both sides of a connection; returns the registry's side."""
    held = properties(land, endpoint)
    for key in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
        for one in held[key]:
            one["properties"]["privateLinkServiceConnectionState"]["status"] = status
    made, connection = connection_of(land, endpoint)
    connection["privateLinkServiceConnectionState"]["status"] = status
    return made


def zone_of(land: Land, area: Area) -> str:
    """The area's zone; KeyError where it was deleted, since nothing is written into a zone that is not there."""
    return str(land.builder.get(area.zone)["id"])


def link_of(land: Land, net: Net) -> str:
    """The link of the area's zone to a network."""
    return f"{net.area.zone}/virtualNetworkLinks/to-{net.id.rsplit('/', 1)[-1]}"


def add_route(land: Land, net: Net, subnet: str, name: str, prefix: str, hop: str, address: str = "") -> str:
    """A route of a subnet, instead of one with its prefix; returns its id."""
    held = bodies.subnet_of(land.builder, subnet)
    if "routeTable" not in held:
        table = bodies.route_table(land.builder, f"rt-{net.name}-{subnet.rsplit('-', 1)[-1]}", **net.place)
        held["routeTable"] = {"id": table}
    table = held["routeTable"]["id"]
    rows = properties(land, table)["routes"]
    rows[:] = [row for row in rows if row["properties"]["addressPrefix"] != prefix]
    name = name if name not in [row["name"] for row in rows] else f"{name}-{len(rows)}"
    route = {"addressPrefix": prefix, "nextHopType": hop, **({"nextHopIpAddress": address} if address else {})}
    rows.append({"id": f"{table}/routes/{name}", "name": name, "properties": route})
    return f"{table}/routes/{name}"


def add_rule(land: Land, net: Net, subnet: str, rule: Body) -> str:
    """A security rule of a subnet, asked before all others; returns its id."""
    held = bodies.subnet_of(land.builder, subnet)
    if "networkSecurityGroup" not in held:
        made = bodies.security_group(land.builder, f"nsg-{net.name}-{subnet.rsplit('-', 1)[-1]}", **net.place)
        held["networkSecurityGroup"] = {"id": made}
    group = held["networkSecurityGroup"]["id"]
    rows = properties(land, group)["securityRules"]
    same_way = [row for row in rows if row["properties"]["direction"] == rule["properties"]["direction"]]
    first = min((row["properties"]["priority"] for row in same_way), default=4000)
    rule["properties"]["priority"] = min(rule["properties"]["priority"], first - 1)
    rule = {"name": f"{rule['name']}-{len(rows)}", "properties": rule["properties"]}
    rule["id"] = f"{group}/securityRules/{rule['name']}"
    rows.append(rule)
    return str(rule["id"])


def beside(land: Land, subnets: list[str], key: str) -> list[str]:
    """These subnets, and all others that share one's route table or security group."""
    shared = {bodies.subnet_of(land.builder, s).get(key, {}).get("id", s) for s in subnets}
    return [
        one["id"]
        for net in land.nets
        for one in land.builder.get(net.id)["properties"]["subnets"]
        if one["properties"].get(key, {}).get("id", one["id"]) in shared
    ]

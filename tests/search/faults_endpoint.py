"""Faults of endpoints: gone, not approved, nowhere to go; and environments that no endpoint can help."""

from __future__ import annotations

from tests.search import bodies
from tests.search.fault import Made, made, pick
from tests.search.land import Land, Net, Pull
from tests.search.surgery import (
    connection_of,
    delete_endpoint,
    forget_connection,
    nic_of,
    properties,
    records_of,
    set_status,
)


def _endpoint(land: Land, number: int) -> tuple[str, list[Pull]] | None:
    """An endpoint that serves somebody, and whom."""
    endpoint = pick(sorted({pull.endpoint for pull in land.private_pulls}), number)
    return (endpoint, [p for p in land.private_pulls if p.endpoint == endpoint]) if endpoint else None


def endpoint_deleted(land: Land, number: int) -> Made | None:
    """The endpoint was deleted, with its group's records."""
    found = _endpoint(land, number)
    if found is None:
        return None
    delete_endpoint(land, found[0])
    another = _over_the_hub(land, found[1])
    return made(("private-endpoint", *another), (found[1][0].registry.id, *another.values()), found[1])


def _over_the_hub(land: Land, pulls: list[Pull]) -> dict[str, str]:
    """Where the hub's firewall carries the traffic to a spoke with another endpoint, its record is what is missing.

    No second endpoint is made where somebody built a way to one (house, section 5): then `competing-zone` is right too.
    """
    registry = pulls[0].registry
    nets = [p.net for p in pulls if p.net and p.net.shape.egress == "firewall" and p.net.hub]
    others = [net for area in registry.endpoints for net in area.nets if net not in nets]
    carried = [net for net in nets if any(other.hub is net.hub for other in others)]
    return {"competing-zone": carried[0].area.zone} if carried else {}


def connection_pending(land: Land, number: int) -> Made | None:
    """The connection waits for approval: no names on the interface, no records (azure-facts 13)."""
    found = _endpoint(land, number)
    if found is None:
        return None
    endpoint, pulls = found
    for record in records_of(land, endpoint):
        land.builder.drop(record)
    for part in properties(land, nic_of(land, endpoint))["ipConfigurations"]:
        part["properties"]["privateLinkConnectionProperties"]["fqdns"] = []
    return made("endpoint-connection", set_status(land, endpoint, "Pending"), pulls)


def connection_pending_again(land: Land, number: int) -> Made | None:
    """A new replica put a manual connection back to Pending; its records are still there (azure-facts 1.6)."""
    found = _endpoint(land, number)
    return made("endpoint-connection", set_status(land, found[0], "Pending"), found[1]) if found else None


def connection_rejected(land: Land, number: int) -> Made | None:
    """The registry's owner rejected the connection."""
    found = _endpoint(land, number)
    return made("endpoint-connection", set_status(land, found[0], "Rejected"), found[1]) if found else None


def connection_disconnected(land: Land, number: int) -> Made | None:
    """The connection was taken off; the registry still lists it."""
    found = _endpoint(land, number)
    return made("endpoint-connection", set_status(land, found[0], "Disconnected"), found[1]) if found else None


def registry_made_again(land: Land, number: int) -> Made | None:
    """The registry was made again: it knows no connection, the endpoint says Disconnected (azure-facts 4)."""
    found = _endpoint(land, number)
    if found is None:
        return None
    endpoint, pulls = found
    other = [one for one in pulls[0].registry.endpoints.values() if one != endpoint]
    if other:
        return None
    set_status(land, endpoint, "Disconnected")
    connection = connection_of(land, endpoint)[0]
    forget_connection(land, endpoint)
    without = ("private-endpoint", pulls[0].registry.id)
    return made("endpoint-connection", (endpoint, connection), pulls, also=without)


def _reachable(land: Land, net: Net) -> list[Net]:
    """The networks in which an endpoint could serve a network."""
    spokes = [other for other in land.nets if other.hub is net]
    return [net, *([net.hub] if net.hub else []), *spokes]


def no_room(land: Land, number: int) -> Made | None:
    """The endpoint is gone, and no subnet within reach can take another one: full, delegated, or not there."""
    found = _endpoint(land, number)
    if found is None:
        return None
    endpoint, pulls = found
    delete_endpoint(land, endpoint)
    nets = list(dict.fromkeys(n for pull in pulls if pull.net for n in _reachable(land, pull.net)))
    kind = number // 7 % 3
    for net in nets:
        held = bodies.subnet_of(land.builder, net.endpoints)
        if kind == 0:
            held["ipConfigurations"] = [{"id": f"{net.endpoints}/ipConfigurations/{n}"} for n in range(250)]
        elif kind == 1 or _holds_another(land, net, endpoint):
            held["delegations"] = [{"name": "d", "properties": {"serviceName": "Microsoft.Web/serverFarms"}}]
        else:
            rows = properties(land, net.id)["subnets"]
            rows[:] = [row for row in rows if row["id"] != net.endpoints]
    blamed = [one["id"] for net in nets for one in land.builder.get(net.id)["properties"]["subnets"]]
    without = ("private-endpoint", pulls[0].registry.id)
    another = _over_the_hub(land, pulls)
    blamed += [*(net.id for net in nets), *another.values()]
    return made(("endpoint-subnet", *another), blamed, pulls, also=without)


def _holds_another(land: Land, net: Net, endpoint: str) -> bool:
    """Whether the network's subnet for endpoints holds another one, so that it cannot be taken away."""
    ids = {e for registry in land.registries for area, e in registry.endpoints.items() if area.home is net}
    return bool(ids - {endpoint})


def environment_without_network(land: Land, number: int) -> Made | None:
    """The environment was made again, on Microsoft's own network: nothing private can help it."""
    environments = {p.environment: [q for q in land.pulls if q.environment == p.environment] for p in land.pulls}
    places = [
        (environment, [p for p in pulls if p.registry.private])
        for environment, pulls in environments.items()
        if pulls[0].net and not any(p.registry.shape.access == "listed" for p in pulls)
    ]
    found = pick([(environment, pulls) for environment, pulls in places if pulls], number)
    if found is None:
        return None
    properties(land, found[0])["vnetConfiguration"] = None
    return made("environment-network", found[0], found[1])


FAULTS = (
    endpoint_deleted,
    connection_pending,
    connection_pending_again,
    connection_rejected,
    connection_disconnected,
    registry_made_again,
    no_room,
    environment_without_network,
)

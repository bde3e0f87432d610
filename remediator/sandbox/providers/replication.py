"""Geo-replication: a new region takes an address in every endpoint's subnet, or nothing changes at all.

The refusal does not name the subnet that is full, and an endpoint with fixed addresses refuses as well
(MicrosoftDocs container-registry-geo-replication). Once replicated, the list names the home region too.
"""

from __future__ import annotations

from remediator.sandbox import addresses, errors, private_link
from remediator.sandbox.acceptance import accept_delete, accept_put, written
from remediator.sandbox.arm_id import Target, region
from remediator.sandbox.private_link import REGISTRIES
from remediator.sandbox.providers import zone_group
from remediator.sandbox.providers.reading import Handler, listing, read, require_parent
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

REPLICATIONS = f"{REGISTRIES}/replications"


def _body(world: World, registry: Body, name: str, location: str) -> Body:
    return {
        "id": f"{registry['id']}/replications/{name}",
        "name": name,
        "type": "Microsoft.ContainerRegistry/registries/replications",
        "location": location,
        "tags": {},
        "properties": {
            "provisioningState": "Succeeded",
            "status": {"displayStatus": "Ready", "timestamp": world.now()},
            "regionEndpointEnabled": True,
            "zoneRedundancy": "Disabled",
        },
    }


def _require_room(world: World, registry: Body, place: str) -> None:
    """Every endpoint must be able to take one more address; the message names no subnet."""
    for endpoint in private_link.endpoints_of(world, registry["id"]):
        if private_link.status(endpoint) == "Disconnected":
            continue
        if endpoint["properties"].get("ipConfigurations"):
            raise errors.bad_request(
                "ReplicationFailed",
                f"Failed to replicate private endpoint. Private Endpoint {endpoint['id']} contains static "
                "ipconfigurations which are missing these membernames/groupids requested by Private Link service "
                f"[GroupId: registry, MemberName: registry_data_{place}, IpVersion: IPv4]",
            )
        subnet = private_link.subnet_of(world, endpoint)
        if subnet is None or addresses.capacity(subnet) - addresses.used(world, subnet) < 1:
            raise errors.bad_request(
                "ReplicationFailed",
                f"Failed to replicate the registry '{registry['name']}' to '{place}': not enough IP addresses are "
                "available for its private endpoints.",
            )


def put(world: World, request: Request, place: Target) -> Response:
    """Add a region, or change one."""
    registry = require_parent(world, place)
    if private_link.sku(registry).lower() != "premium":
        raise errors.bad_request("InvalidSku", f"The registry '{registry['name']}' cannot be replicated.")
    old = world.state.get(place.path)
    asked = written(place, request, old, "Microsoft.ContainerRegistry/registries/replications")
    where = region(asked.get("location") or place.name)
    new = where not in private_link.regions(world, registry)
    if new:
        _require_room(world, registry, where)
    body = _body(world, registry, asked["name"], asked.get("location") or where)
    body["properties"].update({k: v for k, v in asked["properties"].items() if v is not None and k != "status"})
    failure = world.faults.next_failure()
    if failure is None:
        home = region(registry.get("location"))
        if new and home and not world.state.children(registry["id"], "replications"):
            world.state.put(_body(world, registry, home, registry["location"]))
        if new:
            _spread(world, registry, where)
        world.state.put(body)
        private_link.refresh_data_hosts(world, registry)
    return accept_put(world, request, place, body, created=old is None, failure=failure, location=where)


def _spread(world: World, registry: Body, where: str) -> None:
    for endpoint in private_link.endpoints_of(world, registry["id"]):
        if private_link.status(endpoint) == "Disconnected":
            continue
        private_link.add_member(world, endpoint, registry, where)
        if endpoint["properties"].get("manualPrivateLinkServiceConnections"):
            # A manual connection waits for its approval again.
            private_link.set_status(world, endpoint, "Pending", "Awaiting Approval")
            connection = private_link.connection_of(world, endpoint)
            if connection is not None:
                connection["properties"]["privateLinkServiceConnectionState"] = {"status": "Pending"}
        else:
            zone_group.write_records(world, endpoint)


def delete(world: World, request: Request, place: Target) -> Response:
    """Take a region away with its addresses and records; the home region stays."""
    registry, body = require_parent(world, place), world.state.get(place.path)
    if body is None:
        return reply(204)
    where, home = region(body.get("location")), region(registry.get("location"))
    if where == home:
        raise errors.bad_request(
            "HomeReplicationCannotBeDeleted", f"'{where}' is the home region and cannot be deleted."
        )
    failure = world.faults.next_failure()
    if failure is None:
        world.state.remove(place.path)
        for endpoint in private_link.endpoints_of(world, registry["id"]):
            private_link.drop_member(world, endpoint, where)
            label = private_link.data_host(registry, where).rpartition(".data.")[0] + ".data"
            zone_group.drop_region(world, endpoint, label)
            zone_group.write_records(world, endpoint)
        left = world.state.children(registry["id"], "replications")
        if [region(found.get("location")) for found in left] == [home]:
            world.state.remove(left[0]["id"])
        private_link.refresh_data_hosts(world, registry)
    return accept_delete(world, request, place, where, failure)


ROUTES: dict[tuple[str, str, str], Handler] = {
    ("GET", REPLICATIONS, "item"): read,
    ("GET", REPLICATIONS, "list"): listing,
    ("PUT", REPLICATIONS, "item"): put,
    ("DELETE", REPLICATIONS, "item"): delete,
}

"""Networks and subnets."""

from __future__ import annotations

from remediator.sandbox import addresses, errors
from remediator.sandbox.acceptance import accept_delete, accept_put, stamp, written
from remediator.sandbox.arm_id import Target, key, region
from remediator.sandbox.providers import peering, plain
from remediator.sandbox.providers.reading import Handler, listing, read, require_parent
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

NETWORKS = "microsoft.network/virtualnetworks"
SUBNETS = f"{NETWORKS}/subnets"


def _tidy_subnet(world: World, body: Body) -> Body:
    """The fields that the platform adds to a subnet and its delegations."""
    properties = body.setdefault("properties", {})
    body["etag"] = f'W/"{world.guid("etag")}"'
    body.setdefault("type", "Microsoft.Network/virtualNetworks/subnets")
    properties.setdefault("privateEndpointNetworkPolicies", "Disabled")
    properties.setdefault("privateLinkServiceNetworkPolicies", "Enabled")
    for delegation in properties.setdefault("delegations", []):
        delegation.setdefault("id", f"{body['id']}/delegations/{delegation['name']}")
        delegation.setdefault("type", "Microsoft.Network/virtualNetworks/subnets/delegations")
        delegation["properties"]["provisioningState"] = "Succeeded"
    return body


def put(world: World, request: Request, place: Target) -> Response:
    """Create or replace a network; the subnets in the body are all that it has afterwards."""
    old = world.state.get(place.path)
    body = stamp(world, written(place, request, old, "Microsoft.Network/virtualNetworks"), old)
    properties = body["properties"]
    if not (properties.get("addressSpace") or {}).get("addressPrefixes"):
        raise errors.bad_request("InvalidRequestFormat", "A virtual network needs an address space.")
    asked = properties.pop("subnets", None)
    properties.pop("virtualNetworkPeerings", None)
    properties.setdefault("enableDdosProtection", False)
    subnets = []
    for subnet in asked or []:
        subnet["id"] = f"{body['id']}/subnets/{subnet['name']}"
        subnets.append(_tidy_subnet(world, subnet))
    wanted = {key(subnet["id"]) for subnet in subnets}
    gone = [found for found in world.state.children(place.path, "subnets") if key(found["id"]) not in wanted]
    for found in gone if asked is not None else []:
        _require_empty(world, found)
    failure = world.faults.next_failure()
    world.state.put(body)
    for found in gone if asked is not None else []:
        world.state.remove(found["id"])
    for subnet in subnets:
        subnet["properties"]["provisioningState"] = "Succeeded"
        world.state.put(subnet)
    if old is not None and addresses.prefixes(old) != addresses.prefixes(body):
        peering.moved(world, place.path)
    return accept_put(world, request, place, body, created=old is None, failure=failure)


def delete(world: World, request: Request, place: Target) -> Response:
    """Delete a network that nothing sits in; peers that pointed at it are left Disconnected."""
    body = world.state.get(place.path)
    if body is None:
        return reply(204)
    for subnet in world.state.children(place.path, "subnets"):
        _require_empty(world, subnet)
    failure = world.faults.next_failure()
    if failure is None:
        for found in world.state.children(place.path, "virtualNetworkPeerings"):
            peering.part(world, found)
        peering.orphan(world, place.path)
        world.state.remove(place.path)
    return accept_delete(world, request, place, region(body.get("location")), failure)


def _require_empty(world: World, subnet: Body) -> None:
    """InUseSubnetCannotBeDeleted, in the words recorded."""
    for found in [
        *addresses.configurations(world, subnet["id"]),
        *(found for found in subnet["properties"].get("ipConfigurations") or [] if "id" in found),
    ]:
        raise errors.bad_request(
            "InUseSubnetCannotBeDeleted",
            f"Subnet {subnet['name']} is in use by {found['id']} and cannot be deleted. In order to delete the subnet, "
            "delete all the resources within the subnet. See aka.ms/deletesubnet.",
        )


def put_subnet(world: World, request: Request, place: Target) -> Response:
    """Create or change one subnet, inside the address space and apart from its neighbours."""
    network, old = require_parent(world, place), world.state.get(place.path)
    body = _tidy_subnet(world, written(place, request, old, "Microsoft.Network/virtualNetworks/subnets"))
    body.pop("location", None)
    mine = addresses.prefixes(body)
    if not mine or not all(any(one.subnet_of(space) for space in addresses.prefixes(network)) for one in mine):
        raise errors.bad_request(
            "NetcfgInvalidSubnet",
            f"Subnet '{place.name}' is not valid because its IP address range is outside the IP address range of "
            f"virtual network '{network['name']}'.",
        )
    for other in world.state.children(network["id"], "subnets"):
        if key(other["id"]) != key(place.path) and any(
            one.overlaps(theirs) for one in mine for theirs in addresses.prefixes(other)
        ):
            raise errors.bad_request(
                "NetcfgSubnetRangesOverlap",
                f"Subnet '{place.name}' is not valid because its IP address range overlaps with that of an existing "
                f"subnet in virtual network '{network['name']}'.",
            )
    failure = world.faults.next_failure()
    world.state.put(body)
    where = region(network.get("location"))
    return accept_put(world, request, place, body, created=old is None, failure=failure, location=where)


def delete_subnet(world: World, request: Request, place: Target) -> Response:
    """Delete a subnet that nothing sits in."""
    body, network = world.state.get(place.path), world.state.get(place.parent)
    if body is None or network is None:
        return reply(204)
    _require_empty(world, body)
    failure = world.faults.next_failure()
    if failure is None:
        world.state.remove(place.path)
    return accept_delete(world, request, place, region(network.get("location")), failure)


def usages(world: World, request: Request, place: Target) -> Response:
    """Used and possible addresses of each subnet."""
    network = require_parent(world, place)
    rows = [
        {
            "id": subnet["id"],
            "currentValue": float(addresses.used(world, subnet)),
            "limit": float(addresses.capacity(subnet)),
            "name": {"localizedValue": "Subnet size and usage", "value": "SubnetSpace"},
            "unit": "Count",
        }
        for subnet in world.state.children(network["id"], "subnets")
    ]
    return reply(200, {"value": rows})


ROUTES: dict[tuple[str, str, str], Handler] = {
    ("GET", NETWORKS, "item"): read,
    ("GET", NETWORKS, "list"): listing,
    ("PUT", NETWORKS, "item"): put,
    ("PATCH", NETWORKS, "item"): plain.patch,
    ("DELETE", NETWORKS, "item"): delete,
    ("GET", f"{NETWORKS}/usages", "list"): usages,
    ("GET", SUBNETS, "item"): read,
    ("GET", SUBNETS, "list"): listing,
    ("PUT", SUBNETS, "item"): put_subnet,
    ("DELETE", SUBNETS, "item"): delete_subnet,
}

"""Private endpoints: where they may stand, what they take, what they leave behind."""

from __future__ import annotations

from remediator.sandbox import addresses, errors, private_link
from remediator.sandbox.acceptance import accept_delete, accept_put, stamp, written
from remediator.sandbox.arm_id import Target, name_of, parent_of, region
from remediator.sandbox.private_link import ENDPOINTS, NICS
from remediator.sandbox.providers import zone_group
from remediator.sandbox.providers.reading import Handler, existing, listing, read
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

AUTOMATIC, MANUAL = "privateLinkServiceConnections", "manualPrivateLinkServiceConnections"


def _subnet(world: World, place: Target, body: Body) -> Body:
    """The subnet asked for: it exists, in the same region, and nobody has it delegated."""
    wanted = (body["properties"].get("subnet") or {}).get("id", "")
    subnet = world.state.get(wanted)
    network = world.state.get(parent_of(wanted)) if wanted else None
    if subnet is None or network is None or region(network.get("location")) != region(body.get("location")):
        raise errors.invalid_reference(place.path, wanted)
    if subnet["properties"].get("delegations"):
        raise errors.bad_request(
            "SubnetMustNotHaveDelegation",
            f"Private endpoint {place.path} cannot be created in subnet {subnet['id']} because the subnet has a "
            "delegation and cannot be used with a private endpoint.",
        )
    return subnet


def _registry(world: World, place: Target, connection: Body) -> Body:
    """The registry asked for: it exists, the group id is its only one, and its SKU allows endpoints."""
    wanted = connection["properties"].get("privateLinkServiceId", "")
    registry = world.state.get(wanted)
    if registry is None:
        raise errors.bad_request(
            "InvalidPrivateLinkServiceId",
            f"Private link service id '{wanted}' of private endpoint {place.path} is invalid or does not exist.",
        )
    groups = connection["properties"].get("groupIds") or []
    if [group.lower() for group in groups] != ["registry"]:
        raise errors.bad_request("GroupIdInvalid", f"The group ids {groups} are invalid; the only one is 'registry'.")
    if private_link.sku(registry).lower() != "premium":
        raise errors.bad_request(
            "InvalidResponseFromPrivateLinkService",
            f"Call to Microsoft.ContainerRegistry/registries failed. Error message: Private endpoints are supported "
            f"for Premium registries only; '{registry['name']}' is {private_link.sku(registry)}.",
        )
    return registry


def _tidy(world: World, body: Body, old: Body | None) -> None:
    """The fields that the platform adds to an endpoint and its connections."""
    properties = body["properties"]
    status = private_link.status(old) if old else ""
    for array in (AUTOMATIC, MANUAL):
        for connection in properties.setdefault(array, []):
            usual = "Approved" if array == AUTOMATIC else "Pending"
            described = {"Approved": "Auto-Approved", "Pending": "Awaiting Approval"}
            state = {"status": usual, "description": described[usual], "actionsRequired": "None"}
            if old and status:
                state = private_link.connections(old)[0]["properties"]["privateLinkServiceConnectionState"]
            connection["id"] = f"{body['id']}/{array}/{connection['name']}"
            connection["type"] = f"Microsoft.Network/privateEndpoints/{array}"
            connection["etag"] = body["etag"]
            connection["properties"].update(provisioningState="Succeeded", privateLinkServiceConnectionState=state)
    before = (old or {}).get("properties", {})
    properties["networkInterfaces"] = before.get("networkInterfaces", [])
    properties.setdefault("customNetworkInterfaceName", "")
    properties.setdefault("ipConfigurations", [])
    properties["customDnsConfigs"] = []


def _chosen(world: World, body: Body, subnet: Body, names: list[str]) -> dict[str, str]:
    """Addresses by member: those that the caller fixed, and the lowest free ones for the rest."""
    fixed = {
        found["properties"]["memberName"]: found["properties"]["privateIPAddress"]
        for found in body["properties"].get("ipConfigurations") or []
    }
    unknown = [name for name in fixed if name not in names]
    if unknown:
        raise errors.bad_request("InvalidIpConfiguration", f"The registry has no members {', '.join(unknown)}.")
    open_names = [name for name in names if name not in fixed]
    free = addresses.next_addresses(world, subnet, len(names))
    free = [address for address in free if address not in fixed.values()]
    return {**fixed, **dict(zip(open_names, free, strict=False))}


def _connect(world: World, body: Body, subnet: Body, registry: Body) -> None:
    """Take addresses, make the network interface and the registry's side of the connection."""
    approved = private_link.status(body) == "Approved"
    members = private_link.members(world, registry)
    chosen = _chosen(world, body, subnet, [name for name, _ in members])
    nic_name = body["properties"]["customNetworkInterfaceName"] or f"{body['name']}.nic.{world.guid('nic')}"
    nic_id = f"{parent_of(body['id'])}/networkInterfaces/{nic_name}"
    parts = [
        private_link.configuration(world, nic_id, subnet["id"], member, host if approved else "", chosen[member])
        for member, host in members
    ]
    parts[0]["properties"]["primary"] = True
    nic = {
        "name": nic_name,
        "id": nic_id,
        "type": "Microsoft.Network/networkInterfaces",
        "location": body["location"],
        "properties": {
            "provisioningState": "Succeeded",
            "ipConfigurations": parts,
            "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
            "enableAcceleratedNetworking": False,
            "enableIPForwarding": False,
            "privateEndpoint": {"id": body["id"]},
            "nicType": "Standard",
        },
    }
    world.state.put(stamp(world, nic, None))
    body["properties"]["networkInterfaces"] = [{"id": nic_id}]
    name = f"{registry['name']}.{world.guid('connection').replace('-', '')}"
    state = {"status": "Approved", "description": "Auto-Approved"} if approved else {"status": "Pending"}
    world.state.put(
        {
            "id": f"{registry['id']}/privateEndpointConnections/{name}",
            "name": name,
            "type": "Microsoft.ContainerRegistry/registries/privateEndpointConnections",
            "properties": {
                "provisioningState": "Succeeded",
                "privateEndpoint": {"id": body["id"]},
                "privateLinkServiceConnectionState": state,
            },
        }
    )
    private_link.open_data_endpoints(world, registry)


def put(world: World, request: Request, place: Target) -> Response:
    """Create an endpoint, or write an existing one again; a disconnected one can only be replaced."""
    old = world.state.get(place.path)
    if old is not None and private_link.status(old) == "Disconnected":
        raise errors.bad_request(
            "PrivateEndpointCannotBeUpdatedInDisconnectedState",
            f"Private endpoint {place.path} cannot be updated in disconnected state. Delete and create it again.",
        )
    body = written(place, request, old, "Microsoft.Network/privateEndpoints")
    if "location" not in body:
        raise errors.bad_request("LocationRequired", f"The location of private endpoint {place.path} is missing.")
    subnet = _subnet(world, place, body)
    asked = private_link.connections(body)
    if len(asked) != 1:
        raise errors.bad_request(
            "PrivateEndpointConnectionsInvalid", f"Private endpoint {place.path} must have exactly one connection."
        )
    registry = _registry(world, place, asked[0])
    stamp(world, body, old)
    _tidy(world, body, old)
    new = old is None or not body["properties"]["networkInterfaces"]
    if new:
        addresses.require_room(world, subnet, len(private_link.members(world, registry)))
    failure = world.faults.next_failure()
    world.state.put(body)
    if failure is None and new:
        _connect(world, body, subnet, registry)
    return accept_put(world, request, place, body, created=old is None, failure=failure)


def delete(world: World, request: Request, place: Target) -> Response:
    """Delete an endpoint with its interface, its connection, its zone group and the group's records."""
    body = world.state.get(place.path)
    if body is None:
        return reply(204)
    failure = world.faults.next_failure()
    if failure is None:
        take_away(world, body)
    return accept_delete(world, request, place, region(body.get("location")), failure)


def take_away(world: World, body: Body) -> None:
    """Everything that goes with an endpoint. Data endpoints of the registry stay on."""
    for group in world.state.children(body["id"], "privateDnsZoneGroups"):
        zone_group.dissolve(world, group)
    nic, connection = private_link.nic_of(world, body), private_link.connection_of(world, body)
    for gone in (nic, connection, body):
        if gone is not None:
            world.state.remove(gone["id"])


def delete_nic(world: World, request: Request, place: Target) -> Response:
    """An endpoint's network interface cannot be deleted on its own."""
    nic = existing(world, place)
    owner = (nic["properties"].get("privateEndpoint") or {}).get("id")
    if owner:
        raise errors.bad_request(
            "NicInUseWithPrivateEndpoint",
            f"Network interface {nic['id']} is used by private endpoint {name_of(owner)} and cannot be deleted.",
        )
    world.state.remove(place.path)
    return accept_delete(world, request, place, region(nic.get("location")))


ROUTES: dict[tuple[str, str, str], Handler] = {
    ("GET", ENDPOINTS, "item"): read,
    ("GET", ENDPOINTS, "list"): listing,
    ("PUT", ENDPOINTS, "item"): put,
    ("DELETE", ENDPOINTS, "item"): delete,
    ("GET", NICS, "item"): read,
    ("GET", NICS, "list"): listing,
    ("DELETE", NICS, "item"): delete_nic,
}

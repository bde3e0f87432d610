"""What an endpoint connection means on both of its sides: members, addresses, states, records.

An endpoint to a registry has one address per region for data, one more per region while regional endpoints are on, and
one for the login name (azure-facts 1.5); the data members come first on the network interface, the login member last.
"""

from __future__ import annotations

from remediator.sandbox import addresses
from remediator.sandbox.arm_id import region, same
from remediator.sandbox.clouds import CLOUDS
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World

REGISTRIES = "microsoft.containerregistry/registries"
ENDPOINTS = "microsoft.network/privateendpoints"
NICS = "microsoft.network/networkinterfaces"
CREATOR = "created by private endpoint"


def regions(world: World, registry: Body) -> list[str]:
    """Home region first, then each replica's; the list of replications may or may not name the home region."""
    replicas = world.state.children(registry["id"], "replications")
    places = [region(registry.get("location")), *(region(replica.get("location")) for replica in replicas)]
    return list(dict.fromkeys(places))


def sku(registry: Body) -> str:
    """The name of a registry's SKU; empty where its body does not say."""
    return str((registry.get("sku") or {}).get("name", ""))


def login_server(registry: Body) -> str:
    """The login name, which need not be the registry's name."""
    return str(registry["properties"]["loginServer"])


def data_host(registry: Body, place: str) -> str:
    """The name of the data endpoint in one region."""
    first, _, suffix = login_server(registry).partition(".")
    return f"{first}.{place}.data.{suffix}"


def regional_host(registry: Body, place: str) -> str:
    """The name of the regional endpoint in one region (azure-facts 1.2)."""
    first, _, suffix = login_server(registry).partition(".")
    return f"{first}.{place}.geo.{suffix}"


def has_regional_names(registry: Body) -> bool:
    """Are regional endpoints on?"""
    return bool(registry["properties"].get("regionalEndpoints") == "Enabled")


def members_in(registry: Body, place: str) -> list[tuple[str, str]]:
    """Member names and host names that a registry has because of one region."""
    data = [(f"registry_data_{place}", data_host(registry, place))]
    return [*data, (f"registry_{place}", regional_host(registry, place))] if has_regional_names(registry) else data


def members(world: World, registry: Body) -> list[tuple[str, str]]:
    """Member names and their host names, in the order in which the network interface lists them."""
    places = [members_in(registry, place) for place in regions(world, registry)]
    data, regional = [found[0] for found in places], [one for found in places for one in found[1:]]
    return [*data, *regional, ("registry", login_server(registry))]


def connections(endpoint: Body) -> list[Body]:
    """The connections of an endpoint, automatic and manual."""
    properties = endpoint["properties"]
    automatic = properties.get("privateLinkServiceConnections") or []
    return [*automatic, *(properties.get("manualPrivateLinkServiceConnections") or [])]


def status(endpoint: Body) -> str:
    """Approved, Pending, Rejected or Disconnected, as the endpoint's own side says."""
    for connection in connections(endpoint):
        state = connection["properties"].get("privateLinkServiceConnectionState") or {}
        return str(state.get("status", ""))
    return ""


def registry_of(world: World, endpoint: Body) -> Body | None:
    """The registry that an endpoint leads to."""
    for connection in connections(endpoint):
        return world.state.get(connection["properties"].get("privateLinkServiceId"))
    return None


def connection_of(world: World, endpoint: Body) -> Body | None:
    """The registry's side of an endpoint's connection."""
    for connection in world.state.of_type(f"{REGISTRIES}/privateendpointconnections"):
        if same((connection["properties"].get("privateEndpoint") or {}).get("id"), endpoint["id"]):
            return connection
    return None


def endpoints_of(world: World, registry_id: str) -> list[Body]:
    """Every endpoint that leads to a registry."""
    return [
        endpoint
        for endpoint in world.state.of_type(ENDPOINTS)
        if any(same(found["properties"].get("privateLinkServiceId"), registry_id) for found in connections(endpoint))
    ]


def nic_of(world: World, endpoint: Body) -> Body | None:
    """The network interface of an endpoint."""
    for reference in endpoint["properties"].get("networkInterfaces") or []:
        nic = world.state.get(reference.get("id"))
        if nic is not None:
            return nic
    return None


def subnet_of(world: World, endpoint: Body) -> Body | None:
    """The subnet that an endpoint sits in."""
    return world.state.get((endpoint["properties"].get("subnet") or {}).get("id"))


def configuration(world: World, nic_id: str, subnet_id: str, member: str, fqdn: str, address: str) -> Body:
    """One ipConfiguration of an endpoint's network interface."""
    name = f"privateEndpointIpConfig.{world.guid(member)}"
    return {
        "name": name,
        "id": f"{nic_id}/ipConfigurations/{name}",
        "type": "Microsoft.Network/networkInterfaces/ipConfigurations",
        "etag": f'W/"{world.guid("etag")}"',
        "properties": {
            "provisioningState": "Succeeded",
            "privateIPAddress": address,
            "privateIPAllocationMethod": "Dynamic",
            "subnet": {"id": subnet_id},
            "primary": False,
            "privateIPAddressVersion": "IPv4",
            "privateLinkConnectionProperties": {
                "groupId": "registry",
                "requiredMemberName": member,
                "fqdns": [fqdn] if fqdn else [],
            },
        },
    }


def set_status(world: World, endpoint: Body, value: str, description: str = "", actions: str = "None") -> None:
    """Move an endpoint's own side to a status; host names on its interface exist only while it is approved."""
    for connection in connections(endpoint):
        connection["properties"]["privateLinkServiceConnectionState"] = {
            "status": value,
            "description": description,
            "actionsRequired": actions,
        }
    nic, registry = nic_of(world, endpoint), registry_of(world, endpoint)
    hosts = dict(members(world, registry)) if registry is not None and value == "Approved" else {}
    for found in (nic or {}).get("properties", {}).get("ipConfigurations") or []:
        link = found["properties"].get("privateLinkConnectionProperties")
        if link:
            host = hosts.get(link.get("requiredMemberName", ""))
            link["fqdns"] = [host] if host else []


def open_data_endpoints(world: World, registry: Body) -> None:
    """The first endpoint switches data endpoints on, for every region."""
    registry["properties"]["dataEndpointEnabled"] = True
    refresh_hosts(world, registry)


def refresh_hosts(world: World, registry: Body) -> None:
    """Data and regional host names follow the list of regions while they are switched on."""
    properties, places = registry["properties"], regions(world, registry)
    enabled = properties.get("dataEndpointEnabled")
    properties["dataEndpointHostNames"] = [data_host(registry, place) for place in places] if enabled else []
    if "regionalEndpoints" in properties:
        on = has_regional_names(registry)
        properties["regionalEndpointHostNames"] = [regional_host(registry, place) for place in places] if on else []


def follow_members(world: World, endpoint: Body, registry: Body) -> list[str]:
    """Give an endpoint an address for each member that it lacks; free those of members that are gone, and name them."""
    nic, subnet = nic_of(world, endpoint), subnet_of(world, endpoint)
    if nic is None or subnet is None:
        return []
    parts = nic["properties"].get("ipConfigurations") or []
    wanted = members(world, registry)
    gone = [part for part in parts if _member(part).startswith("registry") and _member(part) not in dict(wanted)]
    kept = {_member(part): part for part in parts if part not in gone}
    nic["properties"]["ipConfigurations"] = list(kept.values())
    missing = [name for name, _ in wanted if name not in kept]
    for name, address in zip(missing, addresses.next_addresses(world, subnet, len(missing)), strict=True):
        host = dict(wanted)[name] if status(endpoint) == "Approved" else ""
        kept[name] = configuration(world, nic["id"], subnet["id"], name, host, address)
    order = [name for name, _ in wanted]
    rows = sorted(kept, key=lambda name: order.index(name) if name in order else -1)
    nic["properties"]["ipConfigurations"] = [kept[name] for name in rows]
    return [
        host for part in gone for host in part["properties"].get("privateLinkConnectionProperties", {}).get("fqdns", ())
    ]


def nic_addresses(world: World, endpoint: Body) -> set[str]:
    """The addresses on an endpoint's interface."""
    nic = nic_of(world, endpoint)
    parts = (nic or {}).get("properties", {}).get("ipConfigurations") or []
    return {str(part["properties"].get("privateIPAddress")) for part in parts}


def _member(part: Body) -> str:
    return str((part["properties"].get("privateLinkConnectionProperties") or {}).get("requiredMemberName", ""))


def names_and_addresses(world: World, endpoint: Body, zone_name: str) -> list[tuple[str, str]]:
    """Relative record names and addresses that an endpoint has to write into a zone of this name."""
    suffix = zone_name.lower().removeprefix("privatelink.")
    if zone_name.lower() not in {cloud.zone for cloud in CLOUDS.values()}:
        return []
    nic, found = nic_of(world, endpoint), []
    for part in (nic or {}).get("properties", {}).get("ipConfigurations") or []:
        link = part["properties"].get("privateLinkConnectionProperties") or {}
        for fqdn in link.get("fqdns") or []:
            if fqdn.lower().endswith("." + suffix) and "privateIPAddress" in part["properties"]:
                found.append((fqdn[: -len(suffix) - 1], part["properties"]["privateIPAddress"]))
    return found


def creator(endpoint: Body) -> str:
    """The metadata that marks a record as the platform's own."""
    return f"{CREATOR} {endpoint['name']} with resource guid {endpoint['properties'].get('resourceGuid', '')}"

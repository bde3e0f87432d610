"""What an endpoint connection means on both of its sides: members, addresses, states, records.

An endpoint to a registry has one address per region for data and one for the login name; the data members come first
on the network interface and the login member last.
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


def members(world: World, registry: Body) -> list[tuple[str, str]]:
    """Member names and their host names, in the order in which the network interface lists them."""
    data = [(f"registry_data_{place}", data_host(registry, place)) for place in regions(world, registry)]
    return [*data, ("registry", login_server(registry))]


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
    refresh_data_hosts(world, registry)


def refresh_data_hosts(world: World, registry: Body) -> None:
    """Data host names follow the list of regions while data endpoints are on."""
    enabled = registry["properties"].get("dataEndpointEnabled")
    registry["properties"]["dataEndpointHostNames"] = (
        [data_host(registry, place) for place in regions(world, registry)] if enabled else []
    )


def add_member(world: World, endpoint: Body, registry: Body, place: str) -> None:
    """A new region takes one more address; its member stands before the login member."""
    nic, subnet = nic_of(world, endpoint), subnet_of(world, endpoint)
    if nic is None or subnet is None:
        return
    fqdn = data_host(registry, place) if status(endpoint) == "Approved" else ""
    address = addresses.next_addresses(world, subnet, 1)[0]
    added = configuration(world, nic["id"], subnet["id"], f"registry_data_{place}", fqdn, address)
    nic["properties"].setdefault("ipConfigurations", []).insert(-1, added)


def drop_member(world: World, endpoint: Body, place: str) -> None:
    """A region that goes frees its address."""
    nic = nic_of(world, endpoint)
    if nic is not None:
        nic["properties"]["ipConfigurations"] = [
            found
            for found in nic["properties"].get("ipConfigurations") or []
            if (found["properties"].get("privateLinkConnectionProperties") or {}).get("requiredMemberName")
            != f"registry_data_{place}"
        ]


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

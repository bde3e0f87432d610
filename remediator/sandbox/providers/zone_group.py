"""Zone groups: the platform keeps an endpoint's records in up to five private zones.

One group per endpoint. A PUT writes the records again, over whatever is there (two endpoints of one registry overwrite
each other: azure-docs#58044). Deleting the group deletes the records that carry a platform creator, and leaves those
that somebody wrote by hand.
"""

from __future__ import annotations

from remediator.sandbox import errors, private_link
from remediator.sandbox.acceptance import accept_delete, accept_put, written
from remediator.sandbox.arm_id import Target, key, name_of, region
from remediator.sandbox.private_link import CREATOR, ENDPOINTS
from remediator.sandbox.providers import records
from remediator.sandbox.providers.reading import Handler, listing, read, require_parent
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

GROUPS = f"{ENDPOINTS}/privatednszonegroups"
MOST_ZONES = 5


def zone_of(config: Body) -> str:
    """The zone that a part of a group writes into, or an empty string."""
    return str(config["properties"].get("privateDnsZoneId", ""))


def write_records(world: World, endpoint: Body) -> None:
    """Write the records of an endpoint's group, or only clear the list while the connection is not approved."""
    for group in world.state.children(endpoint["id"], "privateDnsZoneGroups"):
        for config in group["properties"].get("privateDnsZoneConfigs") or []:
            zone = world.state.get(config["properties"].get("privateDnsZoneId"))
            config["properties"]["recordSets"] = [] if zone is None else _written_into(world, endpoint, zone)


def _written_into(world: World, endpoint: Body, zone: Body) -> list[Body]:
    sets = []
    for name, address in private_link.names_and_addresses(world, endpoint, zone["name"]):
        properties = {
            "metadata": {"creator": private_link.creator(endpoint)},
            "ttl": 10,
            "aRecords": [{"ipv4Address": address}],
        }
        record = records.store(world, zone, "A", name, properties)
        world.history.by_platform(str(record["id"]), "write", world.moment())
        sets.append(
            {
                "recordType": "A",
                "recordSetName": name,
                "fqdn": f"{name}.{zone['name']}",
                "ttl": 10,
                "ipAddresses": [address],
                "provisioningState": "Succeeded",
            }
        )
    return sets


def erase_records(world: World, config: Body) -> None:
    """Delete what the group wrote into one zone, unless a person has written over it since."""
    zone = zone_of(config)
    for wanted in config["properties"].get("recordSets") or []:
        record = world.state.get(f"{zone}/A/{wanted.get('recordSetName', '')}")
        made_by = ((record or {}).get("properties", {}).get("metadata") or {}).get("creator", "")
        if record is not None and made_by.startswith(CREATOR):
            world.state.remove(record["id"])
            world.history.by_platform(str(record["id"]), "delete", world.moment())


def drop_record(world: World, endpoint: Body, label: str) -> None:
    """A name that an endpoint no longer has takes its record along."""
    for group in world.state.children(endpoint["id"], "privateDnsZoneGroups"):
        for config in group["properties"].get("privateDnsZoneConfigs") or []:
            sets = config["properties"].get("recordSets") or []
            gone = [found for found in sets if found.get("recordSetName") == label]
            erase_records(world, {"properties": {**config["properties"], "recordSets": gone}})


def dissolve(world: World, group: Body) -> None:
    """Delete a group with its records."""
    for config in group["properties"].get("privateDnsZoneConfigs") or []:
        erase_records(world, config)
    world.state.remove(group["id"])


def _check(world: World, place: Target, configs: list[Body]) -> None:
    for other in world.state.children(place.parent, "privateDnsZoneGroups"):
        if key(other["id"]) != key(place.path):
            raise errors.bad_request(
                "MoreThanOnePrivateDnsZoneGroupPerPrivateEndpointNotAllowed",
                f"More than one private DNS zone group per private endpoint is not allowed. Private endpoint "
                f"{place.parent} already has the group {other['name']}.",
            )
    if len(configs) > MOST_ZONES:
        raise errors.bad_request(
            "PrivateDnsZoneGroupTooManyZones", f"A private DNS zone group can hold at most {MOST_ZONES} zones."
        )
    for config in configs:
        zone = zone_of(config)
        if world.state.get(zone) is None:
            raise errors.invalid_reference(place.path, zone)


def put(world: World, request: Request, place: Target) -> Response:
    """Create or update the group; records are written while the connection is approved."""
    endpoint = require_parent(world, place)
    old = world.state.get(place.path)
    body = written(place, request, old, "Microsoft.Network/privateEndpoints/privateDnsZoneGroups")
    asked = body["properties"].get("privateDnsZoneConfigs") or []
    _check(world, place, asked)
    failure = world.faults.next_failure()
    body["etag"] = f'W/"{world.guid("etag")}"'
    body["properties"] = {"privateDnsZoneConfigs": [_config(body, found, old) for found in asked]}
    if failure is None:
        kept = {key(zone_of(found)) for found in asked}
        for config in (old or {}).get("properties", {}).get("privateDnsZoneConfigs") or []:
            if key(zone_of(config)) not in kept:
                erase_records(world, config)
    world.state.put(body)
    if failure is None:
        write_records(world, endpoint)
    where = region(endpoint.get("location"))
    return accept_put(world, request, place, body, created=old is None, failure=failure, location=where)


def _config(group: Body, asked: Body, old: Body | None) -> Body:
    zone = zone_of(asked)
    before: list[Body] = []
    for found in (old or {}).get("properties", {}).get("privateDnsZoneConfigs") or []:
        if key(zone_of(found)) == key(zone):
            before = found["properties"].get("recordSets") or []
    name = asked.get("name") or name_of(zone).replace(".", "-")
    return {
        "name": name,
        "id": f"{group['id']}/privateDnsZoneConfigs/{name}",
        "etag": group["etag"],
        "type": "Microsoft.Network/privateEndpoints/privateDnsZoneGroups/privateDnsZoneConfigs",
        "properties": {"provisioningState": "Succeeded", "privateDnsZoneId": zone, "recordSets": before},
    }


def delete(world: World, request: Request, place: Target) -> Response:
    """Delete the group and the records that it owns; 204 when there is none."""
    endpoint, group = world.state.get(place.parent), world.state.get(place.path)
    if group is None or endpoint is None:
        return reply(204)
    failure = world.faults.next_failure()
    if failure is None:
        dissolve(world, group)
    return accept_delete(world, request, place, region(endpoint.get("location")), failure)


ROUTES: dict[tuple[str, str, str], Handler] = {
    ("GET", GROUPS, "item"): read,
    ("GET", GROUPS, "list"): listing,
    ("PUT", GROUPS, "item"): put,
    ("DELETE", GROUPS, "item"): delete,
}

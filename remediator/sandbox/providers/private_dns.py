"""Private DNS zones and their links to networks.

Zones and links are written asynchronously; a lost race shows as a failed operation with PreconditionFailed, not as 412
(recorded with azure-mgmt-privatedns). Record sets are in `records`.
"""

from __future__ import annotations

import copy

from remediator.sandbox import errors
from remediator.sandbox.acceptance import accept_dns, written
from remediator.sandbox.arm_id import Target, key, name_of, parent_of, same
from remediator.sandbox.providers.reading import Handler, existing, listing, read, require_parent
from remediator.sandbox.shown import RESOLUTION_POLICY_SINCE, ZONES
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

LINKS = f"{ZONES}/virtualnetworklinks"


def conflict(request: Request, old: Body | None, what: str) -> str | None:
    """Why If-Match or If-None-Match stops this write, or None."""
    if request.headers.get("if-none-match") == "*" and old is not None:
        return f"The {what} exists already and hence cannot be created again."
    wanted = request.headers.get("if-match")
    if not wanted or (wanted == "*" and old is not None):
        return None
    if old is None or str(old.get("etag", "")).strip('"') != wanted.strip('"'):
        return f"The {what} has been modified (etag mismatch)."
    return None


def _failure(world: World, request: Request, old: Body | None, what: str) -> tuple[str, str] | None:
    stopped = conflict(request, old, what)
    return ("PreconditionFailed", stopped) if stopped else world.faults.next_failure()


def put_zone(world: World, request: Request, place: Target) -> Response:
    """Create or update a zone; names are unique per resource group only."""
    old = world.state.get(place.path)
    failure = _failure(world, request, old, f"Private DNS zone '{place.name}'")
    if failure is None:
        body = written(place, request, old, "Microsoft.Network/privateDnsZones")
        body.update(location="global", etag=world.guid("etag"), properties={"provisioningState": "Succeeded"})
        if old is not None and "tags" not in body and "tags" in old:
            body["tags"] = old["tags"]
        world.state.put(body)
    return accept_dns(world, request, place, failure=failure)


def patch_zone(world: World, request: Request, place: Target) -> Response:
    """Change a zone's tags."""
    old = existing(world, place)
    failure = _failure(world, request, old, f"Private DNS zone '{place.name}'")
    if failure is None and request.document().get("tags") is not None:
        old.update(tags=copy.deepcopy(request.document()["tags"]), etag=world.guid("etag"))
    return accept_dns(world, request, place, failure=failure)


def delete_zone(world: World, request: Request, place: Target) -> Response:
    """Delete a zone that nothing uses: no links, no zone group."""
    old = world.state.get(place.path)
    if old is None:
        return reply(204)
    if world.state.children(place.path, "virtualNetworkLinks"):
        raise errors.ArmError(
            409,
            "CannotDeleteResource",
            f"Can not delete resource before nested resources are deleted. Private DNS zone '{place.name}' "
            "still has virtual network links.",
        )
    for group in world.state.of_type("microsoft.network/privateendpoints/privatednszonegroups"):
        for config in group["properties"].get("privateDnsZoneConfigs") or []:
            if same(config["properties"].get("privateDnsZoneId"), place.path):
                raise errors.ArmError(
                    409,
                    "Conflict",
                    f"Private DNS zone '{place.path}' is in use by '{group['id']}' and cannot be deleted.",
                )
    failure = _failure(world, request, old, f"Private DNS zone '{place.name}'")
    if failure is None:
        world.state.remove(place.path)
    return accept_dns(world, request, place, failure=failure, deletes=True)


def network_of(link: Body) -> str:
    """The network that a link links, or an empty string."""
    return str((link["properties"].get("virtualNetwork") or {}).get("id", ""))


def _check_link(world: World, place: Target, network: str, policy: str | None) -> None:
    zone = place.names[0]
    if world.state.get(network) is None:
        raise errors.bad_request("BadRequest", f"The virtual network '{network}' was not found.")
    if policy == "NxDomainRedirect" and not zone.lower().startswith("privatelink."):
        raise errors.bad_request(
            "BadRequest", f"The resolution policy 'NxDomainRedirect' is not supported for the zone '{zone}'."
        )
    for link in world.state.of_type(LINKS):
        if same(link["id"], place.path) or not same(network_of(link), network):
            continue
        other = name_of(parent_of(link["id"]))
        if same(parent_of(link["id"]), place.parent):
            raise errors.ArmError(
                409,
                "Conflict",
                f"The virtual network '{network}' is already linked to the zone '{zone}' by '{link['name']}'.",
            )
        if other.lower() == zone.lower():
            raise errors.bad_request(
                "BadRequest",
                "A virtual network cannot be linked to multiple zones with overlapping namespaces. "
                f"You tried to link virtual network with '{other}' and '{zone}' zones.",
            )


def put_link(world: World, request: Request, place: Target) -> Response:
    """Link a zone to a network; one link per network, one zone of a name per network."""
    require_parent(world, place)
    old = world.state.get(place.path)
    body = written(place, request, old, "Microsoft.Network/privateDnsZones/virtualNetworkLinks")
    properties = body["properties"]
    network = (properties.get("virtualNetwork") or {}).get("id", "")
    if old is not None and key(network_of(old)) != key(network):
        raise errors.bad_request("BadRequest", "The virtual network of a virtual network link cannot be changed.")
    _check_link(world, place, network, properties.get("resolutionPolicy"))
    failure = _failure(world, request, old, f"Virtual Network link '{place.name}' for the zone '{place.names[0]}'")
    if failure is not None:
        return accept_dns(world, request, place, failure=failure)
    kept = {
        "provisioningState": "Updating",
        "registrationEnabled": bool(properties.get("registrationEnabled", False)),
        "virtualNetwork": {"id": network},
        "virtualNetworkLinkState": "InProgress",
    }
    if request.api_version >= RESOLUTION_POLICY_SINCE and properties.get("resolutionPolicy"):
        kept["resolutionPolicy"] = properties["resolutionPolicy"]
    body.update(location="global", etag=f'"{world.guid("etag")}"', properties=kept)
    world.state.put(body)
    return accept_dns(world, request, place, settle=lambda: _linked(world.state.get(place.path)))


def _linked(body: Body | None) -> None:
    if body is not None:
        body["properties"].update(provisioningState="Succeeded", virtualNetworkLinkState="Completed")


def patch_link(world: World, request: Request, place: Target) -> Response:
    """Change a link's tags, registration or resolution policy."""
    old = existing(world, place)
    failure = _failure(world, request, old, f"Virtual Network link '{place.name}' for the zone '{place.names[0]}'")
    if failure is None:
        asked = request.document()
        properties = asked.get("properties") or {}
        if asked.get("tags") is not None:
            old["tags"] = copy.deepcopy(asked["tags"])
        if "registrationEnabled" in properties:
            old["properties"]["registrationEnabled"] = properties["registrationEnabled"]
        if request.api_version >= RESOLUTION_POLICY_SINCE and properties.get("resolutionPolicy"):
            old["properties"]["resolutionPolicy"] = properties["resolutionPolicy"]
        old["etag"] = f'"{world.guid("etag")}"'
    return accept_dns(world, request, place, failure=failure)


def delete_link(world: World, request: Request, place: Target) -> Response:
    """Take a link away; 204 when there is none."""
    old = world.state.get(place.path)
    if old is None:
        return reply(204)
    failure = _failure(world, request, old, f"Virtual Network link '{place.name}' for the zone '{place.names[0]}'")
    if failure is None:
        world.state.remove(place.path)
    return accept_dns(world, request, place, failure=failure, deletes=True)


ROUTES: dict[tuple[str, str, str], Handler] = {
    ("GET", ZONES, "item"): read,
    ("GET", ZONES, "list"): listing,
    ("PUT", ZONES, "item"): put_zone,
    ("PATCH", ZONES, "item"): patch_zone,
    ("DELETE", ZONES, "item"): delete_zone,
    ("GET", LINKS, "item"): read,
    ("GET", LINKS, "list"): listing,
    ("PUT", LINKS, "item"): put_link,
    ("PATCH", LINKS, "item"): patch_link,
    ("DELETE", LINKS, "item"): delete_link,
}

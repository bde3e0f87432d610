"""Record sets of private zones: written at once, guarded by etags (412, with the bare error shape, as recorded)."""

from __future__ import annotations

import copy

from remediator.sandbox import errors
from remediator.sandbox.arm_id import Target, name_of
from remediator.sandbox.providers.private_dns import conflict
from remediator.sandbox.providers.reading import Handler, existing, odd_ones, page, read, require_parent
from remediator.sandbox.shown import ZONES, present, records
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

# record type → the property that holds its values
VALUES = {
    "A": "aRecords",
    "AAAA": "aaaaRecords",
    "CNAME": "cnameRecord",
    "MX": "mxRecords",
    "PTR": "ptrRecords",
    "SRV": "srvRecords",
    "TXT": "txtRecords",
    "SOA": "soaRecord",
}


def authority(zone: Body) -> Body:
    """The start of authority that every zone has."""
    return {
        "id": f"{zone['id']}/SOA/@",
        "name": "@",
        "type": "Microsoft.Network/privateDnsZones/SOA",
        "etag": str(zone.get("etag", "")),
        "properties": {
            "fqdn": f"{zone['name']}.",
            "ttl": 3600,
            "isAutoRegistered": False,
            "soaRecord": {
                "email": "azureprivatedns-host.microsoft.com",
                "host": "azureprivatedns.net",
                "expireTime": 2419200,
                "minimumTtl": 10,
                "refreshTime": 3600,
                "retryTime": 300,
                "serialNumber": 1,
            },
        },
    }


def store(world: World, zone: Body, kind: str, name: str, properties: Body) -> Body:
    """Write one record set, with the fields that the platform adds."""
    fqdn = f"{zone['name']}." if name == "@" else f"{name}.{zone['name']}."
    kept: Body = {"ttl": 3600, **properties, "fqdn": fqdn, "isAutoRegistered": False}
    if kind != "CNAME":
        kept.setdefault(VALUES[kind], [])
    return world.state.put(
        {
            "id": f"{zone['id']}/{kind}/{name}",
            "name": name,
            "type": f"Microsoft.Network/privateDnsZones/{kind}",
            "etag": world.guid("etag"),
            "properties": kept,
        }
    )


def _kind(place: Target) -> str:
    return place.types[-1].upper()


def put(world: World, request: Request, place: Target) -> Response:
    """Create (201) or replace (200) a record set."""
    zone = require_parent(world, place)
    old = world.state.get(place.path)
    stopped = conflict(request, old, f"Record set {place.name}")
    if stopped:
        raise errors.ArmError(412, "PreconditionFailed", stopped, bare=True)
    asked = request.document().get("properties") or {}
    kept = {name: copy.deepcopy(asked[name]) for name in ("metadata", "ttl", VALUES[_kind(place)]) if name in asked}
    body = store(world, zone, _kind(place), old["name"] if old else place.name, kept)
    return reply(200 if old else 201, world.state.shown(body), {"ETag": body["etag"]})


def patch(world: World, request: Request, place: Target) -> Response:
    """Change parts of a record set; the values are replaced as a whole."""
    old = existing(world, place)
    stopped = conflict(request, old, f"Record set {place.name}")
    if stopped:
        raise errors.ArmError(412, "PreconditionFailed", stopped, bare=True)
    asked = request.document().get("properties") or {}
    old["properties"].update({name: copy.deepcopy(value) for name, value in asked.items() if value is not None})
    old["etag"] = world.guid("etag")
    return reply(200, world.state.shown(old), {"ETag": old["etag"]})


def delete(world: World, request: Request, place: Target) -> Response:
    """Delete a record set; 204 when there is none."""
    old = world.state.get(place.path)
    stopped = conflict(request, old, f"Record set {place.name}") if old or "if-match" in request.headers else None
    if stopped:
        raise errors.ArmError(412, "PreconditionFailed", stopped, bare=True)
    return reply(204) if world.state.remove(place.path) is None else reply(200)


def read_authority(world: World, request: Request, place: Target) -> Response:
    """The start of authority."""
    return reply(200, world.state.get(place.path) or authority(require_parent(world, place)))


def list_one_type(world: World, request: Request, place: Target) -> Response:
    """Record sets of one type."""
    zone = require_parent(world, place)
    if _kind(place) == "SOA":
        return reply(200, {"value": [authority(zone)]})
    with world.state.overlooking():
        found = world.state.children(place.parent, place.types[-1])
    shown = [present(world, body, request.api_version) for body in found]
    return page(world, request, shown + odd_ones(world, place))


def list_all(world: World, request: Request, place: Target) -> Response:
    """Record sets of every type, the start of authority first."""
    zone = require_parent(world, place)
    suffix = request.query.get("$recordsetnamesuffix", "").lower()
    with world.state.overlooking():
        found = [authority(zone), *(world.state.shown(body) for body in records(world, zone["id"]))]
    odd = [body for kind in VALUES for body in world.state.odd_of_type(f"{ZONES}/{kind}", zone["id"])]
    return page(world, request, [body for body in found + odd if name_of(body["id"]).lower().endswith(suffix)])


def _routes() -> dict[tuple[str, str, str], Handler]:
    routes: dict[tuple[str, str, str], Handler] = {
        ("GET", f"{ZONES}/all", "list"): list_all,
        ("GET", f"{ZONES}/recordsets", "list"): list_all,
        ("GET", f"{ZONES}/soa", "item"): read_authority,
        ("GET", f"{ZONES}/soa", "list"): list_one_type,
    }
    for kind in VALUES:
        if kind != "SOA":
            at = f"{ZONES}/{kind.lower()}"
            routes[("GET", at, "item")] = read
            routes[("GET", at, "list")] = list_one_type
            routes[("PUT", at, "item")] = put
            routes[("PATCH", at, "item")] = patch
            routes[("DELETE", at, "item")] = delete
    return routes


ROUTES = _routes()

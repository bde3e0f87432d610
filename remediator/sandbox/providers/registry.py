"""Registries: what a PATCH merges, what a SKU allows, what a firewall switch forbids.

networkRuleSet is absent for Basic and Standard; `ipRules` is replaced as a whole; an export policy that is disabled
holds public access shut (MicrosoftDocs data-loss-prevention).
"""

from __future__ import annotations

import copy

from remediator.sandbox import errors, private_link
from remediator.sandbox.acceptance import accept_delete, accept_put, written
from remediator.sandbox.arm_id import Target, region
from remediator.sandbox.private_link import REGISTRIES
from remediator.sandbox.providers import connection
from remediator.sandbox.providers.reading import Handler, existing, listing, read
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

SETTINGS = (
    "adminUserEnabled",
    "anonymousPullEnabled",
    "dataEndpointEnabled",
    "encryption",
    "metadataSearch",
    "networkRuleBypassAllowedForTasks",
    "networkRuleBypassOptions",
    "publicNetworkAccess",
    "roleAssignmentMode",
    "zoneRedundancy",
)
MOST_CONNECTIONS, MOST_RULES, MOST_WEBHOOKS = 200, 200, 500


def _premium(body: Body) -> bool:
    return private_link.sku(body).lower() == "premium"


def _settings(world: World, body: Body, old: Body | None) -> None:
    """The properties of a registry that is put: asked for, kept from before, or Azure's defaults."""
    asked, before = body["properties"], (old or {}).get("properties", {})
    defaults: Body = {
        "loginServer": f"{body['name'].lower()}.{world.cloud.registry_suffix}",
        "creationDate": world.now(),
        "adminUserEnabled": False,
        "policies": {
            "quarantinePolicy": {"status": "disabled"},
            "trustPolicy": {"type": "Notary", "status": "disabled"},
            "retentionPolicy": {"days": 7, "lastUpdatedTime": world.now(), "status": "disabled"},
            "exportPolicy": {"status": "enabled"},
        },
        "encryption": {"status": "disabled"},
        "dataEndpointEnabled": False,
        "dataEndpointHostNames": [],
        "publicNetworkAccess": "Enabled",
        "networkRuleBypassOptions": "AzureServices",
        "zoneRedundancy": "Disabled",
    }
    body["properties"] = {**defaults, **copy.deepcopy(before)}
    _merge(body, {"properties": asked})


def _merge(body: Body, asked: Body) -> None:
    """Lay the asked-for properties over the present ones."""
    wanted, now = asked.get("properties") or {}, body["properties"]
    now.update({name: copy.deepcopy(wanted[name]) for name in SETTINGS if wanted.get(name) is not None})
    for name, policy in (wanted.get("policies") or {}).items():
        if policy is not None:
            now.setdefault("policies", {}).setdefault(name, {}).update(policy)
    if wanted.get("networkRuleSet") is not None:
        rules = now.setdefault("networkRuleSet", {"defaultAction": "Allow", "ipRules": []})
        rules.update(
            {name: copy.deepcopy(value) for name, value in wanted["networkRuleSet"].items() if value is not None}
        )
        for rule in rules.get("ipRules") or []:
            rule.setdefault("action", "Allow")
    if not _premium(body):
        now.pop("networkRuleSet", None)
    else:
        now.setdefault("networkRuleSet", {"defaultAction": "Allow", "ipRules": []})


def _check(asked: Body, body: Body, old: Body | None) -> None:
    """Refuse what the SKU, the export policy or the connections do not allow."""
    wanted, merged = asked.get("properties") or {}, body["properties"]
    if not _premium(body):
        if wanted.get("networkRuleSet") is not None or wanted.get("publicNetworkAccess") == "Disabled":
            raise errors.bad_request(
                "InvalidSku",
                f"The registry '{body['name']}' is {private_link.sku(body)}; network rules need a Premium registry.",
            )
        if old is not None and old["properties"].get("dataEndpointEnabled"):
            raise errors.bad_request("InvalidSku", f"The registry '{body['name']}' uses Premium features.")
    export = ((merged.get("policies") or {}).get("exportPolicy") or {}).get("status", "enabled")
    if export == "disabled" and merged.get("publicNetworkAccess") != "Disabled":
        raise errors.bad_request(
            "ExportPolicyConflict",
            f"The registry '{body['name']}' cannot have public network access enabled while its export policy is "
            "disabled.",
        )


def put(world: World, request: Request, place: Target) -> Response:
    """Create or replace a registry."""
    old = world.state.get(place.path)
    body = written(place, request, old, "Microsoft.ContainerRegistry/registries")
    if "sku" not in body or "location" not in body:
        raise errors.bad_request("InvalidRequestContent", "A registry needs a location and a sku.")
    body["sku"] = {"name": body["sku"]["name"], "tier": body["sku"]["name"]}
    body.setdefault("tags", {})
    _settings(world, body, old)
    _check(request.document(), body, old)
    failure = world.faults.next_failure()
    world.state.put(body)
    private_link.refresh_data_hosts(world, body)
    return accept_put(world, request, place, body, created=old is None, failure=failure)


def patch(world: World, request: Request, place: Target) -> Response:
    """Merge settings into a registry: 200, at once, nothing to poll (as recorded)."""
    old, asked = existing(world, place), request.document()
    body = copy.deepcopy(old)
    if asked.get("sku"):
        body["sku"] = {"name": asked["sku"]["name"], "tier": asked["sku"]["name"]}
    if asked.get("tags") is not None:
        body["tags"] = copy.deepcopy(asked["tags"])
    if asked.get("identity") is not None:
        body["identity"] = copy.deepcopy(asked["identity"])
    _merge(body, asked)
    _check(asked, body, old)
    world.state.put(body)
    private_link.refresh_data_hosts(world, body)
    return reply(200, world.state.shown(body))


def delete(world: World, request: Request, place: Target) -> Response:
    """Delete a registry; its endpoints are left behind, Disconnected."""
    body = world.state.get(place.path)
    if body is None:
        return reply(204)
    failure = world.faults.next_failure()
    if failure is None:
        for found in world.state.children(place.path, "privateEndpointConnections"):
            connection.disconnect(world, found)
        world.state.remove(place.path)
    return accept_delete(world, request, place, region(body.get("location")), failure)


def usages(world: World, request: Request, place: Target) -> Response:
    """How much of each limit is used."""
    registry = world.state.get(place.parent)
    if registry is None:
        raise errors.parent_not_found(place.names[0])
    connected = len(world.state.children(place.parent, "privateEndpointConnections"))
    rules = len((registry["properties"].get("networkRuleSet") or {}).get("ipRules") or [])
    rows = [
        {"name": "Size", "limit": 536870912000, "currentValue": 0, "unit": "Bytes"},
        {"name": "Webhooks", "limit": MOST_WEBHOOKS, "currentValue": 0, "unit": "Count"},
        {"name": "NetworkRules", "limit": MOST_RULES, "currentValue": rules, "unit": "Count"},
        {"name": "PrivateEndpointConnections", "limit": MOST_CONNECTIONS, "currentValue": connected, "unit": "Count"},
    ]
    return reply(200, {"value": rows})


def link_resources(world: World, request: Request, place: Target) -> Response:
    """The one group id of a registry, with its members and its zone."""
    registry = world.state.get(place.parent)
    if registry is None:
        raise errors.parent_not_found(place.names[0])
    suffix = private_link.login_server(registry).partition(".")[2]
    found = {
        "type": "Microsoft.ContainerRegistry/registries/privateLinkResources",
        "id": f"{registry['id']}/privateLinkResources/registry",
        "name": "registry",
        "properties": {
            "groupId": "registry",
            "requiredMembers": [name for name, _ in private_link.members(world, registry)],
            "requiredZoneNames": [f"privatelink.{suffix}"],
        },
    }
    return reply(200, {"value": [found]} if place.kind == "list" else found)


ROUTES: dict[tuple[str, str, str], Handler] = {
    ("GET", REGISTRIES, "item"): read,
    ("GET", REGISTRIES, "list"): listing,
    ("PUT", REGISTRIES, "item"): put,
    ("PATCH", REGISTRIES, "item"): patch,
    ("DELETE", REGISTRIES, "item"): delete,
    ("GET", f"{REGISTRIES}/listusages", "list"): usages,
    ("GET", f"{REGISTRIES}/privatelinkresources", "list"): link_resources,
    ("GET", f"{REGISTRIES}/privatelinkresources", "item"): link_resources,
}

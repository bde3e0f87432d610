"""What lies above resources: clouds, tenants, subscriptions, resource groups, and lists of all resources."""

from __future__ import annotations

import re

from remediator.sandbox import errors
from remediator.sandbox.arm_id import Target, key, target
from remediator.sandbox.clouds import TENANT
from remediator.sandbox.providers.offered import NAMESPACES
from remediator.sandbox.providers.reading import page, visible
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

TRACKED = ("id", "name", "type", "location", "tags", "sku", "kind", "identity")
TYPE_FILTER = re.compile(r"resourceType\s+eq\s+'([^']+)'", re.IGNORECASE)


def metadata(world: World, request: Request) -> Response:
    """Endpoints of this cloud: a list up to 2019-05-01, an object since (what the az CLI reads)."""
    cloud = world.cloud
    document: Body = {
        "name": cloud.name,
        "portal": cloud.portal,
        "authentication": {
            "loginEndpoint": cloud.login,
            "audiences": [cloud.management, request.origin],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "media": cloud.management,
        "graphAudience": cloud.graph,
        "graph": cloud.graph,
        "batch": cloud.management,
        "sqlManagement": cloud.management,
        "vmImageAliasDoc": f"{request.origin}/metadata/aliases.json",
        "resourceManager": request.origin,
        "activeDirectoryDataLake": cloud.management,
        "gallery": request.origin,
        "logAnalyticsResourceId": cloud.management,
        "microsoftGraphResourceId": cloud.graph,
        "suffixes": {
            "acrLoginServer": cloud.registry_suffix,
            "keyVaultDns": cloud.vault_suffix,
            "storage": cloud.storage_suffix,
            "sqlServerHostname": f"database.{cloud.storage_suffix}",
        },
    }
    return reply(200, [document] if request.api_version <= "2019-05-01" else document)


def subscription(world: World, name: str) -> Body:
    """One subscription as ARM shows it."""
    return {
        "id": f"/subscriptions/{name}",
        "subscriptionId": name,
        "tenantId": TENANT,
        "displayName": f"sandbox-{name[:8]}",
        "state": "Enabled",
        "subscriptionPolicies": {"locationPlacementId": "Public", "quotaId": "Sandbox", "spendingLimit": "Off"},
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
    }


def _locations(world: World, name: str) -> list[Body]:
    places = sorted(
        {
            str(body.get("location")).replace(" ", "").lower()
            for body in world.state.all()
            if body.get("location") and body.get("location") != "global"
        }
    )
    return [
        {
            "id": f"/subscriptions/{name}/locations/{place}",
            "name": place,
            "displayName": place,
            "regionalDisplayName": place,
            "type": "Region",
            "metadata": {"regionType": "Physical"},
        }
        for place in places
    ]


def _provider(name: str, namespace: str) -> Body:
    return {
        "id": f"/subscriptions/{name}/providers/{namespace}",
        "namespace": namespace,
        "registrationState": "Registered",
        "registrationPolicy": "RegistrationRequired",
        "resourceTypes": [
            {"resourceType": kind, "locations": [], "apiVersions": list(versions)}
            for kind, versions in NAMESPACES.get(namespace, {}).items()
        ],
    }


def _summary(body: Body) -> Body:
    return {name: body[name] for name in TRACKED if body.get(name) is not None}


def resources(world: World, request: Request, scope: str) -> Response:
    """Tracked (top-level) resources below a scope, of one type when `$filter` says so."""
    wanted = TYPE_FILTER.search(request.query.get("$filter", ""))
    found = []
    for body in [*world.state.all(), *(odd.named for odd in world.state.odd.values())]:
        place = target(str(body["id"]))
        inside = key(place.path).startswith(key(scope) + "/") and len(place.types) == 1
        tracked = body.get("location") is not None
        if inside and tracked and visible(world, body) and (not wanted or wanted[1].lower() == place.type):
            found.append(_summary(body))
    return page(world, request, found)


def _groups(world: World, scope: str) -> list[Body]:
    return [group for at, group in world.state.groups.items() if at.startswith(key(scope) + "/")]


def put_group(world: World, request: Request, place: Target) -> Response:
    """Create a resource group."""
    known = key(place.path) in world.state.groups
    world.state.note_scope(place.subscription, place.group, request.document())
    return reply(200 if known else 201, world.state.groups[key(place.path)])


def answer(world: World, request: Request, place: Target) -> Response | None:
    """The answer for a path above the resources, or None when it is no such path."""
    parts = request.path.lower().strip("/").split("/")
    if request.method == "PUT" and len(parts) == 4 and parts[2] == "resourcegroups":
        return put_group(world, request, place)
    if request.method not in ("GET", "HEAD"):
        return None
    seen = [name for name in world.state.subscriptions.values() if not world.faults.hides(f"/subscriptions/{name}", "")]
    known = [subscription(world, name) for name in seen]
    match parts:
        case ["metadata", "endpoints"]:
            return metadata(world, request)
        case ["tenants"]:
            return reply(200, {"value": [{"id": f"/tenants/{TENANT}", "tenantId": TENANT, "displayName": "Sandbox"}]})
        case ["subscriptions"]:
            return page(world, request, known)
        case ["subscriptions", name]:
            return reply(200, subscription(world, world.state.subscriptions[name]))
        case ["subscriptions", name, "locations"]:
            return reply(200, {"value": _locations(world, name)})
        case ["subscriptions", name, "providers"]:
            return page(world, request, [_provider(name, namespace) for namespace in NAMESPACES])
        case ["subscriptions", name, "providers", namespace]:
            spelt = {known.lower(): known for known in NAMESPACES}
            return reply(200, _provider(name, spelt.get(namespace, place.namespace or namespace)))
        case ["subscriptions", _, "resourcegroups"]:
            return page(world, request, _groups(world, place.scope.rsplit("/", 1)[0]))
        case ["subscriptions", _, "resourcegroups", _]:
            return reply(200, world.state.groups[key(request.path)])
        case ["subscriptions", _, "resources"] | ["subscriptions", _, "resourcegroups", _, "resources"]:
            return resources(world, request, request.path.rsplit("/", 1)[0])
    return None


def require_scope(world: World, request: Request, place: Target) -> None:
    """SubscriptionNotFound and ResourceGroupNotFound come before anything else."""
    if place.subscription and place.subscription.lower() not in world.state.subscriptions:
        raise errors.subscription_not_found(place.subscription)
    group = f"/subscriptions/{place.subscription}/resourceGroups/{place.group}"
    creating = request.method == "PUT" and key(place.path) == key(group)
    if place.group and key(group) not in world.state.groups and not creating:
        raise errors.group_not_found(place.group)

"""How a stored body looks to a reader: counts, back references and fields that depend on the api-version."""

from __future__ import annotations

from remediator.sandbox import addresses
from remediator.sandbox.arm_id import key, name_of, parent_of, target
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World

ZONES = "microsoft.network/privatednszones"
ZONE_GROUPS = "microsoft.network/privateendpoints/privatednszonegroups"
# resolutionPolicy exists from this version on; older ones neither show nor keep it.
RESOLUTION_POLICY_SINCE = "2024-06-01"


# The api-version of a look from behind: everything is shown.
EVERYTHING = "9999-12-31"


def present(world: World, body: Body, api_version: str) -> Body:
    """A copy of a body as GET answers it."""
    seen = world.state.shown(body)
    kind = target(str(body["id"])).type
    if kind == "microsoft.network/virtualnetworks":
        for subnet in seen["properties"]["subnets"]:
            if key(subnet["id"]) not in world.state.odd:
                _occupants(world, subnet)
    elif kind == "microsoft.network/virtualnetworks/subnets":
        _occupants(world, seen)
    elif kind == ZONES:
        _counts(world, seen)
    elif kind == f"{ZONES}/virtualnetworklinks":
        _policy(seen, api_version)
    elif kind == ZONE_GROUPS and api_version != EVERYTHING:
        as_described(seen)
    elif kind in ("microsoft.app/containerapps", "microsoft.app/jobs") and api_version != EVERYTHING:
        # Sent by Azure, unknown to its description (app 2024-03-01).
        seen["properties"].pop("runningStatus", None)
    return seen


def as_described(group: Body) -> Body:
    """A zone group without the fields that Azure sends and its description (network 2024-01-01) does not know."""
    group.pop("type", None)
    for config in group["properties"].get("privateDnsZoneConfigs") or []:
        for name in ("id", "etag", "type"):
            config.pop(name, None)
        config["properties"].pop("provisioningState", None)
    return group


def _occupants(world: World, subnet: Body) -> None:
    """A subnet lists what sits in it; absent, not empty, when nothing does."""
    known = addresses.configurations(world, subnet["id"])
    listed = [found for found in subnet["properties"].get("ipConfigurations") or [] if "id" in found]
    ids = {key(found["id"]): {"id": found["id"]} for found in [*listed, *known]}
    if ids:
        subnet["properties"]["ipConfigurations"] = list(ids.values())
    endpoints = world.remember("endpoints", lambda: _endpoints(world)).get(key(subnet["id"]), [])
    if endpoints:
        subnet["properties"]["privateEndpoints"] = [{"id": rid} for rid in endpoints]


def _endpoints(world: World) -> dict[str, list[str]]:
    """The ids of private endpoints by their subnet."""
    with world.state.overlooking():
        known = world.state.of_type("microsoft.network/privateendpoints")
    found: dict[str, list[str]] = {}
    for endpoint in known:
        subnet = key((endpoint["properties"].get("subnet") or {}).get("id", "/"))
        found.setdefault(subnet, []).append(endpoint["id"])
    return found


def records(world: World, zone_id: str) -> list[Body]:
    """A zone's record sets without links and without the start of authority."""
    return [
        body
        for body in world.state.below(zone_id)
        if target(str(body["id"])).type not in (f"{ZONES}/virtualnetworklinks", f"{ZONES}/soa")
    ]


def _counts(world: World, zone: Body) -> None:
    with world.state.overlooking():
        links, sets = world.state.children(zone["id"], "virtualNetworkLinks"), records(world, zone["id"])
    registered = [link for link in links if link["properties"].get("registrationEnabled")]
    zone["properties"].update(
        maxNumberOfRecordSets=25000,
        maxNumberOfVirtualNetworkLinks=1000,
        maxNumberOfVirtualNetworkLinksWithRegistration=100,
        numberOfRecordSets=1 + len(sets),
        numberOfVirtualNetworkLinks=len(links),
        numberOfVirtualNetworkLinksWithRegistration=len(registered),
    )


def _policy(link: Body, api_version: str) -> None:
    zone = name_of(parent_of(link["id"]))
    if api_version < RESOLUTION_POLICY_SINCE:
        link["properties"].pop("resolutionPolicy", None)
    elif zone.lower().startswith("privatelink."):
        link["properties"].setdefault("resolutionPolicy", "Default")

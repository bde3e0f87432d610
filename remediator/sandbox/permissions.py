"""May this client make this request? Asked by `routes` of every request, once `azure.permissions` names anybody.

The action that a request needs follows from its path as in ARM: GET is `/read`, PUT and PATCH `/write`, DELETE
`/delete`, POST `/action`. What a written body points at needs an action there too (MicrosoftDocs private-link
rbac-permissions; azure-facts 7, 9). Actions are compared without case, and `*` in a granted one covers anything.
"""

from __future__ import annotations

from collections.abc import Iterator

from remediator.sandbox.arm_id import Target
from remediator.sandbox.errors import ArmError
from remediator.sandbox.faults import VERBS
from remediator.sandbox.history import CLAIMS, claims_of
from remediator.sandbox.policies import QUESTION
from remediator.sandbox.private_link import ENDPOINTS
from remediator.sandbox.roles import covered
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

PERMISSIONS = "microsoft.authorization/permissions"
# Paths that everybody who has signed in may read; the list of subscriptions is narrowed down instead of refused.
OPEN = ("/metadata/endpoints", "/tenants", "/subscriptions")
SUBNET_JOIN = "Microsoft.Network/virtualNetworks/subnets/join/action"
AUTO_APPROVAL = "Microsoft.ContainerRegistry/registries/privateEndpointConnectionsApproval/action"
ZONE_JOIN = "Microsoft.Network/privateDnsZones/join/action"
NETWORK_JOIN = "Microsoft.Network/virtualNetworks/join/action"
PEER = "Microsoft.Network/virtualNetworks/peer/action"

Need = tuple[str, str]  # an action, and the scope on which it is needed


def require(world: World, request: Request, place: Target) -> None:
    """Refuse a request whose client lacks its action (403)."""
    need = needed(request, place) if world.permissions else None
    if need is None:
        return
    client, granted = _caller(world, request)
    action, scope = need
    if not covered(granted, action):
        raise ArmError(
            403,
            "AuthorizationFailed",
            f"{client} does not have authorization to perform action '{action}' over scope '{scope}' or the scope is "
            "invalid. If access was recently granted, please refresh your credentials.",
        )


def require_linked(world: World, request: Request, place: Target) -> None:
    """Refuse a PUT whose client lacks an action on something that the body, in shape, points at (403)."""
    need = needed(request, place) if world.permissions else None
    if need is None:
        return
    client, granted = _caller(world, request)
    lacking = [linked for linked in pointed_at(request, place) if not covered(granted, linked[0])]
    if lacking:
        action, scope = need
        actions, scopes = (",".join(f"'{one}'" for one in names) for names in zip(*lacking, strict=True))
        raise ArmError(
            403,
            "LinkedAuthorizationFailed",
            f"{client} has permission to perform action '{action}' on scope '{scope}'; however, it does not have "
            f"permission to perform action(s) {actions} on the linked scope(s) {scopes} (respectively) or the linked "
            "scope(s) are invalid.",
        )


def _caller(world: World, request: Request) -> tuple[str, list[str]]:
    """How refusals call the client, and its actions."""
    claims = claims_of(request.headers.get("authorization", ""))
    client = claims.get("appid", "")
    return f"The client '{client}' with object id '{claims.get(CLAIMS['oid'], '')}'", granted_to(world, client)


def granted_to(world: World, client: str) -> list[str]:
    """The actions of a client; none where only others are named."""
    for named, actions in world.permissions.items():
        if named.lower() == client.lower():
            return sorted(actions)
    return []


def needed(request: Request, place: Target) -> Need | None:
    """The action that a request needs and its scope; None where everybody may."""
    verb = VERBS.get(request.method, "write")
    if request.path.rstrip("/").lower() in OPEN:
        return None
    if not place.types:
        return f"{_above(place)}/{verb}", place.path
    kind = "/".join((place.namespace, *place.types))
    if kind.lower() == QUESTION:  # sent as POST; its action ends in /read (role-based-access-control/permissions)
        verb = "read"
    return f"{kind}/{verb}", place.path if place.kind == "item" else place.parent


def _above(place: Target) -> str:
    """The kind of a path above the resources: a subscription, a group, or a list in one."""
    parts = place.path.strip("/").split("/")
    if len(parts) > 2 and parts[2].lower() == "providers":
        return "Microsoft.Resources/subscriptions/providers"
    return "/".join(("Microsoft.Resources", *parts[0::2]))


def pointed_at(request: Request, place: Target) -> Iterator[Need]:
    """What a PUT's body points at, and the action that is needed there."""
    if request.method != "PUT":
        return
    held = request.document().get("properties") or {}
    match place.type:
        case _ if place.type == ENDPOINTS:
            yield from _need(SUBNET_JOIN, held.get("subnet"), "id")
            for connection in held.get("privateLinkServiceConnections") or []:
                yield from _need(AUTO_APPROVAL, connection.get("properties"), "privateLinkServiceId")
        case "microsoft.network/privateendpoints/privatednszonegroups":
            for config in held.get("privateDnsZoneConfigs") or []:
                yield from _need(ZONE_JOIN, config.get("properties"), "privateDnsZoneId")
        case "microsoft.network/privatednszones/virtualnetworklinks":
            yield from _need(NETWORK_JOIN, held.get("virtualNetwork"), "id")
        case "microsoft.network/virtualnetworks/virtualnetworkpeerings":
            yield from _need(PEER, held.get("remoteVirtualNetwork"), "id")


def _need(action: str, holder: Body | None, name: str) -> Iterator[Need]:
    scope = (holder or {}).get(name)
    if isinstance(scope, str) and scope:
        yield action, scope


def of_caller(world: World, request: Request, place: Target) -> Response:
    """What the caller may do at a scope; everything while nobody is named."""
    actions = _caller(world, request)[1] if world.permissions else ["*"]
    row = {"actions": actions, "notActions": [], "dataActions": [], "notDataActions": []}
    return reply(200, {"value": [row]})


ROUTES = {("GET", PERMISSIONS, "list"): of_caller}

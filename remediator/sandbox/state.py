"""What exists: raw bodies by id, children always stored on their own and put back into their parent when shown."""

from __future__ import annotations

import copy
from collections.abc import Iterator

from remediator.sandbox.arm_id import key, name_of, target
from remediator.sandbox.wire import Body

# parent type → (property, child collection, shown inline by GET)
INLINE: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "microsoft.network/virtualnetworks": (
        ("subnets", "subnets", True),
        ("virtualNetworkPeerings", "virtualNetworkPeerings", True),
    ),
    "microsoft.network/networksecuritygroups": (("securityRules", "securityRules", True),),
    "microsoft.network/routetables": (("routes", "routes", True),),
    "microsoft.network/privateendpoints": (("privateDnsZoneGroups", "privateDnsZoneGroups", False),),
    "microsoft.network/privatednszones": (("virtualNetworkLinks", "virtualNetworkLinks", False),),
    "microsoft.network/dnsresolvers": (("inboundEndpoints", "inboundEndpoints", False),),
    "microsoft.network/dnsforwardingrulesets": (
        ("forwardingRules", "forwardingRules", False),
        ("virtualNetworkLinks", "virtualNetworkLinks", False),
    ),
    "microsoft.containerregistry/registries": (
        ("privateEndpointConnections", "privateEndpointConnections", True),
        ("replications", "replications", False),
    ),
}


class State:
    """Bodies by id and by type. Bodies are live: whoever holds one may change it."""

    def __init__(self) -> None:
        self._bodies: dict[str, Body] = {}
        self._by_type: dict[str, dict[str, Body]] = {}
        self._children: dict[str, dict[str, Body]] = {}
        self.unreadable: dict[str, Body] = {}
        self.groups: dict[str, Body] = {}
        self.subscriptions: dict[str, str] = {}

    def get(self, resource_id: str | None) -> Body | None:
        """The live body, or None."""
        return self._bodies.get(key(resource_id)) if resource_id else None

    def put(self, body: Body) -> Body:
        """Store a body under its id (a child that stands inline in it is stored on its own)."""
        place = target(str(body["id"]))
        at = key(place.path)
        for prop, collection, _ in INLINE.get(place.type, ()):
            inline = body.get("properties", {}).pop(prop, None)
            for child in inline or ():
                self._put_inline(place.path, collection, child)
        body.setdefault("name", place.name)
        body.setdefault("type", "/".join((place.namespace, *place.types)))
        self._bodies[at] = body
        self._by_type.setdefault(place.type, {})[at] = body
        self._children.setdefault(key(place.path.rsplit("/", 2)[0]), {})[at] = body
        self.note_scope(place.subscription, place.group, body)
        return body

    def _put_inline(self, parent: str, collection: str, child: Body) -> None:
        name = child.get("name") or name_of(str(child.get("id", "")))
        child.setdefault("id", f"{parent}/{collection}/{name}")
        if key(child["id"]) not in self._bodies:
            self.put(child)

    def missing_inline(self, body: Body) -> list[str]:
        """Ids of children that exist and that a body, which lists its children inline, does not name."""
        place, gone = target(str(body["id"])), []
        for prop, collection, _ in INLINE.get(place.type, ()):
            listed = body.get("properties", {}).get(prop)
            kept = {str(child.get("name") or name_of(str(child["id"]))).lower() for child in listed or ()}
            for child in self.children(place.path, collection) if listed is not None else ():
                if child["name"].lower() not in kept:
                    gone.append(str(child["id"]))
        return gone

    def note_scope(self, subscription: str, group: str, body: Body | None = None) -> None:
        """A subscription and a resource group exist as soon as anything lives in them."""
        if subscription:
            self.subscriptions.setdefault(subscription.lower(), subscription)
        if group:
            scope = f"/subscriptions/{subscription}/resourceGroups/{group}"
            found = self.groups.setdefault(
                key(scope),
                {
                    "id": scope,
                    "name": group,
                    "type": "Microsoft.Resources/resourceGroups",
                    "location": "",
                    "properties": {"provisioningState": "Succeeded"},
                },
            )
            place = (body or {}).get("location")
            if not found["location"] and place and place != "global":
                found["location"] = place

    def remove(self, resource_id: str) -> Body | None:
        """Forget a resource and everything below it."""
        at = key(resource_id)
        for child in list(self._children.get(at, ())):
            self.remove(child)
        body = self._bodies.pop(at, None)
        if body is not None:
            self._by_type.get(target(at).type, {}).pop(at, None)
            self._children.get(at.rsplit("/", 2)[0], {}).pop(at, None)
        self.unreadable.pop(at, None)
        return body

    def of_type(self, kind: str, under: str = "") -> list[Body]:
        """Bodies of one type, in order of arrival, below an id when one is given."""
        prefix = key(under) + "/" if under.strip("/") else ""
        return [body for at, body in self._by_type.get(kind.lower(), {}).items() if at.startswith(prefix)]

    def children(self, parent: str, collection: str) -> list[Body]:
        """The direct children of one resource in one collection."""
        prefix = f"{key(parent)}/{collection.lower()}/"
        return [body for at, body in self._children.get(key(parent), {}).items() if at.startswith(prefix)]

    def below(self, parent: str) -> list[Body]:
        """The direct children of one resource, of every type."""
        return list(self._children.get(key(parent), {}).values())

    def all(self) -> Iterator[Body]:
        """Every body."""
        return iter(list(self._bodies.values()))

    def shown(self, body: Body) -> Body:
        """A copy as GET answers it, children back in place."""
        seen = copy.deepcopy(body)
        for prop, collection, inline in INLINE.get(target(str(body["id"])).type, ()):
            if inline:
                children = [self.shown(child) for child in self.children(body["id"], collection)]
                seen.setdefault("properties", {})[prop] = children
        return seen


def load(resources: list[Body]) -> State:
    """State from estate resources: own bodies outrank inline ones; stubs with an `error` stay unreadable."""
    state = State()
    for body in resources:
        if "error" in body:
            at = target(str(body["id"]))
            state.unreadable[key(at.path)] = copy.deepcopy(body)
            state.note_scope(at.subscription, at.group)
    whole = [copy.deepcopy(body) for body in resources if "error" not in body]
    order = _file_order(whole)
    for body in whole:
        kind = target(str(body["id"])).type
        if kind == "microsoft.resources/resourcegroups" or "/providers/" not in str(body["id"]).lower():
            _load_scope(state, body)
    for body in sorted((b for b in whole if "/providers/" in str(b["id"]).lower()), key=_depth, reverse=True):
        state.put(body)
    return _in_file_order(state, order)


def _depth(body: Body) -> int:
    return str(body["id"]).count("/")


def _load_scope(state: State, body: Body) -> None:
    at = target(str(body["id"]))
    if at.group:
        state.groups[key(body["id"])] = body
    state.note_scope(at.subscription, at.group)


def _in_file_order(state: State, order: dict[str, tuple[int, int]]) -> State:
    """Children were stored first, so that they outrank inline copies; list them as the file does all the same."""
    last = (len(order), 0)
    fresh = State()
    fresh.unreadable, fresh.groups, fresh.subscriptions = state.unreadable, state.groups, state.subscriptions
    for body in sorted(state.all(), key=lambda found: order.get(key(str(found["id"])), last)):
        fresh.put(body)
    return fresh


def _file_order(whole: list[Body]) -> dict[str, tuple[int, int]]:
    """Where each body first stands in the file, inline or on its own."""
    order: dict[str, tuple[int, int]] = {}
    for at, body in enumerate(whole):
        place = target(str(body["id"]))
        order.setdefault(key(place.path), (at, 0))
        for prop, collection, _ in INLINE.get(place.type, ()):
            for row, child in enumerate(body.get("properties", {}).get(prop) or (), start=1):
                name = child.get("name") or name_of(str(child.get("id", "")))
                order.setdefault(key(str(child.get("id") or f"{place.path}/{collection}/{name}")), (at, row))
    return order

"""What exists: raw bodies by id, children always stored on their own and put back into their parent when shown."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from remediator.sandbox.admission import Odd, admit
from remediator.sandbox.arm_id import key, target
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
    """Bodies by id and by type. Bodies are live: whoever holds one may change it.

    Whatever needs an odd resource (see `admission`) raises its refusal, unless it is `overlooking` them.
    """

    def __init__(self) -> None:
        self._bodies: dict[str, Body] = {}
        self._by_type: dict[str, dict[str, Body]] = {}
        self._children: dict[str, dict[str, Body]] = {}
        self.unreadable: dict[str, Body] = {}
        self.odd: dict[str, Odd] = {}
        self.unplaced: list[Any] = []
        self._overlooks = False
        self.changes = 0  # counts what was put and removed, and writes, which may change bodies in place
        self.groups: dict[str, Body] = {}
        self.subscriptions: dict[str, str] = {}

    def get(self, resource_id: str | None) -> Body | None:
        """The live body, or None."""
        if not resource_id:
            return None
        at = key(resource_id)
        found = self._bodies.get(at)
        if found is None and self.odd:
            self._require_known(lambda odd: at == odd or at.startswith(odd + "/"))
        return found

    @contextmanager
    def overlooking(self) -> Iterator[None]:
        """Odd resources count as absent in here: for looks from behind, and for what is only counted."""
        before, self._overlooks = self._overlooks, True
        try:
            yield
        finally:
            self._overlooks = before

    def _require_known(self, concerns: Callable[[str], bool]) -> None:
        for at, odd in self.odd.items():
            if not self._overlooks and concerns(at):
                raise odd.refusal

    def put(self, body: Body) -> Body:
        """Store a body under its id (a child that stands inline in it is stored on its own)."""
        place = target(str(body["id"]))
        at = key(place.path)
        self.changes += 1
        for prop, collection, _ in INLINE.get(place.type, ()):
            for child in body["properties"].pop(prop, ()):
                child.setdefault("id", f"{place.path}/{collection}/{child['name']}")
                if key(child["id"]) not in self._bodies and key(child["id"]) not in self.odd:
                    self.put(child)
        body.setdefault("name", place.name)
        body.setdefault("type", "/".join((place.namespace, *place.types)))
        self._bodies[at] = body
        self.odd.pop(at, None)
        self._by_type.setdefault(place.type, {})[at] = body
        self._children.setdefault(key(place.path.rsplit("/", 2)[0]), {})[at] = body
        self.note_scope(place.subscription, place.group, body)
        return body

    def missing_inline(self, body: Body) -> list[str]:
        """Ids of children that exist and that a body in shape, which lists its children inline, does not name."""
        place, gone = target(str(body["id"])), []
        for prop, collection, _ in INLINE.get(place.type, ()):
            listed = body["properties"].get(prop)
            kept = {child["name"].lower() for child in listed or ()}
            for child in self.children(place.path, collection) if listed is not None else ():
                if child["name"].lower() not in kept:
                    gone.append(str(child["id"]))
        return gone

    def merge(self, body: Body, registry_suffix: str) -> None:
        """Take one estate body over what is here, its inline children included."""
        admitted = admit([body], registry_suffix)
        self.changes += 1
        if admitted.unplaced:
            raise ValueError("a resource needs an id that leads somewhere")
        for odd in admitted.odd.values():
            self.remove(odd.id)
            self.odd[key(odd.id)] = odd
        for stub in admitted.stubs:
            self.unreadable[key(stub["id"])] = stub
        for found in admitted.whole:
            at = target(found["id"])
            if not at.types:
                _load_scope(self, found)
                continue
            for gone in self.missing_inline(found):
                self.remove(gone)
            for prop, _, _ in INLINE.get(at.type, ()):
                for child in found["properties"].pop(prop, ()):
                    self.put(child)
            self.put(found)

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
            if not found.get("location") and place and place != "global":
                found["location"] = place

    def remove(self, resource_id: str) -> Body | None:
        """Forget a resource and everything below it."""
        at = key(resource_id)
        self.changes += 1
        for child in list(self._children.get(at, ())):
            self.remove(child)
        body = self._bodies.pop(at, None)
        if body is not None:
            self._by_type.get(target(at).type, {}).pop(at, None)
            self._children.get(at.rsplit("/", 2)[0], {}).pop(at, None)
        for gone in [found for found in self.odd if found == at or found.startswith(at + "/")]:
            del self.odd[gone]
        self.unreadable.pop(at, None)
        return body

    def of_type(self, kind: str, under: str = "") -> list[Body]:
        """Bodies of one type, in order of arrival, below an id when one is given."""
        prefix = key(under) + "/" if under.strip("/") else ""
        if self.odd:
            wanted = kind.lower()
            self._require_known(lambda odd: odd.startswith(prefix) and f"{wanted}/".startswith(target(odd).type + "/"))
        return [body for at, body in self._by_type.get(kind.lower(), {}).items() if at.startswith(prefix)]

    def odd_of_type(self, kind: str, under: str = "") -> list[Body]:
        """Copies of odd bodies of one type, as they were given, below an id when one is given."""
        prefix = key(under) + "/" if under.strip("/") else ""
        found = [odd for at, odd in self.odd.items() if at.startswith(prefix) and target(at).type == kind.lower()]
        return [copy.deepcopy(odd.body) for odd in found]

    def children(self, parent: str, collection: str) -> list[Body]:
        """The direct children of one resource in one collection."""
        prefix = f"{key(parent)}/{collection.lower()}/"
        if self.odd:
            self._require_known(lambda odd: f"{key(parent)}/".startswith(odd + "/") or odd.startswith(prefix))
        return [body for at, body in self._children.get(key(parent), {}).items() if at.startswith(prefix)]

    def below(self, parent: str) -> list[Body]:
        """The direct children of one resource, of every type."""
        if self.odd:
            self._require_known(
                lambda odd: f"{key(parent)}/".startswith(odd + "/") or odd.startswith(key(parent) + "/")
            )
        return list(self._children.get(key(parent), {}).values())

    def all(self) -> Iterator[Body]:
        """Every body in shape."""
        return iter(list(self._bodies.values()))

    def shown(self, body: Body) -> Body:
        """A copy as GET answers it, children back in place."""
        seen = copy.deepcopy(body)
        for prop, collection, inline in INLINE.get(target(str(body["id"])).type, ()):
            if inline:
                with self.overlooking():
                    children = [self.shown(child) for child in self.children(body["id"], collection)]
                below = target(f"{body['id']}/{collection}")
                seen.setdefault("properties", {})[prop] = children + self.odd_of_type(below.type, body["id"])
        return seen


def load(resources: Iterable[Any], registry_suffix: str = "azurecr.io") -> State:
    """State from estate resources: own bodies outrank inline ones; stubs with an `error` stay unreadable."""
    state, admitted = State(), admit(resources, registry_suffix)
    state.odd, state.unplaced = admitted.odd, admitted.unplaced
    for stub in admitted.stubs:
        at = target(stub["id"])
        state.unreadable[key(at.path)] = stub
        state.note_scope(at.subscription, at.group)
    for odd in state.odd.values():
        at = target(odd.id)
        state.note_scope(at.subscription, at.group)
    whole = admitted.whole
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
    fresh.odd, fresh.unplaced = state.odd, state.unplaced
    for body in sorted(state.all(), key=lambda found: order.get(key(str(found["id"])), last)):
        fresh.put(body)
    return fresh


def _file_order(whole: list[Body]) -> dict[str, tuple[int, int]]:
    """Where each body first stands in the file, inline or on its own."""
    order: dict[str, tuple[int, int]] = {}
    for at, body in enumerate(whole):
        place = target(body["id"])
        order.setdefault(key(place.path), (at, 0))
        for prop, _, _ in INLINE.get(place.type, ()):
            for row, child in enumerate(body["properties"].get(prop, ()), start=1):
                order.setdefault(key(child["id"]), (at, row))
    return order

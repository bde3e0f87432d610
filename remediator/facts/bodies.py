"""Which bodies are there, which could not be read, and what are the children of each?

Brings the three ways in which a child can stand (a resource of its own, inline in its parent, or both) into one.
Called by `facts.estate`; the families ask it for their resources and children. Leaves the meaning of fields alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Gap, Unknown
from remediator.facts.reading import Body

# (parent type, property in which children may stand inline, child collection); all types in lower case.
INLINE: tuple[tuple[str, str, str], ...] = (
    ("microsoft.network/virtualnetworks", "subnets", "subnets"),
    ("microsoft.network/virtualnetworks", "virtualNetworkPeerings", "virtualNetworkPeerings"),
    ("microsoft.network/privateendpoints", "privateDnsZoneGroups", "privateDnsZoneGroups"),
    ("microsoft.network/privatednszones", "virtualNetworkLinks", "virtualNetworkLinks"),
    ("microsoft.network/privatednszones", "recordSets", "A"),
    ("microsoft.network/privatednszones", "A", "A"),
    ("microsoft.network/routetables", "routes", "routes"),
    ("microsoft.network/networksecuritygroups", "securityRules", "securityRules"),
    ("microsoft.network/dnsresolvers", "inboundEndpoints", "inboundEndpoints"),
    ("microsoft.network/dnsforwardingrulesets", "forwardingRules", "forwardingRules"),
    ("microsoft.network/dnsforwardingrulesets", "virtualNetworkLinks", "virtualNetworkLinks"),
    ("microsoft.containerregistry/registries", "privateEndpointConnections", "privateEndpointConnections"),
    ("microsoft.containerregistry/registries", "replications", "replications"),
)
INTERFACE = "microsoft.network/networkinterfaces"
GONE = frozenset(("resourcenotfound", "notfound", "resourcegroupnotfound", "parentresourcenotfound"))

Children = tuple[tuple[ResourceId, Body], ...]


@dataclass(slots=True)
class Bodies:
    """Bodies by id, without case; `unreadable`, `gone` and `gaps` say what is not among them, and why.

    `implied` are those of `unreadable` of which nothing is there but a child.
    """

    found: dict[ResourceId, Body] = field(default_factory=dict)
    unreadable: dict[ResourceId, Unknown] = field(default_factory=dict)
    implied: set[ResourceId] = field(default_factory=set)
    gone: set[ResourceId] = field(default_factory=set)
    gaps: list[Gap] = field(default_factory=list)
    _types: dict[str, list[ResourceId]] = field(default_factory=dict)
    _children: dict[tuple[ResourceId, str], list[ResourceId]] = field(default_factory=dict)
    _broken: dict[tuple[ResourceId, str], Unknown] = field(default_factory=dict)

    def of_type(self, resource_type: str) -> Children:
        """The readable bodies of one type (compared without case), in order of arrival."""
        return tuple((rid, self.found[rid]) for rid in self._types.get(resource_type.lower(), ()))

    def referred(self, rid: ResourceId, described: str) -> Body | Unknown:
        """A body that another one names; Unknown, with how it is `described`, where it was not or could not be read."""
        if rid in self.unreadable:
            return self.unreadable[rid]
        return self.found.get(rid, Unknown(f"{described} was not read"))

    def children(self, parent: ResourceId, collection: str) -> Children | Unknown:
        """The children of one resource; Unknown as soon as one of them, or the listing, could not be read."""
        broken = self._broken.get((parent, collection.lower()))
        if broken is not None:
            return broken
        wanted = f"{parent.type}/{collection}".lower()
        for gap in self.gaps:
            if gap.resource_type.lower() == wanted and (parent.within(gap.scope) or not gap.scope.name):
                return Unknown(gap.reason)
        return tuple((rid, self.found[rid]) for rid in self._children.get((parent, collection.lower()), ()))

    def fail(self, rid: ResourceId, reason: str) -> Unknown:
        """Note that a body could not be understood."""
        why = Unknown(f"{rid.name} ({rid.type}): {reason}")
        self.unreadable[rid] = why
        return why


def gather(resources: Iterable[Mapping[str, Any]], gaps: Iterable[Gap]) -> Bodies:
    """Sort raw bodies and error stubs; a body that stands twice is merged, and an error outranks a body."""
    bodies = Bodies(gaps=list(gaps))
    inline: dict[ResourceId, Body] = {}
    alone: dict[ResourceId, Body] = {}
    for resource in resources:
        rid = _id_of(bodies, resource)
        if rid is None:
            continue
        if resource.get("error") is not None:
            _note_error(bodies, rid, resource["error"])
        else:
            alone[rid] = _merged(alone.get(rid), resource)
            _collect_inline(bodies, rid, resource, inline)
    for rid in {**alone, **inline}:
        if rid not in bodies.unreadable and rid not in bodies.gone:
            _keep(bodies, rid, _merged(inline.get(rid), alone.get(rid)))
    _note_missing_parents(bodies)
    return bodies


def _id_of(bodies: Bodies, resource: Any) -> ResourceId | None:
    """The id of a body; without one, that there is something we cannot read is a gap."""
    if not isinstance(resource, Mapping):
        bodies.gaps.append(Gap(ResourceId("/"), "", f"there is {type(resource).__name__} where a resource belongs"))
        return None
    text = resource.get("id")
    if isinstance(text, str) and "//" not in text and (rid := ResourceId(text)).type:
        return rid
    kind = resource.get("type")
    bodies.gaps.append(Gap(ResourceId("/"), kind if isinstance(kind, str) else "", f"a body has the id {text!r:.80}"))
    return None


def _note_error(bodies: Bodies, rid: ResourceId, stub: Any) -> None:
    error = stub if isinstance(stub, Mapping) else {}
    code, message = str(error.get("code") or "unreadable"), str(error.get("message") or "no message")
    why = Unknown(f"reading {rid.name} ({rid.type}): {code}: {message[:300]}")
    if _is_collection(rid):
        parent = ResourceId(rid.text.rpartition("/")[0])
        if rid.type.count("/") > 1:
            bodies._broken.setdefault((parent, rid.name.lower()), why)
        else:
            scope = ResourceId(rid.text[: rid.key.rindex("/providers/")])
            bodies.gaps.append(Gap(scope, rid.type, why.reason))
    elif code.lower() in GONE:
        bodies.gone.add(rid)
    else:
        bodies.unreadable[rid] = why
        parent_of_it = rid.parent
        if parent_of_it is not None:
            bodies._broken.setdefault((parent_of_it, rid.type.rpartition("/")[2].lower()), why)


def _is_collection(rid: ResourceId) -> bool:
    """Whether the id ends with a collection and not with a name: `…/privateDnsZones/z/virtualNetworkLinks`."""
    below = rid.key[rid.key.rindex("/providers/") + len("/providers/") :]
    return len(below.split("/")) % 2 == 0


def _collect_inline(bodies: Bodies, rid: ResourceId, body: Body, inline: dict[ResourceId, Body]) -> None:
    held = body.get("properties")
    if not isinstance(held, Mapping):
        return
    kind = rid.type.lower()
    for parent_type, name, collection in INLINE:
        if kind == parent_type and held.get(name) is not None:
            _collect_children(bodies, rid, collection, held[name], inline)
    interfaces = held.get("networkInterfaces") if kind == "microsoft.network/privateendpoints" else None
    for item in interfaces if isinstance(interfaces, list) else ():
        if (
            isinstance(item, Mapping)
            and isinstance(item.get("id"), str)
            and isinstance(item.get("properties"), Mapping)
        ):
            interface = ResourceId(item["id"])
            if interface.type.lower() == INTERFACE and "ipConfigurations" in item["properties"]:
                inline[interface] = _merged(inline.get(interface), item)


def _collect_children(
    bodies: Bodies, parent: ResourceId, collection: str, listed: Any, inline: dict[ResourceId, Body]
) -> None:
    place = (parent, collection.lower())
    if not isinstance(listed, list):
        bodies._broken.setdefault(place, Unknown(f"{collection} of {parent.name} is not a list"))
        return
    for item in listed:
        child = _child_id(parent, collection, item)
        if child is None:
            bodies._broken.setdefault(
                place, Unknown(f"{collection} of {parent.name} holds an entry without name or id")
            )
        elif item.get("error") is not None:
            _note_error(bodies, child, item["error"])
        elif child.type.lower() == f"{parent.type}/{collection}".lower():
            inline[child] = _merged(inline.get(child), item)


def _child_id(parent: ResourceId, collection: str, item: Any) -> ResourceId | None:
    if not isinstance(item, Mapping):
        return None
    rid, name = item.get("id"), item.get("name")
    if isinstance(rid, str) and ResourceId(rid).parent == parent:
        return ResourceId(rid)
    return parent.child(collection, name) if isinstance(name, str) and name else None


def _keep(bodies: Bodies, rid: ResourceId, body: Body) -> None:
    bodies.found[rid] = body
    kind = rid.type.lower()
    bodies._types.setdefault(kind, []).append(rid)
    if kind.count("/") > 1 and (parent := rid.parent) is not None:
        bodies._children.setdefault((parent, kind.rpartition("/")[2]), []).append(rid)


def _merged(one: Body | None, other: Body | None) -> Body:
    """Two bodies of one resource; where they differ the other wins, property by property."""
    if one is None or other is None:
        return one or other or {}
    merged = {**one, **other}
    held = (one.get("properties"), other.get("properties"))
    if isinstance(held[0], Mapping) and isinstance(held[1], Mapping):
        merged["properties"] = {**held[0], **held[1]}
    return merged


def _note_missing_parents(bodies: Bodies) -> None:
    """A child whose parent is not there refers to it: that parent was not read, and is not absent."""
    for parent, _ in list(bodies._children):
        if parent not in bodies.found and parent not in bodies.gone and parent not in bodies.unreadable:
            bodies.unreadable[parent] = Unknown(f"{parent.name} ({parent.type}) has children here and was not read")
            bodies.implied.add(parent)

"""Which further reads say who may pull, and which role assignments matter to a registry?

Pure; called by `reading_list` and `observer`. The list of a subscription's role assignments includes those at every
scope below it and above it (learn role-based-access-control/role-assignments-list-rest); a registry elsewhere is asked
for its own. Roles that we know by their id are not read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from remediator.adapters.azure.found import Found
from remediator.adapters.azure.place import Body, Place, listing
from remediator.core.grants import KNOWN_ROLES
from remediator.core.resource_id import ResourceId
from remediator.facts.access import ASSIGNMENT, read_assignment
from remediator.facts.container_apps import KINDS, read_consumer
from remediator.facts.reading import Malformed, identifier, properties
from remediator.facts.registry import TYPE as REGISTRY


def access_places(found: Found, subscriptions: Collection[str]) -> Iterator[Place]:
    """The reads that the bodies so far call for; `subscriptions` (lower case) are those that were listed."""
    registries = [rid for rid, _ in found.of_type(REGISTRY)]
    for rid in registries:
        if rid.subscription.lower() not in subscriptions:
            yield listing(rid.text, ASSIGNMENT)
    principals: set[str] = set()
    for kind in KINDS:
        for rid, body in found.of_type(kind):
            named, unnamed = _identities(rid, body, kind)
            principals |= named
            yield from (Place(identity) for identity in unnamed)
    scopes = scopes_over(registries)
    for rid, body in found.of_type(ASSIGNMENT):
        if concerns(rid, body, scopes):
            yield from _definition(rid, body, principals)


def _identities(rid: ResourceId, body: Body, kind: str) -> tuple[set[str], list[ResourceId]]:
    """The principals that a consumer's body names, and the identities that it pulls with and whose it does not."""
    try:
        consumer = read_consumer(rid, body, kind)
    except Malformed:
        return set(), []
    known = dict(consumer.principals)
    used = {entry.identity for entry in consumer.credentials if "/" in entry.identity}
    return set(known.values()), [ResourceId(name) for name in sorted(used) if name.lower() not in known]


def _definition(rid: ResourceId, body: Body, principals: Collection[str]) -> Iterator[Place]:
    try:
        assignment = read_assignment(rid, body, {})
        role = identifier(properties(body), "roleDefinitionId")
    except Malformed:
        return
    grouped = assignment.principal_type.lower() == "group"
    if role is not None and assignment.role not in KNOWN_ROLES and (grouped or assignment.principal in principals):
        yield Place(role)


def scopes_over(registries: Collection[ResourceId]) -> frozenset[str]:
    """Every scope (lower case) from the registries up to their subscriptions."""
    found: set[str] = set()
    for registry in registries:
        group = f"/subscriptions/{registry.subscription}/resourcegroups/{registry.resource_group}".lower()
        found |= {registry.key, group, group.rpartition("/resourcegroups/")[0]}
    return frozenset(found)


def concerns(rid: ResourceId, body: Body, scopes: Collection[str]) -> bool:
    """Whether an assignment could let somebody pull from these registries; one that makes no sense could."""
    try:
        scope = read_assignment(rid, body, {}).scope
    except Malformed:
        return True
    return scope == "/" or scope.startswith("/providers/") or scope in scopes

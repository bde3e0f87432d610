"""Faults of apps and jobs: how they sign in, and what they name. Never a network matter."""

from __future__ import annotations

from tests.estate_builder import Body, rid
from tests.search import bodies
from tests.search.bodies import ROLES
from tests.search.fault import Made, made, pick
from tests.search.land import Land, Pull
from tests.search.surgery import properties


def _signed(land: Land, number: int, *kinds: str) -> tuple[Pull, Body] | None:
    """A pull whose entry signs in with one of these, and the entry."""
    places = []
    for pull in land.pulls:
        for entry in properties(land, pull.consumer)["configuration"]["registries"] or []:
            kind = "identity" if entry.get("identity") else "secret"
            if entry["server"] == pull.host and kind in kinds:
                places.append((pull, entry))
    return pick(places, number)


def entry_missing(land: Land, number: int) -> Made | None:
    """The app names no credential for the registry."""
    found = _signed(land, number, "identity", "secret")
    if found is None or found[0].registry.shape.anonymous:
        return None
    properties(land, found[0].consumer)["configuration"]["registries"].remove(found[1])
    return made("pull-credential", found[0].consumer, [found[0]])


def entry_empty(land: Land, number: int) -> Made | None:
    """The entry names neither an identity nor a user."""
    found = _signed(land, number, "identity", "secret")
    if found is None:
        return None
    host = found[1]["server"]
    found[1].clear()
    found[1].update(server=host, identity="", username="", passwordSecretRef="")
    return made("pull-credential", found[0].consumer, [found[0]])


def identity_not_assigned(land: Land, number: int) -> Made | None:
    """The entry names an identity that the app does not have."""
    found = _signed(land, number, "identity")
    if found is None:
        return None
    found[1]["identity"] = rid("Microsoft.ManagedIdentity/userAssignedIdentities", "of-somebody-else")
    return made("pull-credential", found[0].consumer, [found[0]])


def no_system_identity(land: Land, number: int) -> Made | None:
    """The entry says `system`, and the app has no system identity."""
    found = _signed(land, number, "identity")
    if found is None:
        return None
    land.builder.get(found[0].consumer)["identity"] = {"type": "None"}
    found[1]["identity"] = "system"
    same = [p for p in land.pulls if p.consumer == found[0].consumer and _by_system(land, p)]
    return made("pull-credential", found[0].consumer, same)


def _by_system(land: Land, pull: Pull) -> bool:
    entries = properties(land, pull.consumer)["configuration"]["registries"]
    entry = next((e for e in entries if e["server"] == pull.host), None)
    return entry is not None and bool(entry.get("identity")) and entry["identity"] != "system-environment"


def no_identity_of_the_environment(land: Land, number: int) -> Made | None:
    """Entries say `system-environment`, and the environment has lost its identity."""
    places: dict[str, list[Pull]] = {}
    for one in land.pulls:
        if (_entry(land, one) or {}).get("identity") == "system-environment":
            places.setdefault(one.environment, []).append(one)
    found = pick(sorted(places.items()), number)
    if found is None:
        return None
    land.builder.get(found[0])["identity"] = {"type": "None"}
    return made("pull-credential", [p.consumer for p in found[1]], found[1])


def secret_missing(land: Land, number: int) -> Made | None:
    """The entry names a secret that the app does not have."""
    found = _signed(land, number, "secret")
    if found is None:
        return None
    found[1]["passwordSecretRef"] = "of-last-year"
    return made("pull-credential", found[0].consumer, [found[0]])


def admin_off(land: Land, number: int) -> Made | None:
    """The registry's admin user is switched off, and apps sign in with it."""
    users = [p for p in land.pulls if (e := _entry(land, p)) is not None and e.get("username") == p.registry.name]
    pull = pick(users, number)
    if pull is None:
        return None
    properties(land, pull.registry.id)["adminUserEnabled"] = False
    hit = [p for p in users if p.registry is pull.registry]
    return made("pull-credential", [p.consumer for p in hit], hit)


def _entry(land: Land, pull: Pull) -> Body | None:
    entries = properties(land, pull.consumer)["configuration"]["registries"] or []
    return next((entry for entry in entries if entry["server"] == pull.host), None)


def _granted(land: Land, number: int) -> tuple[str, list[Pull]] | None:
    """A role assignment, and the pulls that need it; none that another assignment would cover."""
    places = sorted(set(land.assignments.values()))
    chosen = pick(places, number)
    return (chosen, [p for p in land.pulls if land.assignments.get(p.key) == chosen]) if chosen else None


def _still_granted(land: Land, pull: Pull) -> bool:
    """Whether another assignment of the same principal, at a wider scope, lets it pull as well."""
    for key, body in land.builder.bodies.items():
        if "/roleassignments/" in key and body["properties"]["principalId"] == pull.principal:
            scope, role = body["properties"]["scope"].lower(), body["properties"]["roleDefinitionId"]
            wanted = "Container Registry Repository Reader" if pull.registry.shape.abac else "AcrPull"
            inside = pull.registry.id.lower() == scope or pull.registry.id.lower().startswith(scope + "/")
            if inside and role.endswith(ROLES[wanted]):
                return True
    return False


def role_taken_away(land: Land, number: int) -> Made | None:
    """The identity lost its role."""
    found = _granted(land, number)
    if found is None:
        return None
    principal = found[1][0].principal
    land.builder.drop(found[0])
    hit = [p for p in land.pulls if p.principal == principal and not _still_granted(land, p)]
    return made("pull-credential", [p.consumer for p in hit], hit) if hit else None


def role_of_the_other_mode(land: Land, number: int) -> Made | None:
    """AcrPull in ABAC mode, or a repository role outside of it: neither lets anybody pull (azure-facts 1.2)."""
    found = _granted(land, number)
    if found is None:
        return None
    held, principal = properties(land, found[0]), found[1][0].principal
    abac = held["roleDefinitionId"].endswith(ROLES["Container Registry Repository Reader"])
    role = ROLES["AcrPull" if abac else "Container Registry Repository Reader"]
    held["roleDefinitionId"] = f"{held['roleDefinitionId'].rpartition('/')[0]}/{role}"
    hit = [p for p in land.pulls if p.principal == principal and not _still_granted(land, p)]
    return made("pull-credential", [p.consumer for p in hit], hit) if hit else None


def role_at_another_registry(land: Land, number: int) -> Made | None:
    """The role was given at a registry of another name."""
    found = _granted(land, number)
    if found is None:
        return None
    pull = found[1][0]
    land.builder.drop(found[0])
    wanted = "Container Registry Repository Reader" if pull.registry.shape.abac else "AcrPull"
    bodies.assignment(land.builder, 500, wanted, pull.principal, f"{pull.registry.id}other")
    hit = [p for p in land.pulls if p.principal == pull.principal and not _still_granted(land, p)]
    return made("pull-credential", [p.consumer for p in hit], hit) if hit else None


def private_link_name(land: Land, number: int) -> Made | None:
    """The app names the private-link name, which no certificate covers (azure-facts 2.7, no. 34)."""
    pull = pick([p for p in land.private_pulls if ".geo." not in p.host and _entry(land, p) is not None], number)
    if pull is None:
        return None
    suffix = land.builder.suffix
    name = f"{pull.host.removesuffix('.' + suffix)}.privatelink.{suffix}"
    held = properties(land, pull.consumer)
    for key in ("containers", "initContainers"):
        for container in held["template"][key] or []:
            container["image"] = container["image"].replace(f"{pull.host}/", f"{name}/")
    entry = _entry(land, pull)
    assert entry is not None
    entry["server"] = pull.host = name
    return made("image-reference", pull.consumer, [pull])


FAULTS = (
    entry_missing,
    entry_empty,
    identity_not_assigned,
    no_system_identity,
    no_identity_of_the_environment,
    secret_missing,
    admin_off,
    role_taken_away,
    role_of_the_other_mode,
    role_at_another_registry,
    private_link_name,
)

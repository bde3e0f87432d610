"""What an app shows a registry when it pulls, and does the registry take it?

Once an app names a registry, Container Apps never falls back to an anonymous pull (azure-facts 2.2). Called by
`pulling`.
"""

from __future__ import annotations

from dataclasses import dataclass

from remediator.sandbox import roles
from remediator.sandbox.arm_id import same
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World


@dataclass(frozen=True)
class Credential:
    """`kind` is `none`, `identity` or `secret`; `shown` is the identity as the app names it, `words` why it counts."""

    kind: str
    valid: bool
    words: str
    shown: str = ""


GIVEN = Credential("secret", True, "the caller's credential")
NO_ENTRY = Credential("none", False, "the app has no entry for this registry")


def of_app(world: World, app: Body, host: str, registry: Body | None) -> Credential:
    """The credential that an app (or job) has for a registry host; without a known registry nobody checks it."""
    for entry in (app["properties"].get("configuration") or {}).get("registries") or []:
        if str(entry.get("server", "")).lower() == host.lower():
            if entry.get("identity"):
                return _identity(world, app, str(entry["identity"]), registry)
            return _secret(app, entry, registry)
    return NO_ENTRY


def _identity(world: World, app: Body, shown: str, registry: Body | None) -> Credential:
    if not _has(world, app, shown):
        return Credential("identity", False, f"the app does not have the identity {shown}", shown)
    if registry is None or not roles.are_known(world):
        return Credential("identity", True, f"identity {shown}: no role assignments are known", shown)
    principal = principal_of(world, app, shown)
    if not principal:
        return Credential("identity", False, f"identity {shown} is nobody", shown)
    role = roles.may_pull(world, registry, principal)
    words = f"identity {shown} has {role or 'no role that may pull'}"
    return Credential("identity", bool(role), words, shown)


def _has(world: World, app: Body, shown: str) -> bool:
    """Does the app, or its environment, have the identity that is named? A body without identity block does not tell.

    `system-environment` is the environment's own system identity (Microsoft.App 2025-01-01).
    """
    own = _environment(world, app).get("identity") if shown.lower() == "system-environment" else app.get("identity")
    if own is None:
        return True
    if shown.lower().startswith("system"):
        return bool(own.get("principalId")) or "systemassigned" in str(own.get("type", "")).lower()
    return any(same(name, shown) for name in own.get("userAssignedIdentities") or {})


def principal_of(world: World, app: Body, shown: str) -> str:
    """The principal behind `system`, `system-environment` or a user-assigned identity's id; empty when nobody knows."""
    own = app.get("identity") or {}
    if shown.lower() == "system-environment":
        own = _environment(world, app).get("identity") or {}
    if shown.lower().startswith("system"):
        return str(own.get("principalId") or "")
    for name, found in (own.get("userAssignedIdentities") or {}).items():
        if same(name, shown) and (found or {}).get("principalId"):
            return str(found["principalId"])
    body = world.state.get(shown) if shown.startswith("/") else None
    return str((body or {}).get("properties", {}).get("principalId") or "")


def _environment(world: World, app: Body) -> Body:
    home = app["properties"].get("environmentId") or app["properties"].get("managedEnvironmentId")
    return world.state.get(home) or {}


def _secret(app: Body, entry: Body, registry: Body | None) -> Credential:
    user, reference = entry.get("username"), entry.get("passwordSecretRef")
    if not user or not reference:
        return Credential("secret", False, "the entry has neither an identity nor a user with a secret")
    secrets = (app["properties"].get("configuration") or {}).get("secrets") or []
    if reference not in [secret.get("name") for secret in secrets]:
        return Credential("secret", False, f"the app has no secret {reference}")
    if registry is not None and str(user).lower() == registry["name"].lower():
        if not registry["properties"].get("adminUserEnabled"):
            return Credential("secret", False, "the registry's admin user is disabled")
        return Credential("secret", True, "the registry's admin user")
    return Credential("secret", True, f"user {user}")

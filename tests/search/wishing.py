"""The desired state of an estate: none where the defaults say it, else a document that declares what is there."""

from __future__ import annotations

from remediator.core.desired import DesiredState, Limits, RegistryIntent
from tests.search.land import Land, Reg

LIMITS = Limits(max_changes=100, max_deletes=20)


def wish(land: Land) -> DesiredState:
    """What the estate's owner wants: all that is there."""
    if not land.shape.declared and all(registry.private for registry in land.registries):
        return DesiredState(limits=LIMITS)
    closed = RegistryIntent(records="any")
    return DesiredState(declared=True, registries=(*map(_intent, land.registries), closed), limits=LIMITS)


def _intent(registry: Reg) -> RegistryIntent:
    match registry.shape.access:
        case "closed":
            return RegistryIntent(match=registry.name, records="any")
        case "listed":
            return RegistryIntent(
                match=registry.name,
                public_network_access="Enabled",
                default_action="Deny",
                ip_rules=registry.allowed,
                private_path=False,
                records="any",
            )
        case _:
            return RegistryIntent(
                match=registry.name,
                public_network_access="Enabled",
                default_action="Allow",
                ip_rules=(),
                private_path=False,
                records="any",
            )

"""Somebody's own address is let in to a registry for a while: whose, where and how long.

A browser that the registry's firewall does not know cannot list its images (the first case's postscript). What changes
is in `opening_plan`; that it ends is the matter of `flow/keep_open`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from remediator.core.desired import DesiredState, RegistryIntent
from remediator.core.errors import Rejected
from remediator.core.resource_id import ResourceId


@dataclass(frozen=True, slots=True)
class Opening:
    """Who is let in where, and for how long; `closes_at` is set before the first write."""

    registry: ResourceId
    address: str
    minutes: int
    closes_at: datetime | None = None

    def begun(self, now: datetime) -> Opening:
        """The opening whose time runs from now."""
        return replace(self, closes_at=now + timedelta(minutes=self.minutes))

    @property
    def subject(self) -> ResourceId:
        """What its incident is about: openings of two addresses are two."""
        return self.registry.child("openings", self.address)


def own_address(text: str) -> str:
    """A single public IPv4 address; `Rejected("address-not-public")` for any other text.

    A registry's rules take no IPv6 address, and a private one is never seen by it (azure-facts 1.2).
    """
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        found = None
    if not isinstance(found, ipaddress.IPv4Address) or not found.is_global or found.is_multicast:
        raise Rejected(
            "address-not-public",
            "letting an address in: yours, as the platform saw it, is not a public IPv4 address",
            hint="a registry's rules know public IPv4 addresses only; come over such a one, or use the private path",
        )
    return str(found)


def with_openings(desired: DesiredState, openings: Iterable[Opening]) -> DesiredState:
    """The desired state while these openings stand: the switches of their registries are nobody's drift."""
    entries = tuple(_unchecked(desired.intent_for(one.registry), one.registry) for one in openings)
    return replace(desired, registries=(*entries, *desired.registries)) if entries else desired


def _unchecked(intent: RegistryIntent, registry: ResourceId) -> RegistryIntent:
    return replace(intent, match=registry.text, public_network_access=None, default_action=None, ip_rules=None)

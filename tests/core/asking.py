"""A spoke, a hub and a registry's name: who answers when the spoke asks, for tests of resolvers and rulesets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from remediator.core.resolver import Resolver, resolver_for
from remediator.core.snapshot import Network, Snapshot, Unknown
from tests.core.small_snapshots import network, network_id, peered

HOST = "shop.azurecr.io"
HUB_SERVER = "10.10.4.40"
UNKNOWN = "unknown"
PUBLIC = "public"


def spoke_and_hub(*dns: str, **flags: Any) -> tuple[Network, ...]:
    """A spoke (10.20) that asks `dns`, peered with a hub (10.10)."""
    made = (network("spoke", "10.20.0.0/16", *dns), network("hub", "10.10.0.0/16"))
    return peered(("spoke", "hub"), networks=made, **flags)


def asked(found: Snapshot, host: str = HOST, by: str = "spoke") -> Resolver | Unknown:
    return resolver_for(found, found.networks[network_id(by)], host)


def answered_by(found: Snapshot, host: str = HOST, by: str = "spoke") -> str:
    """The name of the network whose links count, `public` or `unknown`."""
    resolver = asked(found, host, by)
    if isinstance(resolver, Unknown):
        return UNKNOWN
    return resolver.network.name if resolver.network else PUBLIC


Case = tuple[Callable[[], Snapshot], str]

"""What does a network get when it asks for a registry's name?

The public name of a registry is a CNAME into the privatelink zone only while it has an approved endpoint
connection; a linked zone of that name then answers alone, unless its link falls back (azure-facts 3.5, 13).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from remediator.core.cloud import record_in, registry_suffix_of
from remediator.core.resolver import Resolver, resolver_for
from remediator.core.resource_id import ResourceId
from remediator.core.seen_zone import answering_zone
from remediator.core.snapshot import Network, PrivateZone, Registry, Snapshot, Unknown, ZoneLink


class AnswerKind(StrEnum):
    """What kind of answer a name gets."""

    PRIVATE = "private"
    PUBLIC = "public"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer for one host; `zone` and `link` say where it came from when a private zone gave it.

    `resolver` says who answered, None where nobody was asked (no network, or no private name).
    """

    kind: AnswerKind
    host: str
    addresses: tuple[str, ...] = ()
    zone: PrivateZone | None = None
    link: ZoneLink | None = None
    reason: str = ""
    resolver: Resolver | None = None


def has_private_chain(registry: Registry) -> bool | Unknown:
    """Whether the registry's public name leads into the privatelink zone."""
    if isinstance(registry.connections, Unknown):
        return registry.connections
    return any(c.status.lower() == "approved" for c in registry.connections)


def hosts_to_resolve(registry: Registry, host: str = "") -> tuple[str, ...]:
    """The names that a pull over `host` (the login name, unless it is a regional one) meets: it, and every data name.

    Layers come from the data endpoint of the replica that served the manifest, and which one that is nobody knows
    beforehand; a regional name leads to its own region only (azure-facts 1.4, 1.5).
    """
    region = host.split(".geo.", 1)[0].rsplit(".", 1)[-1] if host in registry.regional_hosts else ""
    data = (name for name in registry.data_hosts if not region or f".{region}.data." in name)
    named = dict.fromkeys((host if region else registry.login_server, *data))
    return tuple(name for name in named if registry_suffix_of(name))


def resolve(snapshot: Snapshot, registry: Registry, network: Network | None, host: str) -> Answer:
    """The answer that a network gets for one of the registry's hosts; `network` None asks in public."""
    chain = has_private_chain(registry)
    if network is None or chain is False:
        return Answer(AnswerKind.PUBLIC, host)
    resolver = resolver_for(snapshot, network, host)
    if isinstance(resolver, Unknown):
        return Answer(AnswerKind.UNKNOWN, host, reason=resolver.reason)
    if resolver.network is None:
        return Answer(AnswerKind.PUBLIC, host, resolver=resolver)
    return _zone_answer(snapshot, resolver, resolver.network, host, chain)


def _zone_answer(
    snapshot: Snapshot, resolver: Resolver, network: ResourceId, host: str, chain: bool | Unknown
) -> Answer:
    """What Azure DNS of a network makes of a name."""
    seen = answering_zone(snapshot, network, host)
    if isinstance(seen, Unknown):
        return Answer(AnswerKind.UNKNOWN, host, reason=seen.reason, resolver=resolver)
    if seen is None:
        return Answer(AnswerKind.PUBLIC, host, resolver=resolver)
    zone, link = seen
    if isinstance(chain, Unknown):
        return Answer(AnswerKind.UNKNOWN, host, zone=zone, link=link, reason=chain.reason, resolver=resolver)
    if isinstance(zone.records, Unknown):
        return Answer(AnswerKind.UNKNOWN, host, zone=zone, link=link, reason=zone.records.reason, resolver=resolver)
    record = zone.record(record_in(host, zone.name))
    if record is not None and record.addresses:
        return Answer(AnswerKind.PRIVATE, host, record.addresses, zone, link, resolver=resolver)
    kind = AnswerKind.PUBLIC if link.falls_back else AnswerKind.MISSING
    return Answer(kind, host, zone=zone, link=link, resolver=resolver)

"""What forwards DNS queries in Azure: inbound endpoints of DNS Private Resolvers, and forwarding rulesets."""

from __future__ import annotations

from dataclasses import dataclass

from remediator.core.resource_id import ResourceId


@dataclass(frozen=True, slots=True)
class InboundEndpoint:
    """An address that answers as Azure DNS does in the resolver's own network (`dnsResolvers/inboundEndpoints`)."""

    id: ResourceId
    network: ResourceId
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForwardingRule:
    """Queries for `domain` (lower case, without the last dot; "" is every name) go to `servers`."""

    domain: str
    servers: tuple[str, ...]
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class ForwardingRuleset:
    """A ruleset and the networks that it is linked to; rules count there without any peering."""

    id: ResourceId
    rules: tuple[ForwardingRule, ...]
    networks: tuple[ResourceId, ...]

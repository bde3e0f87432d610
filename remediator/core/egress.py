"""What gives a subnet's traffic a public address that somebody can name (azure-facts 13)."""

from __future__ import annotations

from dataclasses import dataclass

from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown


@dataclass(frozen=True, slots=True)
class NatGateway:
    """A NAT gateway; `addresses` are its public IPv4 addresses and ranges (of public IP prefixes)."""

    id: ResourceId
    addresses: tuple[str, ...] | Unknown


@dataclass(frozen=True, slots=True)
class Firewall:
    """An Azure Firewall: the private addresses that routes name as next hop, the public ones that others see."""

    id: ResourceId
    network: ResourceId
    private_addresses: tuple[str, ...]
    addresses: tuple[str, ...] | Unknown


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """A load balancer with outbound rules; `addresses` are the public ones of the frontends that those rules name."""

    id: ResourceId
    addresses: tuple[str, ...] | Unknown

"""Network security groups: the rules that let a connection pass or drop it."""

from __future__ import annotations

from dataclasses import dataclass

from remediator.core.resource_id import ResourceId


@dataclass(frozen=True, slots=True)
class SecurityRule:
    """One rule as it is written; lists hold the singular and the plural field of ARM together.

    `inbound` says the direction, `allow` the access; the lowest `priority` that matches decides. `grouped` says that
    it also names application security groups, whose members nobody reads here.
    """

    name: str
    priority: int
    inbound: bool
    allow: bool
    protocol: str = "*"
    sources: tuple[str, ...] = ("*",)
    destinations: tuple[str, ...] = ("*",)
    source_ports: tuple[str, ...] = ("*",)
    destination_ports: tuple[str, ...] = ("*",)
    grouped: bool = False


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """A network security group's own rules; Azure's default rules (65000 and up) are not among them."""

    id: ResourceId
    rules: tuple[SecurityRule, ...]

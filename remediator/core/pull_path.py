"""The hops from a consumer to a registry: their names, order and verdicts.

`diagnosis` walks them; views draw them. The first hop that is not ok decides the path.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from remediator.core.resource_id import ResourceId


class Verdict(StrEnum):
    """What is known of a hop or of a whole path."""

    OK = "ok"
    BROKEN = "broken"
    UNKNOWN = "unknown"


class HopName(StrEnum):
    """The hops in the order in which a pull meets them (house, section 5)."""

    ENVIRONMENT = "environment"
    CREDENTIAL = "credential"
    ENDPOINT = "endpoint"
    RESOLVER = "resolver"
    ZONE = "zone"
    RECORD = "record"
    ROUTE = "route"
    FIREWALL = "firewall"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop's verdict; `rule` names the rule that found it broken or unknown, `detail` says why in one sentence."""

    name: HopName
    verdict: Verdict
    detail: str
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class PullPath:
    """A consumer, a registry host that it pulls from, and the hops between.

    `registry` is None for an ACR host that no registry of the snapshot has. Hops after the first broken or
    unknown one are not judged and not listed.
    """

    consumer: ResourceId
    host: str
    registry: ResourceId | None
    hops: tuple[Hop, ...]
    addresses: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def deciding(self) -> Hop | None:
        """The first hop that is not ok."""
        last = self.hops[-1] if self.hops else None  # hops after the first that is not ok are not listed
        return None if last is None or last.verdict is Verdict.OK else last

    @property
    def verdict(self) -> Verdict:
        """The verdict of the deciding hop; ok when there is none."""
        hop = self.deciding
        return hop.verdict if hop else Verdict.OK

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same path in another snapshot."""
        return (self.consumer.key, self.host)

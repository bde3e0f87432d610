"""A finding: one broken hop or one posture drift, judged by one rule, with evidence and a remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from remediator.core.change import Change
from remediator.core.resource_id import ResourceId


class Severity(StrEnum):
    """How much it matters: a pull is broken, it may break, or the estate differs from what was declared."""

    BROKEN = "broken"
    RISK = "risk"
    DRIFT = "drift"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    `target` is the resource that is wrong (or missing: the id it would have); `evidence` are sentences with
    facts; `remedy` holds the changes that mend it, empty when only a person can or may; `advice` then says what
    a person should do. `alternatives` are other ways to mend it, for when the remedy would break something else.
    `paths` are the (consumer key, host) pairs that it breaks.
    """

    rule: str
    target: ResourceId
    severity: Severity
    summary: str
    evidence: tuple[str, ...] = ()
    remedy: tuple[Change, ...] = ()
    advice: str = ""
    paths: tuple[tuple[str, str], ...] = ()
    alternatives: tuple[tuple[Change, ...], ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Findings of one rule about one resource are one finding."""
        return (self.rule, self.target.key)

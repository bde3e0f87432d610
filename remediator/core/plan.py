"""A plan: ordered changes, frozen, with a digest over what matters."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.core.change import Change, ChangeKind

DIGEST_VERSION = "d1"

# The order in which changes may be made: zone → endpoint → zone group and records → link last (house, section 5).
ORDER: tuple[ChangeKind, ...] = (
    ChangeKind.UPGRADE_SKU,
    ChangeKind.CREATE_ZONE,
    ChangeKind.DELETE_PEERING,
    ChangeKind.CREATE_PEERING,
    ChangeKind.UPDATE_PEERING,
    ChangeKind.DELETE_ENDPOINT,
    ChangeKind.UPDATE_LINK,
    ChangeKind.CREATE_ENDPOINT,
    ChangeKind.APPROVE_CONNECTION,
    ChangeKind.CREATE_ZONE_GROUP,
    ChangeKind.UPDATE_ZONE_GROUP,
    ChangeKind.CREATE_RECORD,
    ChangeKind.UPDATE_RECORD,
    ChangeKind.CREATE_LINK,
    ChangeKind.UPDATE_REGISTRY,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done, in this order; shown exactly as it will be done."""

    changes: tuple[Change, ...]

    @property
    def digest(self) -> str:
        """`d1:` and the SHA-256 of kind, target, before and after of each change, in order.

        Summaries, reasons and the casing of ids do not matter to it.
        """
        covered = [
            {"kind": c.kind.value, "target": c.target.key, "before": _folded(c.before), "after": _folded(c.after)}
            for c in self.changes
        ]
        text = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return f"{DIGEST_VERSION}:{hashlib.sha256(text.encode()).hexdigest()}"

    def __bool__(self) -> bool:
        return bool(self.changes)


def _folded(value: Any) -> Any:
    """A value as the digest and the comparison with live state see it: resource ids without case."""
    if isinstance(value, Mapping):
        return {str(key): _folded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_folded(item) for item in value]
    if isinstance(value, str) and value.lower().startswith("/subscriptions/"):
        return value.lower()
    return value


def same_document(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Whether two normalised documents say the same; ids are compared without case."""
    return bool(_folded(one) == _folded(other))


def ordered(changes: tuple[Change, ...]) -> Plan:
    """A plan of these changes, each once, in the order of `ORDER` and then by target and fields."""
    unique = {change.key: change for change in reversed(changes)}
    return Plan(tuple(sorted(unique.values(), key=lambda c: (ORDER.index(c.kind), c.key))))

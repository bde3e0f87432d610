"""Which resources of their own does a change write to or name? Asked for leases, subjects and roots; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from remediator.core.change import Change
from remediator.core.resource_id import ResourceId


def top(rid: ResourceId) -> ResourceId:
    """The resource of its own that an id is or is a child of."""
    while (parent := rid.parent) is not None:
        rid = parent
    return rid


def touched(change: Change) -> set[ResourceId]:
    """The resources of their own that a change writes to or names in its documents."""
    return {top(ResourceId(text)) for text in (change.target.text, *_ids(change.before), *_ids(change.after))}


def _ids(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        return (value,) if value.lower().startswith("/subscriptions/") else ()
    if isinstance(value, Mapping):
        return tuple(text for item in value.values() for text in _ids(item))
    if isinstance(value, (list, tuple)):
        return tuple(text for item in value for text in _ids(item))
    return ()

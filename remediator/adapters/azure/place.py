"""What is one read of Resource Manager? A resource, or all of a collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.core.resource_id import ResourceId

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One read: a resource, or all of a collection."""

    path: ResourceId
    collection: bool = False


def children(parent: ResourceId, name: str) -> Place:
    """The list of one resource's children."""
    return Place(ResourceId(f"{parent.text}/{name}"), collection=True)


def listing(scope: str, resource_type: str) -> Place:
    """The list of a type in a scope: a subscription, a resource group, or a resource that it extends."""
    return Place(ResourceId(f"{scope.rstrip('/')}/providers/{resource_type}"), collection=True)


def one(rid: ResourceId | None) -> tuple[Place, ...]:
    """The read of a resource that may be named or not."""
    return (Place(rid),) if rid is not None and rid.type else ()

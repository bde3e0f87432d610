"""Paths and resource ids: compared without case, taken apart into scope, type and names."""

from __future__ import annotations

from dataclasses import dataclass


def key(resource_id: str) -> str:
    """The form in which two ids are compared."""
    return "/" + resource_id.strip("/").lower()


def same(one: str | None, other: str | None) -> bool:
    """Do both name the same resource?"""
    return bool(one) and bool(other) and key(one or "") == key(other or "")


@dataclass(frozen=True)
class Target:
    """What a path points at: one resource (`item`) or a collection or action (`list`)."""

    path: str
    scope: str
    namespace: str
    types: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def kind(self) -> str:
        """`item` when every type has a name, else `list`."""
        return "item" if self.types and len(self.types) == len(self.names) else "list"

    @property
    def type(self) -> str:
        """The full resource type in lower case."""
        return "/".join((self.namespace, *self.types)).lower()

    @property
    def name(self) -> str:
        """The last name in the path."""
        return self.names[-1] if self.names else ""

    @property
    def parent(self) -> str:
        """The id that a child hangs under; for a top-level resource, its scope."""
        cut = 2 if self.kind == "item" else 1
        return self.path.rsplit("/", cut)[0] if len(self.types) > 1 else self.scope

    @property
    def subscription(self) -> str:
        """The subscription's id, or an empty string."""
        parts = self.path.strip("/").split("/")
        return parts[1] if len(parts) > 1 and parts[0].lower() == "subscriptions" else ""

    @property
    def group(self) -> str:
        """The resource group's name, or an empty string."""
        parts = self.path.strip("/").split("/")
        return parts[3] if len(parts) > 3 and parts[2].lower() == "resourcegroups" else ""


def target(path: str) -> Target:
    """Take a path apart at its last `providers` segment."""
    parts = path.strip("/").split("/")
    marks = [at for at, part in enumerate(parts) if part.lower() == "providers"]
    if not marks or marks[-1] + 1 >= len(parts):
        return Target("/" + "/".join(parts), "/" + "/".join(parts), "", (), ())
    at = marks[-1]
    rest = parts[at + 2 :]
    return Target(
        "/" + "/".join(parts), "/" + "/".join(parts[:at]), parts[at + 1], tuple(rest[0::2]), tuple(rest[1::2])
    )


def name_of(resource_id: str) -> str:
    """The last segment of an id."""
    return resource_id.rstrip("/").rsplit("/", 1)[-1]


def parent_of(resource_id: str) -> str:
    """The id two segments up: the resource that a child hangs under."""
    return resource_id.rstrip("/").rsplit("/", 2)[0]


def region(location: str | None) -> str:
    """A region's short name: 'West Europe' and 'westeurope' are the same place."""
    return (location or "").replace(" ", "").lower()

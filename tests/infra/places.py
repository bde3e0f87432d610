"""Where a template is deployed, what it would make there, and what expressions see of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.infra.values import everywhere_known

TENANT = "99999999-9999-9999-9999-999999999999"


@dataclass(frozen=True)
class Scope:
    """Where a file is deployed."""

    kind: str
    subscription: str = ""
    group: str = ""
    management_group: str = ""

    @property
    def id(self) -> str:
        """Its id as Azure writes it; empty for a tenant."""
        if self.kind == "managementGroup":
            return f"/providers/Microsoft.Management/managementGroups/{self.management_group}"
        whole = f"/subscriptions/{self.subscription}" if self.subscription else ""
        return f"{whole}/resourceGroups/{self.group}" if self.group else whole

    def read(self, name: str) -> Any:
        """What a template can ask of it."""
        known_here = {"id": self.id, "subscriptionId": self.subscription, "tenantId": TENANT, "name": self.group}
        return known_here[name]


@dataclass(frozen=True)
class Resource:
    """One resource that would be made."""

    id: str
    type: str
    version: str
    body: dict[str, Any]
    scope: Scope
    file: str
    symbol: str

    @property
    def properties(self) -> dict[str, Any]:
        """Its properties, as far as they are known."""
        found = everywhere_known(self.body).get("properties", {})
        assert isinstance(found, dict)
        return found


@dataclass
class Deployment:
    """What would be made, what is wrong with it, and which declarations had a part in it."""

    cloud: str
    resources: list[Resource] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    deployed: Counter[str] = field(default_factory=Counter)

    def of(self, type_: str) -> list[Resource]:
        """The resources of a type."""
        return [one for one in self.resources if one.type == type_]

    def one(self, type_: str) -> Resource:
        """The only resource of a type."""
        (found,) = self.of(type_)
        return found


@dataclass(frozen=True)
class Made:
    """A resource as other expressions see it."""

    resource: Resource
    name: str


@dataclass(frozen=True)
class Module:
    """A deployed module as other expressions see it."""

    outputs: dict[str, Any]
    text: str


@dataclass(frozen=True)
class Read:
    """Part of a resource that is read further."""

    made: Made
    path: tuple[str, ...]

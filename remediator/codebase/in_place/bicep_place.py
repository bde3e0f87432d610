"""What do `resourceGroup()`, `subscription()` and `environment()` give, as far as the code tells?

Called by `bicep_scope`. Where nothing is said, whoever deploys chooses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from remediator.codebase.in_place.declared import Place
from remediator.codebase.in_place.value import Value, unread
from remediator.core.cloud import Cloud


@dataclass(frozen=True, slots=True)
class Scoped:
    """What `resourceGroup()` and `subscription()` give."""

    place: Place
    group: bool = True

    def get(self, key: str) -> Value:
        """Name and id, where the code says which."""
        if self.group and key == "name" and self.place.group is not None:
            return Value(self.place.group)
        if key == "subscriptionId" and self.place.subscription is not None:
            return Value(self.place.subscription)
        what = "resource group" if self.group else "subscription"
        return unread(f"the {what} is chosen by whoever deploys it")

    def at(self, key: Any) -> Value:
        """It has no elements."""
        return unread("an element of a scope")


def environment(cloud: Cloud) -> dict[str, Value]:
    """Its name and the registries' suffix, which names of zones are made with."""
    suffix = cloud.registry_suffix
    return {
        "name": Value(cloud.name),
        "suffixes": Value({"acrLoginServer": Value(f".{suffix}")}),
    }

"""What do `resourceGroup()`, `subscription()`, `environment()` and verified modules give, as far as the code tells?

Called by `bicep_scope`. Where nothing is said, whoever deploys chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.codebase.in_place.bicep_file import BicepFile, Block
from remediator.codebase.in_place.declared import Place
from remediator.codebase.in_place.evaluate import Env, Later, evaluate
from remediator.codebase.in_place.expr import Fields
from remediator.codebase.in_place.operators import field_of
from remediator.codebase.in_place.value import Id, Value, unread
from remediator.codebase.in_place.verified import bicep_type
from remediator.core.cloud import Cloud

AFTER = "known only after it was deployed"


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


def verified_output(block: Block, env: Env, key: str, place: Place) -> Value:
    """The id and name of what an Azure Verified Module makes."""
    made = bicep_type(block.what)
    params = block.body.entry("params") if block.body is not None else None
    if made is None or params is None or key not in ("resourceId", "name"):
        return unread(f"the output {key} of {block.what} is {AFTER}")
    name = field_of(evaluate(params.value, env), "name")
    if key == "name" or name.text() is None:
        return name
    return Value(Id(made, (name.text() or "",), place.group, place.subscription), None, name.deps)


def passed(block: Block, env: Env, file: BicepFile) -> Mapping[str, Value | Later]:
    """The values that a module's call passes, worked out when they are asked for."""
    params = block.body.entry("params") if block.body is not None else None
    if params is None:
        return {}
    if isinstance(params.value, Fields) and all(entry.key is not None for entry in params.value.entries):
        return {entry.key: Later(entry.value, env) for entry in params.value.entries if entry.key is not None}
    whole = evaluate(params.value, env)
    return whole.data if isinstance(whole.data, dict) else dict.fromkeys(file.params, whole)

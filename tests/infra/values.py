"""Values of a deployment: plain ones, and those that are known only while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_NOTHING: Any = object()


@dataclass(frozen=True)
class Later:
    """A value that Azure gives while deploying: its kind, what to call it, and the value itself where we know it.

    `settled` in a module that got it as a parameter: there it is known before the first resource is made.
    """

    kind: str
    text: str
    value: Any = _NOTHING
    settled: bool = False

    @property
    def is_known(self) -> bool:
        """Whether the value itself is known to us."""
        return self.value is not _NOTHING


def known(value: Any) -> Any:
    """The value behind a `Later` where we know it, else as it is."""
    return known(value.value) if isinstance(value, Later) and value.is_known else value


def everywhere_known(value: Any) -> Any:
    """The same at any depth."""
    value = known(value)
    if isinstance(value, dict):
        return {key: everywhere_known(one) for key, one in value.items()}
    return [everywhere_known(one) for one in value] if isinstance(value, list) else value


def shown(value: Any) -> Any:
    """The same, with the name of what Azure alone knows in its place."""
    value = known(value)
    if isinstance(value, dict):
        return {key: shown(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shown(one) for one in value]
    return value.text if isinstance(value, Later) else value


def settled(value: Any) -> Any:
    """The value as a module sees it that gets it as a parameter."""
    value = known(value)
    if isinstance(value, Later):
        return Later(value.kind, value.text, settled=True)
    if isinstance(value, dict):
        return {key: settled(one) for key, one in value.items()}
    return [settled(one) for one in value] if isinstance(value, list) else value


def kind_of(value: Any) -> str:
    """The kind of a value, as a parameter names its type."""
    if isinstance(value, Later):
        return value.kind
    kinds = {bool: "bool", int: "int", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "null")


def is_open(value: Any) -> bool:
    """Whether a value, at any depth, is known only while deploying."""
    if isinstance(value, Later):
        return not value.settled
    if isinstance(value, dict):
        return any(is_open(one) for one in value.values())
    return isinstance(value, list) and any(is_open(one) for one in value)


def text_of(value: Any) -> str:
    """A value within a text."""
    if isinstance(value, Later):
        return text_of(value.value) if value.is_known else value.text
    return {True: "True", False: "False"}.get(value, str(value)) if isinstance(value, bool) else str(value)

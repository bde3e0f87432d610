"""What does an answer of a code host hold, and which refusal does an error stand for? Used by both hosts' adapters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remediator.core.code_refusal import garbled
from remediator.core.errors import RemediatorError


class Shaped(dict[str, Any]):
    """An object of an answer; a field that it lacks is the host's mistake (`code-host-garbled`), at any depth.

    `what` is an -ing phrase: what was being done.
    """

    def __init__(self, what: str, found: Mapping[str, Any]) -> None:
        super().__init__({name: _shaped(what, value) for name, value in found.items()})
        self._what = what

    def __missing__(self, name: str) -> Any:
        raise garbled(self._what)


def _shaped(what: str, value: Any) -> Any:
    if isinstance(value, dict):
        return Shaped(what, value)
    return [_shaped(what, one) for one in value] if isinstance(value, list) else value


def status_of(error: RemediatorError) -> int:
    """The status of the refusal that an error stands for, 0 where it stands for none."""
    return int(error.context.get("status") or 0)

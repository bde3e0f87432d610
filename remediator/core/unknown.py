"""A fact that could not be read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact that could not be read; `reason` says what was tried and what the other side answered."""

    reason: str

"""Estates to play with: files in the estate format, by name."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def names() -> list[str]:
    """The names of the estates that come along."""
    return sorted(
        entry.name.removesuffix(".json") for entry in files(__name__).iterdir() if entry.name.endswith(".json")
    )


def load(name: str) -> dict[str, Any]:
    """One estate document, fresh each time."""
    if name not in names():
        raise KeyError(f"there is no estate named {name!r}; there are: {', '.join(names())}")
    document: dict[str, Any] = json.loads((files(__name__) / f"{name}.json").read_text(encoding="utf-8"))
    return document

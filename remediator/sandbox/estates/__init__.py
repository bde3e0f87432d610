"""Estates to play with, by name: files in the estate format, and the healthy hub with one break in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

HEALTHY = "healthy-hub"
ALLOW_LIST = "stale-allow-list"


def _files() -> list[str]:
    return [entry.name.removesuffix(".json") for entry in files(__name__).iterdir() if entry.name.endswith(".json")]


def _breaks() -> dict[str, Callable[[Any], None]]:
    """Broken estates by name; imported when they are asked for, as they bring the whole sandbox along."""
    from remediator.sandbox.estates import broken_names, broken_registries, broken_ways

    found = {**broken_registries.BREAKS, **broken_ways.BREAKS, **broken_names.BREAKS}
    return {**{f"broken-{rule}": made for rule, made in found.items()}, ALLOW_LIST: broken_registries.stale_allow_list}


def names() -> list[str]:
    """The names of the estates that come along; `broken-<rule>` is what a rule of that id finds."""
    return sorted([*_files(), *_breaks()])


def load(name: str) -> dict[str, Any]:
    """One estate document, fresh each time; KeyError names those that there are."""
    if name in _files():
        document: dict[str, Any] = json.loads((files(__name__) / f"{name}.json").read_text(encoding="utf-8"))
        return document
    if name not in _breaks():
        raise KeyError(f"there is no estate named {name!r}; there are: {', '.join(names())}")
    from remediator.sandbox.estates.workshop import Workshop

    shop = Workshop(load(HEALTHY))
    _breaks()[name](shop)
    return shop.document()

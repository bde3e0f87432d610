"""How is one field of a raw body read so that null, absent and wrong are told apart?

Every family of this package reads its bodies through these functions. Null counts as absent (Microsoft.App answers
null for most optional objects); a value of another type than Azure documents raises `Malformed`, which the caller
turns into `Unknown` for that resource: a field that could not be read never becomes a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remediator.core.resource_id import ResourceId

Body = Mapping[str, Any]
NOTHING: Body = {}


class Malformed(ValueError):
    """A body that does not have the shape that Azure documents; the text says which field and what it holds."""


def section(body: Body, key: str) -> Body:
    """An optional object; empty where it is absent or null."""
    value = body.get(key)
    if value is None:
        return NOTHING
    if not isinstance(value, Mapping):
        raise Malformed(f"{key} is {_kind(value)}, not an object")
    return value


def properties(body: Body) -> Body:
    """The `properties` of a resource; every resource that was really read has them."""
    found = section(body, "properties")
    if not found:
        raise Malformed("it has no properties")
    return found


def text(body: Body, key: str, default: str | None = None) -> str:
    """A string; `default` where it is absent or null, and without a default that is `Malformed`."""
    value = body.get(key)
    if value is None:
        if default is None:
            raise Malformed(f"{key} is missing")
        return default
    if not isinstance(value, str):
        raise Malformed(f"{key} is {_kind(value)}, not a text")
    return value


def flag(body: Body, key: str, default: bool = False) -> bool:
    """A boolean; `default` where it is absent or null."""
    value = body.get(key)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise Malformed(f"{key} is {_kind(value)}, not true or false")
    return value


def whole_number(body: Body, key: str) -> int:
    """A number that must be there."""
    value = body.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Malformed(f"{key} is {_kind(value)}, not a number")
    return value


def choice(body: Body, key: str, **meanings: bool) -> bool:
    """What one of two words means, compared without case; any other word is `Malformed`."""
    word = text(body, key)
    if word.lower() not in meanings:
        raise Malformed(f"{key} is {word[:40]!r}, not one of {', '.join(meanings)}")
    return meanings[word.lower()]


def items(body: Body, key: str) -> tuple[Body, ...]:
    """A list of objects; empty where it is absent or null."""
    value = body.get(key)
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        raise Malformed(f"{key} is {_kind(value)}, not a list")
    for item in value:
        if not isinstance(item, Mapping):
            raise Malformed(f"{key} holds {_kind(item)} where an object belongs")
    return tuple(value)


def texts(body: Body, key: str) -> tuple[str, ...]:
    """A list of strings; empty where it is absent or null."""
    value = body.get(key)
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        raise Malformed(f"{key} is {_kind(value)}, not a list")
    for item in value:
        if not isinstance(item, str):
            raise Malformed(f"{key} holds {_kind(item)} where a text belongs")
    return tuple(value)


def identifier(body: Body, key: str) -> ResourceId | None:
    """A resource id that stands as text under `key`; None where it is absent, null or empty."""
    value = text(body, key, "")
    return checked_id(value) if value else None


def reference(body: Body, key: str) -> ResourceId | None:
    """The id in an object `{"id": …}` under `key`; None where the object is absent or null."""
    value = body.get(key)
    return None if value is None else checked_id(text(section(body, key), "id"))


def required(value: ResourceId | None, what: str) -> ResourceId:
    """A reference that the resource cannot do without."""
    if value is None:
        raise Malformed(f"{what} is missing")
    return value


def checked_id(value: str) -> ResourceId:
    """A resource id that stands in a body."""
    found = ResourceId(value)
    if not found.type or "//" in found.text:
        raise Malformed(f"{value[:80]!r} is not the id of a resource")
    return found


def region(name: str) -> str:
    """A location as a region's short name: "East US" and "eastus" both occur (corpus, ARM shapes)."""
    return name.replace(" ", "").lower()


def _kind(value: object) -> str:
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a text", list: "a list", dict: "an object"}
    return "null" if value is None else names.get(type(value), type(value).__name__)

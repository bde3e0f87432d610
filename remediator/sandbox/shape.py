"""Does a body have the shape that its readers count on, and can it be brought into it?

A null counts as absent, as it does in ARM: a null member goes, a null row goes, `properties` is always there. Anything
else of the wrong kind is a `Misfit`. Called where bodies come in (`admission`); it knows no resource type.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

DEEPEST = 100


class Misfit(ValueError):
    """Something stands where something else must; `str()` says where and what."""

    def __init__(self, where: str, wanted: str) -> None:
        super().__init__(f"'{where.lstrip('.') or 'the body'}' must be {wanted}")


@dataclass(frozen=True)
class Text:
    """A string, of which `reads` makes sense when it is given (it raises ValueError)."""

    wanted: str = "a string"
    reads: Callable[[str], object] | None = None


@dataclass(frozen=True)
class Whole:
    """A whole number."""


@dataclass(frozen=True)
class Rows:
    """A list of one shape."""

    of: Shape


@dataclass(frozen=True)
class Object:
    """An object: members of known shape, `rest` for all others; `needed` must be there in what a caller sends."""

    members: Mapping[str, Shape] = field(default_factory=dict)
    rest: Shape | None = None
    needed: tuple[str, ...] = ()


Shape = Text | Whole | Rows | Object


def _prefix(text: str) -> object:
    return ipaddress.ip_network(text, strict=False)


def _destination(text: str) -> object:
    """A route's prefix may be a service tag; one that starts with a digit is a prefix."""
    return ipaddress.ip_network(text, strict=False) if text[:1].isdigit() else text


def _ports(text: str) -> object:
    return text in ("*", "") or [int(end) for end in text.split("-", 1)]


def _next_hop(text: str) -> object:
    """Azure shows an empty address where the next hop is no appliance."""
    return text and ipaddress.ip_address(text)


TEXT = Text()
PORTS = Text("a port, a range of ports or *", _ports)
NEXT_HOP = Text("an IP address", _next_hop)
WHOLE = Whole()
ADDRESS = Text("an IP address", ipaddress.ip_address)
IPV4 = Text("an IPv4 address", ipaddress.IPv4Address)
PREFIX = Text("an address prefix", _prefix)
DESTINATION = Text("an address prefix or a service tag", _destination)
TEXTS = Rows(TEXT)
REFERENCE = Object({"id": TEXT})


def fit(shape: Shape, value: Any, where: str = "", *, asked: bool = False) -> Any:
    """The value in its shape, changed in place where it is an object; `asked` also looks for what a caller must give.

    Raises Misfit.
    """
    if isinstance(shape, Text):
        return _fit_text(shape, value, where)
    if isinstance(shape, Whole):
        if not isinstance(value, int) or isinstance(value, bool):
            raise Misfit(where, "a whole number")
        return value
    if isinstance(shape, Rows):
        if not isinstance(value, list):
            raise Misfit(where, "a list")
        found = [(at, row) for at, row in enumerate(value) if row is not None]
        return [fit(shape.of, row, f"{where}[{at}]", asked=asked) for at, row in found]
    return _fit_object(shape, value, where, asked)


def _fit_text(shape: Text, value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise Misfit(where, shape.wanted)
    if shape.reads is not None:
        try:
            shape.reads(value)
        except ValueError:
            raise Misfit(where, shape.wanted) from None
    return value


def _fit_object(shape: Object, value: Any, where: str, asked: bool) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Misfit(where, "an object")
    for name in list(value):
        inner = shape.members.get(name, shape.rest)
        if inner is None:
            continue
        if value[name] is None:
            del value[name]
        else:
            value[name] = fit(inner, value[name], f"{where}.{name}", asked=asked)
    if "properties" in shape.members and "properties" not in value:
        value["properties"] = fit(shape.members["properties"], {}, f"{where}.properties", asked=asked)
    for name in shape.needed if asked else ():
        if not value.get(name):
            raise Misfit(f"{where}.{name}", "given")
    return value


def too_deep(value: Any) -> bool:
    """Is it nested deeper than anything that Azure takes (and than can be copied)?"""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True

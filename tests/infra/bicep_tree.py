"""What a Bicep file is made of: its declarations and the expressions in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class BicepError(Exception):
    """A file that is not what it should be; the text names file and line."""


@dataclass(frozen=True)
class Text:
    """A text; parts are literal texts and expressions."""

    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Plain:
    """A number, true, false or null."""

    value: Any


@dataclass(frozen=True)
class Name:
    """The name of something that is declared."""

    name: str
    line: int


@dataclass(frozen=True)
class Call:
    """A function with its arguments."""

    function: str
    arguments: tuple[Any, ...]
    line: int


@dataclass(frozen=True)
class Member:
    """`of.name`, or `of[key]` where `key` is an expression."""

    of: Any
    key: Any
    line: int


@dataclass(frozen=True)
class Unary:
    """`!` or `-` before something."""

    operator: str
    of: Any


@dataclass(frozen=True)
class Binary:
    """Two things with an operator between."""

    operator: str
    left: Any
    right: Any


@dataclass(frozen=True)
class Choice:
    """`condition ? yes : no`."""

    condition: Any
    yes: Any
    no: Any


@dataclass(frozen=True)
class Items:
    """An array, item by item."""

    items: tuple[Any, ...]


@dataclass(frozen=True)
class Loop:
    """`[for item in over: body]`, with the index where it has a name."""

    item: str
    index: str
    over: Any
    body: Any


@dataclass(frozen=True)
class Fields:
    """An object: pairs of a name (a Text where it is quoted) and a value, with the line of each."""

    pairs: tuple[tuple[Any, Any, int], ...]


@dataclass(frozen=True)
class Lambda:
    """`name => body`."""

    name: str
    body: Any


@dataclass(frozen=True)
class Declared:
    """One declaration. `what` is param, var, resource, module or output; `type` is a parameter's or output's type, a
    resource's type and version, or a module's path."""

    what: str
    name: str
    type: str
    body: Any
    condition: Any
    existing: bool
    decorators: dict[str, Any]
    line: int


@dataclass
class Bicep:
    """One file: its scope and its declarations by kind and name."""

    path: Path
    scope: str = "resourceGroup"
    declared: list[Declared] = field(default_factory=list)

    def of(self, what: str) -> dict[str, Declared]:
        """The declarations of one kind by name."""
        return {one.name: one for one in self.declared if one.what == what}

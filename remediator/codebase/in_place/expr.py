"""What is an expression of Bicep, HCL or a parameter file, without its language? A small tree with places in the text.

`read_bicep`, `read_hcl` and `read_json` make these; `evaluate` gives them a value. Offsets are bytes of the file's
UTF-8, as tree-sitter counts them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one file, in bytes."""

    path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Expr:
    """Any expression, and where it stands."""

    span: Span


@dataclass(frozen=True, slots=True)
class Lit(Expr):
    """A text without interpolation, a number, a truth value or null."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Text(Expr):
    """A text with interpolated parts."""

    parts: tuple[str | Expr, ...]


@dataclass(frozen=True, slots=True)
class Name(Expr):
    """A plain name: a parameter, a variable, a symbol, or the first word of `var.x`."""

    name: str


@dataclass(frozen=True, slots=True)
class Get(Expr):
    """A field of something: `of.key`."""

    of: Expr
    key: str


@dataclass(frozen=True, slots=True)
class At(Expr):
    """An element of something: `of[at]`."""

    of: Expr
    at: Expr


@dataclass(frozen=True, slots=True)
class Call(Expr):
    """A function's call."""

    name: str
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Choice(Expr):
    """`condition ? yes : no`."""

    condition: Expr
    yes: Expr
    no: Expr


@dataclass(frozen=True, slots=True)
class Op(Expr):
    """An operator with one or two operands."""

    op: str
    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Items(Expr):
    """A list as it is written."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One field as it is written: `key` is None where the key is no plain word or text."""

    span: Span
    key: str | None
    value: Expr
    computed: Expr | None = None


@dataclass(frozen=True, slots=True)
class Fields(Expr):
    """An object or map as it is written, or the body of an HCL block (`block`), whose nested blocks are lists."""

    entries: tuple[Entry, ...]
    block: bool = False

    def entry(self, key: str) -> Entry | None:
        """The field of a name."""
        return next((entry for entry in self.entries if entry.key == key), None)

    def all(self, key: str) -> Iterator[Entry]:
        """Every field of a name: an HCL block may stand several times."""
        return (entry for entry in self.entries if entry.key == key)


@dataclass(frozen=True, slots=True)
class Loop(Expr):
    """`for item, index in source: body` with an optional condition; a map where `key` is there."""

    source: Expr
    item: str
    index: str | None
    body: Expr
    key: Expr | None = None
    condition: Expr | None = None


@dataclass(frozen=True, slots=True)
class Blocks(Expr):
    """Nested blocks of one name, in order: plain ones and `dynamic` ones (`Loop`)."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Odd(Expr):
    """Something that this program does not evaluate; `what` is for people."""

    what: str

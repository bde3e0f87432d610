"""How is a block written in HCL? As `terraform fmt` leaves it: two spaces, the equals signs of neighbours in line.

A value of several lines stands out of line and ends the neighbourhood. In strings what could begin an expression is an
escape by number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Code:
    """An expression that stands as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A block: its type and labels, then attributes, blocks and blank lines (None) in order."""

    head: tuple[str, ...]
    body: Sequence[tuple[str, Any] | Block | None] = field(default_factory=tuple)


def literal(text: str) -> str:
    """A string literal that means exactly this text."""
    written = []
    for at, letter in enumerate(text):
        opens = letter in "$%" and text[at + 1 : at + 2] == "{"
        if letter in _SHORT:
            written.append(_SHORT[letter])
        elif letter.isprintable() and not opens:
            written.append(letter)
        else:
            code = ord(letter)
            written.append(f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
    return f'"{"".join(written)}"'


def value(held: Any, depth: int = 0) -> str:
    """A value, its further lines indented for `depth` levels."""
    match held:
        case Code():
            return held.text
        case bool():
            return "true" if held else "false"
        case int():
            return str(held)
        case str():
            return literal(held)
        case Mapping():
            if not held:
                return "{}"
            pairs = [(_key(key), item) for key, item in held.items()]
            return "{\n" + _attributes(pairs, depth + 1) + "  " * depth + "}"
        case Sequence():
            return _list([value(item, depth + 1) for item in held], depth)
    raise TypeError(f"no way to write {type(held)} in HCL")


def block(held: Block, depth: int = 0) -> str:
    """A block with a line end; one without a body stands in one line."""
    outer = "  " * depth
    kind, *labels = held.head
    head = " ".join((kind, *(f'"{label}"' for label in labels)))
    if not held.body:
        return f"{outer}{head} {{}}\n"
    return f"{outer}{head} {{\n{_body(held.body, depth + 1)}{outer}}}\n"


def label(name: str, taken: set[str]) -> str:
    """A name for a resource: lower case, with a number where others have it."""
    wanted = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "one"
    wanted = wanted if wanted[0].isalpha() else f"_{wanted}"
    found, number = wanted, 1
    while found in taken:
        number += 1
        found = f"{wanted}_{number}"
    taken.add(found)
    return found


def _body(items: Sequence[tuple[str, Any] | Block | None], depth: int) -> str:
    written: list[str] = []
    run: list[tuple[str, Any]] = []
    for item in (*items, None):
        if isinstance(item, tuple):
            run.append(item)
            continue
        written.append(_attributes(run, depth))
        run = []
        written.append(block(item, depth) if isinstance(item, Block) else "\n")
    return "".join(written[:-1])


def _attributes(pairs: Sequence[tuple[str, Any]], depth: int) -> str:
    """Attributes; the equals signs of those that follow each other in one line are aligned."""
    lines: list[str] = []
    run: list[tuple[str, str]] = []
    for key, held in pairs:
        text = value(held, depth)
        if "\n" in text:
            lines += _aligned(run, depth)
            run = []
            lines.append(f"{'  ' * depth}{key} = {text}\n")
        else:
            run.append((key, text))
    return "".join((*lines, *_aligned(run, depth)))


def _aligned(run: Sequence[tuple[str, str]], depth: int) -> list[str]:
    width = max((len(key) for key, _ in run), default=0)
    return [f"{'  ' * depth}{key.ljust(width)} = {text}\n" for key, text in run]


def _list(items: Sequence[str], depth: int) -> str:
    if len(items) < 2 and not any("\n" in item for item in items):
        return f"[{', '.join(items)}]"
    inner, outer = "  " * (depth + 1), "  " * depth
    return "[\n" + "".join(f"{inner}{item},\n" for item in items) + outer + "]"


def _key(key: str) -> str:
    return key if _KEY.match(key) else literal(key)

"""How is a value written in Bicep? As `bicep format` leaves it: two spaces, one entry a line.

Strings hold only escapes by number, which every reader of Bicep understands, so that no name can end one or begin an
expression.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_KEY = re.compile(r"(?!(?:true|false|null|if|for|in|existing)\Z)[A-Za-z_][A-Za-z0-9_]*\Z")
# What begins an expression, and what some readers take for a comment in a string.
_OPENINGS = ("${", "//", "/*")
_WORD = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Code:
    """An expression that stands as it is."""

    text: str


def literal(text: str) -> str:
    """A string literal that means exactly this text."""
    written = []
    for at, letter in enumerate(text):
        opens = text[at : at + 2] in _OPENINGS
        plain = letter.isprintable() and letter not in "'\\" and not opens
        written.append(letter if plain else f"\\u{{{ord(letter):x}}}")
    return f"'{''.join(written)}'"


def value(held: Any, depth: int = 0) -> str:
    """A value, its further lines indented for `depth` levels."""
    inner, outer = "  " * (depth + 1), "  " * depth
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
            lines = [f"{inner}{_key(key)}: {value(item, depth + 1)}\n" for key, item in held.items()]
            return "{\n" + "".join(lines) + outer + "}"
        case Sequence():
            if not held:
                return "[]"
            return "[\n" + "".join(f"{inner}{value(item, depth + 1)}\n" for item in held) + outer + "]"
    raise TypeError(f"no way to write {type(held)} in Bicep")


def symbol(role: str, name: str, taken: set[str]) -> str:
    """A symbolic name: the role and the name in camel case, with a number where others have it."""
    words = [word[:1].upper() + word[1:] for word in _WORD.split(name) if word]
    joined = role + "".join(words)
    wanted = joined[:1].lower() + joined[1:]
    found, number = wanted, 1
    while found in taken:
        number += 1
        found = f"{wanted}{number}"
    taken.add(found)
    return found


def _key(key: str) -> str:
    return key if _KEY.match(key) else literal(key)

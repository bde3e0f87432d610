"""Where in a JSON parameter file does each value stand? The same small tree as the languages have.

Comments, which Azure's own tools accept in parameter files, are skipped.
"""

from __future__ import annotations

import json
import re

from remediator.codebase.in_place.expr import Entry, Expr, Fields, Items, Lit, Span
from remediator.codebase.in_place.source import Source

_SPACE = re.compile(rb"(?:[\s\xef\xbb\xbf]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_ATOM = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null')
_DEEPEST = 60


def read(source: Source) -> Expr | None:
    """The document; None where it is not JSON."""
    try:
        reader = _Reader(source)
        found = reader.value(0)
        reader.skip()
        return found if reader.at == len(source.raw) else None
    except ValueError:
        return None


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source, self.raw, self.at = source, source.raw, 0

    def skip(self) -> None:
        found = _SPACE.match(self.raw, self.at)
        self.at = found.end() if found else self.at

    def peek(self) -> bytes:
        self.skip()
        return self.raw[self.at : self.at + 1]

    def take(self, token: bytes) -> None:
        if self.peek() != token:
            raise ValueError(token)
        self.at += 1

    def value(self, depth: int) -> Expr:
        if depth > _DEEPEST:
            raise ValueError("too deep")
        first, start = self.peek(), self.at
        if first == b"{":
            entries = self.entries(depth)
            return Fields(Span(self.source.path, start, self.at), tuple(entries))
        if first == b"[":
            items = self.items(depth)
            return Items(Span(self.source.path, start, self.at), tuple(items))
        return self.atom()

    def atom(self) -> Lit:
        self.skip()
        found = _ATOM.match(self.raw, self.at)
        if found is None:
            raise ValueError("no value")
        self.at = found.end()
        return Lit(Span(self.source.path, found.start(), found.end()), json.loads(found.group()))

    def entries(self, depth: int) -> list[Entry]:
        self.take(b"{")
        found: list[Entry] = []
        while self.peek() != b"}":
            if found:
                self.take(b",")
            self.skip()
            start = self.at
            key = self.atom()
            self.take(b":")
            value = self.value(depth + 1)
            found.append(Entry(Span(self.source.path, start, self.at), str(key.value), value))
        self.take(b"}")
        return found

    def items(self, depth: int) -> list[Expr]:
        self.take(b"[")
        found: list[Expr] = []
        while self.peek() != b"]":
            if found:
                self.take(b",")
            found.append(self.value(depth + 1))
        self.take(b"]")
        return found

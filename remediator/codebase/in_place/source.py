"""What is a file, as bytes with places in them, and what is it after some edits?

An edit replaces a stretch of bytes; everything else keeps its bytes: comments, order, line endings, a byte-order mark.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from remediator.codebase.in_place.expr import Span

_ERRORS = "surrogatepass"


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `text` where `span` is; an empty span inserts. `text` has LF; the file's own line endings are given to it."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """One file's bytes."""

    path: str
    raw: bytes

    @classmethod
    def of(cls, path: str, text: str) -> Source:
        """A file of this text."""
        return cls(path, text.encode("utf-8", _ERRORS))

    @property
    def text(self) -> str:
        """The text again."""
        return self.raw.decode("utf-8", _ERRORS)

    @property
    def newline(self) -> str:
        """The line ending that most of its lines have."""
        crlf = self.raw.count(b"\r\n")
        return "\r\n" if crlf * 2 > self.raw.count(b"\n") else "\n"

    def at(self, span: Span) -> str:
        """What stands there."""
        return self.raw[span.start : span.end].decode("utf-8", _ERRORS)

    def line_start(self, at: int) -> int:
        """Where the line of this byte begins."""
        return self.raw.rfind(b"\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Where the line of this byte ends, before its line ending."""
        end = self.raw.find(b"\n", at)
        if end < 0:
            return len(self.raw)
        return end - 1 if end > at and self.raw[end - 1 : end] == b"\r" else end

    def indent(self, at: int) -> str:
        """The white space at the beginning of this byte's line."""
        start = self.line_start(at)
        line = self.raw[start : self.line_end(start)]
        return line[: len(line) - len(line.lstrip(b" \t"))].decode()

    def edited(self, edits: Iterable[Edit]) -> Source:
        """The file after edits that do not overlap."""
        raw = self.raw
        newline = self.newline
        for edit in sorted(edits, key=lambda one: (one.span.start, one.span.end), reverse=True):
            put = edit.text.replace("\r\n", "\n").replace("\n", newline).encode("utf-8", _ERRORS)
            raw = raw[: edit.span.start] + put + raw[edit.span.end :]
        return Source(self.path, raw)

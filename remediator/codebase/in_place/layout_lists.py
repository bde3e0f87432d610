"""How does a list get one element more or less, so that it looks as it did?

In one line or several, with or without a comma behind the last, a comment staying with its element. `layout` does the
same for objects and blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remediator.codebase.in_place.expr import Items, Span
from remediator.codebase.in_place.layout import BICEP, HCL, JSON, dialect, end_of, key_text, literal, one_line
from remediator.codebase.in_place.source import Edit, Source


def with_item(source: Source, items: Items, value: Any) -> Edit:
    """Put an element at the end of a list."""
    kind, indent = dialect(source.path), source.indent(items.span.start)
    if not items.items:
        inner = indent + ("\t" if b"\n\t" in source.raw else "  ")
        inside = Span(source.path, items.span.start + 1, items.span.end - 1)
        kept = source.at(inside).strip()
        head = f"\n{inner}{kept}" if kept else ""
        if not head and isinstance(value, str):
            return Edit(inside, literal(value, kind))
        return Edit(inside, f"{head}\n{inner}{literal(value, kind, inner)}\n{indent}")
    last = items.items[-1]
    if one_line(source, items.span):
        at = last.span.end
        return Edit(Span(source.path, at, at), f", {__one_line_literal(value, kind)}")
    inner = source.indent(last.span.start)
    at, before, after = end_of(source, last.span.end, kind, required=kind != BICEP)
    line = f"\n{inner}{literal(value, kind, inner)}"
    if before:
        return Edit(Span(source.path, last.span.end, at), "," + source.at(Span(source.path, last.span.end, at)) + line)
    return Edit(Span(source.path, at, at), line + ("," if after else ""))


def __one_line_literal(value: Any, kind: str) -> str:
    if isinstance(value, Mapping):
        sign = " = " if kind == HCL else ": "
        inner = ", ".join(f"{key_text(key, kind)}{sign}{literal(item, kind)}" for key, item in value.items())
        return f"{{ {inner} }}"
    return literal(value, kind)


def without_item(source: Source, items: Items, index: int) -> Edit:
    """Take an element out of a list, with its comma and, where it has lines of its own, its lines and their comment."""
    one = items.items[index].span
    start, end = one.start, one.end
    following = source.raw[end : items.span.end]
    comma = len(following) - len(following.lstrip(b" \t\r\n"))
    if following[comma : comma + 1] == b",":
        end += comma + 1
    first, last = source.line_start(start), source.line_end(end)
    others = [item.span for item in items.items if item.span != one]
    alone = not any(span.start < last and span.end > first for span in others)
    alone = alone and items.span.start < first and last < items.span.end - 1
    alone = alone and not source.raw[first:start].strip() and _only_comment(source.raw[end:last])
    before = items.items[index - 1].span.end if index > 0 else start
    if alone and (end > one.end or dialect(source.path) != JSON or index == 0):
        return Edit(Span(source.path, first, source.raw.find(b"\n", last) + 1), "")
    if end == one.end and source.raw[before:start].strip() == b",":
        return Edit(Span(source.path, before, end), "")
    if index + 1 < len(items.items):
        end = items.items[index + 1].span.start
    return Edit(Span(source.path, start, end), "")


def _only_comment(rest: bytes) -> bool:
    rest = rest.strip()
    return not rest or rest.startswith((b"//", b"#")) or (rest.startswith(b"/*") and rest.find(b"*/") == len(rest) - 2)

"""How is something put into a file so that it looks as its neighbours do?

Indentation, quotes, commas, the column of `=`, one line or several, are taken from what stands around. Nothing here
knows Azure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remediator.codebase.in_place.expr import Entry, Fields, Span
from remediator.codebase.in_place.source import Edit, Source

BICEP, HCL, JSON = "bicep", "hcl", "json"
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Raw:
    """An expression that is written as it is: a symbol's field."""

    text: str


@dataclass(frozen=True, slots=True)
class Nested:
    """Nested blocks of HCL of one name: bodies in order."""

    bodies: tuple[Mapping[str, Any], ...]


def dialect(path: str) -> str:
    """Which way of writing a file has."""
    lowered = path.lower()
    if lowered.endswith(".json"):
        return JSON
    return HCL if lowered.endswith((".tf", ".tfvars")) else BICEP


def literal(value: Any, kind: str, indent: str = "", unit: str = "  ") -> str:
    """A plain value as it is written; lists and objects over several lines, without the first line's indentation."""
    if isinstance(value, Raw):
        return value.text
    if value is None or isinstance(value, (bool, int, float)):
        return json.dumps(value)
    if isinstance(value, str):
        return _quoted(value, kind)
    inner = indent + unit
    if isinstance(value, Mapping):
        lines = entry_lines(value, kind, inner, unit)
        return "{}" if not lines else "{\n" + _separated(lines, kind, JSON) + f"\n{indent}}}"
    items = [f"{inner}{literal(item, kind, inner, unit)}" for item in value]
    if not items:
        return "[]"
    if kind == HCL and all(isinstance(item, (str, Raw)) for item in value) and len(value) == 1:
        return f"[{literal(value[0], kind)}]"
    return "[\n" + (",\n" if kind != BICEP else "\n").join(items) + f"\n{indent}]"


def _separated(lines: Sequence[str], kind: str, comma: str) -> str:
    return (",\n" if kind == comma else "\n").join(lines)


def _quoted(text: str, kind: str) -> str:
    if kind == BICEP:
        escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("${", "\\${")
        return "'" + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + "'"
    quoted = json.dumps(text, ensure_ascii=False)
    return quoted.replace("${", "$${").replace("%{", "%%{") if kind == HCL else quoted


def entry_lines(values: Mapping[str, Any], kind: str, indent: str, unit: str = "  ") -> list[str]:
    """One text for each field, with its indentation; in HCL the `=` of neighbours stand in one column."""
    if kind == HCL:
        return _aligned(values, indent, unit)
    return [f"{indent}{key_text(key, kind)}: {literal(value, kind, indent, unit)}" for key, value in values.items()]


def key_text(key: str, kind: str) -> str:
    """A field's name, in quotes where it needs them."""
    return key if kind != JSON and _WORD.fullmatch(key) else _quoted(key, kind)


def _aligned(values: Mapping[str, Any], indent: str, unit: str) -> list[str]:
    """As `terraform fmt` has it: `=` in one column among neighbours of one line, a blank line before blocks."""
    lines: list[str] = []
    group: list[tuple[str, str]] = []

    def flush() -> None:
        width = max((len(key) for key, _ in group), default=0)
        lines.extend(f"{indent}{key:<{width}} = {text}" for key, text in group)
        group.clear()

    for key, value in values.items():
        if isinstance(value, Nested):
            flush()
            for body in value.bodies:
                inner = "\n".join(_aligned(body, indent + unit, unit))
                gap = "\n" if lines else ""
                lines.append(f"{gap}{indent}{key} {{\n{inner}\n{indent}}}")
            continue
        text = literal(value, HCL, indent, unit)
        if "\n" in text:
            flush()
            lines.append(f"{indent}{key_text(key, HCL)} = {text}")
        else:
            group.append((key_text(key, HCL), text))
    flush()
    return lines


def unit_of(source: Source, fields: Fields) -> str:
    """By how much a body's entries stand further in than the body."""
    for entry in fields.entries:
        inner, outer = source.indent(entry.span.start), source.indent(fields.span.start)
        if source.line_start(entry.span.start) > fields.span.start and len(inner) > len(outer):
            return inner[len(outer) :]
    return "\t" if b"\n\t" in source.raw else "  "


def with_entry(source: Source, fields: Fields, key: str, value: Any) -> Edit:
    """Put a field into an object or block, after the last one that it can follow."""
    kind = dialect(source.path)
    if isinstance(value, Nested):
        return _with_block(source, fields, key, value)
    plain = [entry for entry in fields.entries if not _is_block(source, entry)] if fields.block else fields.entries
    if not fields.entries or (fields.block and not plain and one_line(source, fields.span)):
        return _opened(source, fields, {key: value})
    if not plain:
        return _before_first(source, fields, key, value)
    if one_line(source, fields.span):
        if fields.block and kind == HCL:
            return _spread_out(source, fields, key, value)
        sign = " = " if kind == HCL else ": "
        text = f", {key_text(key, kind)}{sign}{literal(value, kind)}"
        at = plain[-1].span.end
        return Edit(Span(source.path, at, at), text)
    return _after(source, fields, list(plain), key, value, kind)


def _after(source: Source, fields: Fields, plain: list[Entry], key: str, value: Any, kind: str) -> Edit:
    last = max(plain, key=lambda entry: entry.span.end)
    if kind == HCL and fields.block:
        last = max(_fitting(source, plain, key) or [last], key=lambda entry: entry.span.end)
    indent, unit = source.indent(last.span.start), unit_of(source, fields)
    at, comma_before, comma_after = end_of(source, last.span.end, kind, required=kind == JSON)
    if kind == HCL:
        text = literal(value, kind, indent, unit)
        width = _column(source, last)
        name = key_text(key, kind)
        gap = ""
        if "\n" not in text and width is not None:
            gap = "\n" if fields.block and len(name) + 1 > width else ""
            name = f"{name:<{width - 1}}" if not gap else name
        elif fields.block and "\n" not in text:
            gap = "\n"
        line = f"{gap}\n{indent}{name} = {text}"
    else:
        line = f"\n{indent}{key_text(key, kind)}: {literal(value, kind, indent, unit)}"
    if comma_before:
        return Edit(Span(source.path, last.span.end, at), "," + source.at(Span(source.path, last.span.end, at)) + line)
    return Edit(Span(source.path, at, at), line + ("," if comma_after else ""))


def _fitting(source: Source, plain: list[Entry], key: str) -> list[Entry]:  # with room in the column of `=`
    return [entry for entry in plain if (_column(source, entry) or 0) > len(key)]


def end_of(source: Source, end: int, kind: str, *, required: bool) -> tuple[int, bool, bool]:
    """Where a line after this entry begins; whether a comma must be put before it, and after what is put."""
    rest = source.raw[end : source.line_end(end)]
    stripped = rest.lstrip(b" \t")
    has_comma = stripped.startswith(b",")
    after = stripped[1:].lstrip(b" \t") if has_comma else stripped
    at = source.line_end(end)
    if after and not after.startswith((b"//", b"#", b"/*")):
        at = end + (len(rest) - len(stripped)) + 1 if has_comma else end
    return at, required and not has_comma, has_comma and kind != BICEP


def _column(source: Source, entry: Entry) -> int | None:
    """How far after its key's beginning the `=` of an entry stands; None where the entry has several lines."""
    words = source.raw[entry.span.start : entry.span.end]
    if b"\n" in words:
        return None
    at = words.find(b"=")
    return at if at > 0 else None


def _is_block(source: Source, entry: Entry) -> bool:
    """Whether an entry of a block's body is a nested block: no `=` follows its name."""
    words = source.raw[entry.span.start : entry.span.end]
    key = (entry.key or "").encode()
    if words.startswith(b"dynamic"):
        return True
    return words.startswith(key) and not words[len(key) :].lstrip().startswith(b"=")


def one_line(source: Source, span: Span) -> bool:
    """Whether a stretch has no line ending in it."""
    return b"\n" not in source.raw[span.start : span.end]


def _opened(source: Source, fields: Fields, values: Mapping[str, Any]) -> Edit:
    """A first field in an empty object."""
    kind, indent = dialect(source.path), source.indent(fields.span.start)
    inner = indent + unit_of(source, fields)
    inside = Span(source.path, fields.span.start + 1, fields.span.end - 1)
    kept = source.at(inside).strip()
    head = f"\n{inner}{kept}" if kept else ""  # a comment
    return Edit(inside, head + "\n" + "\n".join(entry_lines(values, kind, inner)) + f"\n{indent}")


def _before_first(source: Source, fields: Fields, key: str, value: Any) -> Edit:
    first = min(fields.entries, key=lambda entry: entry.span.start)
    indent = source.indent(first.span.start)
    text = entry_lines({key: value}, HCL, indent)[0].lstrip()
    return Edit(Span(source.path, first.span.start, first.span.start), f"{text}\n\n{indent}")


def _spread_out(source: Source, fields: Fields, key: str, value: Any) -> Edit:
    """A block of one line holds one attribute; with two it has lines."""
    indent = source.indent(fields.span.start)
    inner = indent + "  "
    inside = Span(source.path, fields.span.start + 1, fields.span.end - 1)
    text = entry_lines({key: value}, HCL, inner)[0]
    return Edit(inside, f"\n{inner}{source.at(inside).strip()}\n{text}\n{indent}")


def _with_block(source: Source, fields: Fields, key: str, value: Nested) -> Edit:
    """A nested block after everything else that the body holds."""
    if not fields.entries:
        return _opened(source, fields, {key: value})
    indent = source.indent(fields.span.start)
    inner = indent + unit_of(source, fields)
    text = "\n".join(_aligned({key: value}, inner, unit_of(source, fields)))
    if one_line(source, fields.span):
        inside = Span(source.path, fields.span.start + 1, fields.span.end - 1)
        return Edit(inside, f"\n{inner}{source.at(inside).strip()}\n\n{text}\n{indent}")
    last = max(fields.entries, key=lambda entry: entry.span.end)
    same = last.key == key and _is_block(source, last)
    at = source.line_end(last.span.end)
    return Edit(Span(source.path, at, at), ("\n" if same else "\n\n") + text)

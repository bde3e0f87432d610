"""In which ways can the code be changed so that something has another value? Smallest first; each is tried and checked.

A way is a list of edits. Whether it does what it should, and nothing else, is for `checked` to find out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from remediator.codebase.in_place.expr import Blocks, Fields, Items, Lit, Loop, Span
from remediator.codebase.in_place.layout import HCL, Nested, dialect, entry_lines, literal, with_entry
from remediator.codebase.in_place.layout_lists import with_item, without_item
from remediator.codebase.in_place.source import Edit, Source
from remediator.codebase.in_place.value import Value, plain

Sources = Mapping[str, Source]
Way = tuple[Edit, ...]


def switched(guards: Value | None, sources: Sources) -> Iterator[Way]:
    """Ways to make a condition say that its resource is there: true, or one of `count`; none without a condition."""
    if guards is not None:
        counted = isinstance(guards.data, int) and not isinstance(guards.data, bool)
        yield from ways(guards, 1 if counted else True, sources)


def ways(value: Value, wanted: Any, sources: Sources) -> Iterator[Way]:
    """Ways to make a value that is there `wanted`: a plain value or a list."""
    if value.flips is not None:
        condition, yes, no = value.flips
        other = no if condition.data else yes
        if plain(other) == wanted:
            yield from ways(condition, not condition.data, sources)
        return
    if value.defaulted is not None:  # a module's default serves other calls too: it is passed by this one
        yield from put(value.defaulted[0], value.defaulted[1], wanted, sources)
        return
    if value.negated is not None:
        yield from ways(value.negated, not wanted, sources)
        return
    origin = value.origin
    if isinstance(wanted, (list, tuple)):
        yield from _list_ways(value, list(wanted), sources)
    elif isinstance(origin, Lit):
        kind = dialect(origin.span.path)
        yield (Edit(origin.span, literal(_as_written(origin, wanted), kind)),)


def _as_written(origin: Lit, wanted: Any) -> Any:
    """In the type of what stands there: Terraform takes `"true"` for a truth value, and casing of a word is kept."""
    if isinstance(origin.value, str) and isinstance(wanted, bool):
        return "true" if wanted else "false"
    return wanted


def _list_ways(value: Value, wanted: list[Any], sources: Sources) -> Iterator[Way]:
    """Take out what is too many and put in what is missing; where a loop makes the list, in what it goes over."""
    origin = value.origin
    if isinstance(origin, Items) and isinstance(value.data, tuple) and len(origin.items) == len(value.data):
        yield _changed_list(sources[origin.span.path], origin, value, wanted)
    elif isinstance(origin, Blocks):
        yield _changed_blocks(sources[origin.span.path], origin, value, wanted)
    elif isinstance(origin, Loop) and value.source is not None:
        texts = [_only_text(item) for item in wanted]
        held = value.source.data
        if all(texts) and isinstance(held, (tuple, dict)):
            yield from _list_ways(_listed(value.source), texts, sources)


def _listed(source: Value) -> Value:
    """A set of texts, which `toset` makes a map, as the list that it was."""
    if isinstance(source.data, dict):
        return Value(tuple(source.data.values()), source.origin, source.deps, source.flips, None, source.source)
    return source


def _only_text(item: Any) -> str | None:
    """The one text of an element that tells elements apart: an address range, beside the word Allow."""
    if isinstance(item, str):
        return item
    if isinstance(item, Mapping):
        told = [value for value in item.values() if value != "Allow"]
        return told[0] if len(told) == 1 and isinstance(told[0], str) else None
    return None


def _written_out(value: Value, inside: Span) -> bool:
    """Whether an element and its fields are literals in their own place, not what a parameter or a condition gives."""
    if isinstance(value.data, dict):
        return all(_written_out(item, inside) for item in value.data.values())
    origin = value.origin
    if not isinstance(origin, Lit) or value.flips is not None or origin.span.path != inside.path:
        return False
    return inside.start <= origin.span.start and origin.span.end <= inside.end


def _changed_list(source: Source, items: Items, value: Value, wanted: list[Any]) -> Way:
    held = [plain(item) for item in value.data]
    edits: list[Edit] = []
    missing = list(wanted)
    gone: list[int] = []
    for index, item in enumerate(held):
        match = next((one for one in missing if _same(one, item)), None)
        if match is not None:
            missing.remove(match)
        else:
            gone.append(index)
    if not all(_written_out(value.data[index], items.items[index].span) for index in gone):
        return ()
    if len(gone) + len(missing) > 1:  # several edits side by side would touch each other's commas
        if any(mark in source.at(items.span) for mark in ("//", "/*", "#")):
            return ()  # a comment would be lost
        return (Edit(items.span, literal(wanted, dialect(source.path), source.indent(items.span.start))),)
    edits += [without_item(source, items, index) for index in gone]
    edits += [with_item(source, items, one) for one in missing]
    return tuple(edits)


def _changed_blocks(source: Source, blocks: Blocks, value: Value, wanted: list[Any]) -> Way:
    """Nested blocks of HCL: those too many go with their lines, missing ones come after the last."""
    held = [plain(item) for item in value.data]
    if len(held) != len(blocks.items) or any(isinstance(item, Loop) for item in blocks.items):
        return ()
    missing = [one for one in wanted if not any(_same(one, item) for item in held)]
    gone = [at for at, told in enumerate(held) if not any(_same(one, told) for one in wanted)]
    if not all(_written_out(value.data[at], blocks.items[at].span) for at in gone):
        return ()
    starts = [source.line_start(item.span.start) for item in blocks.items]
    edits = [
        removed(source, Span(source.path, start, item.span.end))
        for start, item, told in zip(starts, blocks.items, held, strict=True)
        if not any(_same(one, told) for one in wanted)
    ]
    at, indent = source.line_end(blocks.span.end), source.indent(blocks.span.start)
    word = source.at(Span(source.path, blocks.span.start, blocks.items[0].span.start)).split()[0]
    lines = [line for one in missing for line in entry_lines({word: Nested((one,))}, HCL, indent)]
    if lines:
        edits.append(Edit(Span(source.path, at, at), "".join(f"\n{line.lstrip(chr(10))}" for line in lines)))
    return tuple(edits)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return _only_text(one) == _only_text(other) and _only_text(one) is not None
    return bool(one == other)


def put(fields: Value, key: str, value: Any, sources: Sources) -> Iterator[Way]:
    """Ways to give an object or block a field that it has not."""
    origin = fields.origin
    if isinstance(origin, Fields) and not any((entry.key or "").lower() == key.lower() for entry in origin.entries):
        yield (with_entry(sources[origin.span.path], origin, key, value),)


def put_deep(body: Value, path: tuple[str, ...], value: Any, sources: Sources, *, nested: bool = True) -> Iterator[Way]:
    """Ways to give an object a field some levels below, making the levels that are missing.

    A step into a list of nested blocks means its one block. What is missing in a block of HCL is a nested block, or an
    attribute where `nested` is False: inputs of modules are.
    """
    here = body
    for depth, key in enumerate(path):
        found = here.item(key)
        if isinstance(found, Value) and isinstance(found.data, tuple) and depth < len(path) - 1:
            found = found.data[0] if len(found.data) == 1 else None
            if found is None:
                return
        if found is None or (found.data is None and found.origin is None):
            rest = path[depth + 1 :]
            made: Any = value
            for level in reversed(rest):
                made = {level: made}
            if rest and nested and _is_terraform(here):
                made = Nested((made,))
            yield from put(here, key, made, sources)
            return
        here = found


def _is_terraform(value: Value) -> bool:
    return isinstance(value.origin, Fields) and value.origin.block


def removed(source: Source, span: Span) -> Edit:
    """Take a declaration out, with its lines and one blank line beside it."""
    start, end = source.line_start(span.start), source.line_end(span.end)
    end = min(len(source.raw), source.raw.find(b"\n", end) + 1 or len(source.raw))
    before = source.raw[:start]
    stripped = before.rstrip(b"\r\n")
    blank = before[len(stripped) :]
    if blank.count(b"\n") > 1:
        keep = blank.find(b"\n") + 1
        start = len(stripped) + keep
    return Edit(Span(source.path, start, end), "")

"""What do operators, fields, elements and interpolation make of values that are worked out already?

Called by `evaluate`. What a value hangs on goes along: what chose it as well as what it is made of.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from remediator.codebase.in_place.value import Deps, Id, Typed, Unread, Value, plain, unread

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "-": operator.sub,
    "*": operator.mul,
    "+": operator.add,
}


def field_of(value: Value, key: str) -> Value:
    """A field of a value; None where a known object has it not."""
    data = value.data
    outside = _outside(value)
    if isinstance(data, dict):
        found = value.item(key)
        if found is None and isinstance(data, Typed):
            return unread(f"{key} is left out, and its type may have a default", value.deps)
        return found.with_deps(outside) if found is not None else Value(None, None, value.deps)
    if isinstance(data, Unread):
        return Value(data, None, value.deps)
    if data is None:
        return Value(None, None, value.deps)
    get = getattr(data, "get", None)
    if get is not None:
        made: Value = get(key)
        return made.with_deps(outside)
    return unread(f"{key} of something that has no fields", value.deps)


def _outside(value: Value) -> Deps:
    """What decided that it is this container, not what stands in it."""
    return value.deps - {value.origin.span} if value.origin is not None else value.deps


def element_of(value: Value, key: Value) -> Value:
    data, deps = value.data, _outside(value) | key.deps
    for part in (value, key):
        if isinstance(part.data, Unread):
            return Value(part.data, None, value.deps | key.deps)
    if isinstance(data, tuple) and isinstance(key.data, int):
        if 0 <= key.data < len(data):
            found: Value = data[key.data]
            return found.with_deps(deps)
        return unread("a list is shorter than is asked for", deps | value.deps)
    if isinstance(data, dict) and isinstance(key.data, (str, int)):
        held = data.get(str(key.data))
        return held.with_deps(deps) if held is not None else Value(None, None, deps | value.deps)
    at = getattr(data, "at", None)
    if at is not None:
        made: Value = at(key.data)
        return made.with_deps(deps)
    return unread("an element of something that has none", deps | value.deps)


def joined(values: list[Value], span: Deps) -> Value:
    """A text of parts; one part alone is itself, and what follows an id makes a child's id."""
    if len(values) == 1:
        return values[0]
    deps = span.union(*(value.deps for value in values))
    first = values[0].data
    if isinstance(first, Id):
        return _child_id(first, values[1:], deps)
    words: list[str] = []
    for value in values:
        if isinstance(value.data, Unread):
            return Value(value.data, None, deps)
        text = word(value.data)
        if text is None:
            return unread("a text is made of something that is no text", deps)
        words.append(text)
    return Value("".join(words), None, deps)


def _child_id(first: Id, rest: list[Value], deps: Deps) -> Value:
    words = [word(value.data) for value in rest]
    if any(text is None for text in words):
        return unread("an id is made of something that is not known", deps)
    parts = "".join(text or "" for text in words).split("/")
    if parts[0] or len(parts) % 2 == 0:
        return unread("an id is made of parts that do not fit", deps)
    found = first
    for kind, name in zip(parts[1::2], parts[2::2], strict=True):
        found = found.child(kind, name)
    return Value(found, None, deps)


def word(data: Any) -> str | None:
    """A plain value as interpolation writes it."""
    if isinstance(data, bool):
        return "true" if data else "false"
    return str(data) if isinstance(data, (str, int, float)) else None


def binary(op: str, left: Value, right: Value) -> Value:
    """An operator with two operands."""
    deps = left.deps | right.deps
    match op:
        case "&&" | "||":
            return _both(op == "&&", left, right, deps)
        case "??":
            return left if left.known and left.data is not None else right if left.known else left
    for value in (left, right):
        if isinstance(value.data, Unread):
            return Value(value.data, None, deps)
    if op in ("==", "!="):
        return Value((plain(left) == plain(right)) == (op == "=="), None, deps)
    if op in ("=~", "!~"):
        same = str(left.data).lower() == str(right.data).lower()
        return Value(same == (op == "=~"), None, deps)
    compare = _COMPARE.get(op)
    if compare is None or not all(isinstance(v.data, (int, float)) for v in (left, right)):
        return unread(f"{op} is not worked out here", deps)
    return Value(compare(left.data, right.data), None, deps)


def _both(every: bool, left: Value, right: Value, deps: Deps) -> Value:
    deciding = next((value for value in (left, right) if value.data is (not every)), None)
    if deciding is not None:
        return Value(not every, None, deps, None, None)
    for value in (left, right):
        if not isinstance(value.data, bool):
            return unread(value.why or "a condition that is no truth value", deps)
    return Value(every, None, deps)

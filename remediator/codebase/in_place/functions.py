"""Which functions of Bicep and Terraform are worked out here? The pure ones that names and lists are made with.

Each takes values and gives one, or None where it cannot tell. Where the two languages share a name they agree in what
is done here; `uniqueString`, `guid` and everything else is not worked out, so that no name is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from remediator.codebase.in_place.expr import Fields, Items
from remediator.codebase.in_place.value import Value, plain

Args = tuple[Value, ...]
Function = Callable[[Args], Value | None]


def _texts(args: Args) -> list[str] | None:
    found = [value.data for value in args]
    return found if all(isinstance(text, str) for text in found) else None


def _on_text(work: Callable[[str], Any]) -> Function:
    def function(args: Args) -> Value | None:
        texts = _texts(args[:1])
        return Value(work(texts[0])) if texts else None

    return function


def _replace(args: Args) -> Value | None:
    texts = _texts(args)
    if texts is None or len(texts) != 3:
        return None
    if len(texts[1]) > 1 and texts[1].startswith("/") and texts[1].endswith("/"):
        return None  # a regular expression of Terraform
    return Value(texts[0].replace(texts[1], texts[2]))


def _format(args: Args) -> Value | None:
    """Both kinds: `{0}` of Bicep and `%s` of Terraform."""
    if not args or not isinstance(args[0].data, str):
        return None
    given = [value.data for value in args[1:]]
    if not all(isinstance(one, (str, int)) and not isinstance(one, bool) for one in given):
        return None
    text = args[0].data
    if "%" in text:
        if re.sub(r"%[sd]", "", text).count("%") or len(re.findall(r"%[sd]", text)) != len(given):
            return None
        rest = iter(given)
        return Value(re.sub(r"%[sd]", lambda _: str(next(rest)), text))
    if re.search(r"\{(?!\d+\})", text):
        return None
    try:
        return Value(re.sub(r"\{(\d+)\}", lambda found: str(given[int(found.group(1))]), text))
    except IndexError:
        return None


def _concat(args: Args) -> Value | None:
    if args and all(isinstance(value.data, tuple) for value in args):
        written = next(
            (value.origin for value in args if isinstance(value.origin, Items) and value.flips is None), None
        )
        return Value(tuple(item for value in args for item in value.data), written)
    texts = _texts(args)
    return Value("".join(texts)) if texts is not None else None


def _merge(args: Args) -> Value | None:
    """`union` of Bicep and `merge` of Terraform, as far as objects of one level go."""
    made: dict[str, Value] = {}
    for value in args:
        if value.data is None:
            continue
        if not isinstance(value.data, dict):
            return None
        for key, item in value.data.items():
            if isinstance(item.data, dict) and isinstance(getattr(made.get(key), "data", None), dict):
                return None  # Bicep goes into it, Terraform does not
            made[key] = item
    written = next((value.origin for value in args if isinstance(value.origin, Fields) and value.flips is None), None)
    return Value(made, written)


def _union(args: Args) -> Value | None:
    if args and all(isinstance(value.data, tuple) for value in args):
        made: list[Value] = []
        for value in args:
            made += [item for item in value.data if plain(item) not in [plain(held) for held in made]]
        return Value(tuple(made))
    return _merge(args)


def _join(args: Args) -> Value | None:
    """`join(list, separator)` of Bicep, `join(separator, list)` of Terraform."""
    if len(args) != 2:
        return None
    listed, separator = (args[0], args[1]) if isinstance(args[0].data, tuple) else (args[1], args[0])
    if not isinstance(listed.data, tuple) or not isinstance(separator.data, str):
        return None
    texts = _texts(listed.data)
    return Value(separator.data.join(texts)) if texts is not None else None


def split(args: Args) -> Value | None:
    """`split(text, separator)`, as Bicep has it; Terraform has it the other way round."""
    texts = _texts(args)
    if texts is None or len(texts) != 2 or not texts[1]:
        return None
    return Value(tuple(Value(part) for part in texts[0].split(texts[1])))


def _empty(args: Args) -> Value | None:
    data = args[0].data if args else object()
    return Value(data is None or len(data) == 0) if data is None or isinstance(data, (str, tuple, dict)) else None


def _length(args: Args) -> Value | None:
    data = args[0].data if args else None
    return Value(len(data)) if isinstance(data, (str, tuple, dict)) else None


def _contains(args: Args) -> Value | None:
    if len(args) != 2 or not args[1].known:
        return None
    held, wanted = args[0].data, args[1].data
    if isinstance(held, tuple):
        return Value(plain(args[1]) in [plain(item) for item in held]) if all(i.known for i in held) else None
    if isinstance(held, (dict, str)) and isinstance(wanted, str):
        return Value(wanted in held)
    return None


def _first_that_is(args: Args) -> Value | None:
    """`coalesce`: the first that is not null (and, in Terraform, not empty)."""
    for value in args:
        if not value.known:
            return None
        if value.data not in (None, ""):
            return value
        if value.data == "":
            return None  # the two languages differ
    return None


def _try(args: Args) -> Value | None:
    for value in args[:1]:
        return value if value.known and value.data is not None else None
    return None


def _lookup(args: Args) -> Value | None:
    if len(args) < 2 or not isinstance(args[0].data, dict) or not isinstance(args[1].data, str):
        return None
    found = args[0].data.get(args[1].data)
    return found if found is not None else args[2] if len(args) > 2 else None


def _same(args: Args) -> Value | None:
    return args[0] if args else None


def _set(args: Args) -> Value | None:
    value = args[0] if args else None
    if value is None or not isinstance(value.data, tuple):
        return None
    keys = [item.data for item in value.data]
    if not all(isinstance(key, str) for key in keys) or len(set(keys)) != len(keys):
        return None
    return Value({item.data: item for item in value.data}, value.origin, value.deps, None, None, value.source)


def _range(args: Args) -> Value | None:
    """Bicep's: start and count."""
    if len(args) != 2 or not all(isinstance(value.data, int) for value in args) or not 0 <= args[1].data <= 1000:
        return None
    return Value(tuple(Value(args[0].data + index) for index in range(args[1].data)))


def _entries(args: Args) -> Value | None:
    """`items()` of Bicep: key and value of each field, in the order of their keys."""
    if not args or not isinstance(args[0].data, dict):
        return None
    pairs = sorted(args[0].data.items())
    return Value(tuple(Value({"key": Value(key), "value": value}) for key, value in pairs))


def _keys(args: Args) -> Value | None:
    if not args or not isinstance(args[0].data, dict):
        return None
    return Value(tuple(Value(key) for key in sorted(args[0].data)))


def _values(args: Args) -> Value | None:
    if not args or not isinstance(args[0].data, dict):
        return None
    return Value(tuple(value for _, value in sorted(args[0].data.items())))


def _end(last: bool) -> Function:
    def function(args: Args) -> Value | None:
        data = args[0].data if args else None
        if isinstance(data, str) and data:
            return Value(data[-1] if last else data[0])
        if not isinstance(data, tuple) or not data:
            return None
        found: Value = data[-1 if last else 0]
        return found

    return function


def _take(args: Args) -> Value | None:
    if len(args) != 2 or not isinstance(args[1].data, int) or args[1].data < 0:
        return None
    data = args[0].data
    return Value(data[: args[1].data]) if isinstance(data, (str, tuple)) else None


def _substring(args: Args) -> Value | None:
    if len(args) < 2 or not isinstance(args[0].data, str):
        return None
    numbers = [value.data for value in args[1:]]
    if not all(isinstance(number, int) and number >= 0 for number in numbers):
        return None
    text, start = args[0].data, numbers[0]
    return Value(text[start : start + numbers[1]] if len(numbers) > 1 else text[start:])


def _starts(args: Args) -> Value | None:
    texts = _texts(args)
    return Value(texts[0].startswith(texts[1])) if texts is not None and len(texts) == 2 else None


FUNCTIONS: Mapping[str, Function] = {
    "toLower": _on_text(str.lower),
    "lower": _on_text(str.lower),
    "toUpper": _on_text(str.upper),
    "upper": _on_text(str.upper),
    "title": _on_text(str.title),
    "trim": lambda args: _on_text(str.strip)(args) if len(args) == 1 else None,
    "trimspace": _on_text(str.strip),
    "string": _on_text(str),
    "tostring": _on_text(str),
    "replace": _replace,
    "format": _format,
    "concat": _concat,
    "union": _union,
    "merge": _merge,
    "join": _join,
    "split": split,
    "empty": _empty,
    "length": _length,
    "contains": _contains,
    "coalesce": _first_that_is,
    "try": _try,
    "lookup": _lookup,
    "jsonencode": _same,
    "nonsensitive": _same,
    "sensitive": _same,
    "tolist": _same,
    "tomap": _same,
    "toset": _set,
    "range": _range,
    "items": _entries,
    "keys": _keys,
    "objectKeys": _keys,
    "values": _values,
    "first": _end(False),
    "last": _end(True),
    "take": _take,
    "substring": _substring,
    "substr": _substring,
    "startsWith": _starts,
    "startswith": _starts,
}

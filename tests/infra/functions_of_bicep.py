"""Functions of Bicep that infra/ calls, as far as their values matter here.

A value that is known only while deploying makes the result so, too; hashes are hashes of the same texts, not Azure's.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

from tests.infra.values import Later, is_open, known, text_of


def _unique(*parts: Any) -> str:
    digest = hashlib.sha256("|".join(map(text_of, parts)).encode()).digest()
    return "".join("abcdefghijklmnopqrstuvwxyz234567"[byte % 32] for byte in digest[:13])


def _guid(*parts: Any) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "|".join(map(text_of, parts))))


def _union(*values: Any) -> Any:
    if isinstance(values[0], dict):
        merged: dict[str, Any] = {}
        for value in values:
            for key, one in value.items():
                both = isinstance(merged.get(key), dict) and isinstance(one, dict)
                merged[key] = _union(merged[key], one) if both else one
        return merged
    found: list[Any] = []
    for one in (one for value in values for one in value):
        if one not in found:  # Bicep, "union": duplicate values are included once
            found.append(one)
    return found


def _contains(holder: Any, wanted: Any) -> bool:
    return wanted in holder


def _empty(value: Any) -> bool:
    return value is None or len(value) == 0


def _resource_id(*parts: Any) -> str:
    subscription, group, type_, *names = map(text_of, parts)
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{_interleaved(type_, names)}"


def _interleaved(type_: str, names: list[str]) -> str:
    provider, *kinds = type_.split("/")
    assert len(kinds) == len(names), f"{type_} has {len(kinds)} names, not {len(names)}"
    return "/".join([provider, *(part for pair in zip(kinds, names, strict=True) for part in pair)])


def _extension_id(scope: Any, type_: Any, *names: Any) -> str:
    return f"{text_of(scope)}/providers/{_interleaved(text_of(type_), [text_of(one) for one in names])}"


def _list_keys(_scope: Any, _version: Any) -> Later:
    return Later("object", "keys")


FUNCTIONS: dict[str, tuple[str, Callable[..., Any]]] = {
    "concat": ("array", lambda *lists: [one for each in lists for one in each]),
    "contains": ("bool", _contains),
    "empty": ("bool", _empty),
    "extensionResourceId": ("string", _extension_id),
    "guid": ("string", _guid),
    "items": ("array", lambda value: [{"key": key, "value": value[key]} for key in sorted(value)]),
    "join": ("string", lambda parts, between: text_of(between).join(map(text_of, parts))),
    "last": ("any", lambda value: value[-1]),
    "length": ("int", len),
    "listKeys": ("object", _list_keys),
    "max": ("int", max),
    "resourceId": ("string", _resource_id),
    "split": ("array", lambda value, between: text_of(value).split(between)),
    "string": ("string", text_of),
    "take": ("any", lambda value, count: value[:count]),
    "toLower": ("string", lambda value: text_of(value).lower()),
    "union": ("any", _union),
    "uniqueString": ("string", _unique),
}


def called(name: str, arguments: list[Any]) -> Any:
    """The value of a function; `KeyError` for one that is not known here."""
    kind, function = FUNCTIONS[name]
    if is_open(arguments) and name not in ("empty", "listKeys", "union", "items", "concat"):
        if not all(isinstance(known(one), Later) is False for one in arguments):
            return Later(kind, f"{name}({', '.join(map(text_of, arguments))})")
        return Later(kind, name, function(*map(known, arguments)))
    plain = [known(one) for one in arguments]
    if any(isinstance(one, Later) for one in plain) and name in ("empty", "union", "items", "concat", "split"):
        return Later("bool" if name == "empty" else kind, f"{name}(…)", settled=True)
    return function(*plain)

"""Hypothesis strategies for the plain dataclasses of core, built from their annotations."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from remediator.core.resource_id import ResourceId

_WORDS = st.text(max_size=12)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
    max_leaves=5,
)
_ZONES = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3, minutes=-30))])
_TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=_ZONES)
_IDS = st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=6), min_size=1)
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: _WORDS,
    int: st.integers(0, 2**53),
    bool: st.booleans(),
    datetime: _TIMES,
    ResourceId: _IDS.map(lambda parts: ResourceId("/" + "/".join(parts))),
    type(None): st.none(),
}


def anything_of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of an annotated type: dataclasses field by field, never with only their defaults."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of([anything_of(arg) for arg in args])
    if origin is tuple and args[-1] is Ellipsis:
        return st.lists(anything_of(args[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*(anything_of(arg) for arg in args))
    if origin is Mapping:
        return st.dictionaries(_WORDS, _JSON, max_size=3)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return st.builds(kind, **{f.name: anything_of(hints[f.name]) for f in dataclasses.fields(kind) if f.init})
    raise TypeError(f"no strategy for {kind!r}: a new kind of field has come into a stored dataclass")

"""How does a list or map, which a loop makes things of, get one more element like those that it has?

Called by `zone_link`: the elements are networks, by their ids or as objects with an id and what is made of its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from remediator.codebase.in_place.declared import Instance
from remediator.codebase.in_place.expr import Fields, Items, Lit
from remediator.codebase.in_place.layout_lists import with_item
from remediator.codebase.in_place.locate import Site
from remediator.codebase.in_place.setting import Way, put
from remediator.codebase.in_place.value import Id, Value, plain
from remediator.core.resource_id import ResourceId


def longer(site: Site, link: Instance, source: Value, network: ResourceId, text: Any) -> Iterator[Way]:
    """A list or map with one more element like those that it has, for this network."""
    origin = source.origin
    if origin is None or source.flips is not None:
        return
    file = site.code.sources[origin.span.path]
    symbols = any(isinstance(one, Id) for one in _ids(source))  # neighbours that are written as symbols
    local = text if symbols and origin.span.path == link.decl.path else network.text
    if isinstance(origin, Items):
        like = _elements(source)
        if like and all(isinstance(item, str) for item in like):
            yield (with_item(file, origin, local),)
        elif like and all(isinstance(item, dict) for item in like):
            made = _like(source, network, local)
            if made is not None:
                yield (with_item(file, origin, made),)
    elif isinstance(origin, Fields) and isinstance(source.data, dict):
        held = list(source.data.values())
        if held and all(value.id() is not None for value in held):
            yield from put(source, network.name, local, site.code.sources)


def _ids(source: Value) -> list[Any]:
    data = source.data.values() if isinstance(source.data, dict) else source.data
    listed = list(data) if isinstance(source.data, (tuple, dict)) else []
    inner = [item for one in listed if isinstance(one.data, dict) for item in one.data.values()]
    return [one.data for one in (*listed, *inner)]


def _elements(source: Value) -> list[Any]:
    """The elements of a list, or of the set that was made of it; an id counts as a text."""
    data = source.data.values() if isinstance(source.data, dict) else source.data
    if not isinstance(source.data, (tuple, dict)):
        return []
    found = [plain(item) for item in data]
    return ["id" if isinstance(item, str) and item.startswith("id:") else item for item in found]


def _like(source: Value, network: ResourceId, text: Any) -> Mapping[str, Any] | None:
    """An object with the fields of its neighbours, where each is the network's id or name, or the same in all."""
    data = source.data if isinstance(source.data, tuple) else ()
    keys = {tuple(item.data) for item in data if isinstance(item.data, dict)}
    if len(keys) != 1:
        return None
    made: dict[str, Any] = {}
    for key in next(iter(keys)):
        column = [item.data[key] for item in data]
        if all(value.id() is not None for value in column):
            made[key] = text
        elif len({str(plain(value)) for value in column}) == 1 and isinstance(column[0].origin, Lit) and len(data) > 1:
            made[key] = column[0].data
        elif all(isinstance(value.data, bool) for value in column):
            made[key] = False
        elif all(isinstance(value.data, str) for value in column):
            named = _named_after(column, data)
            if named is None:
                return None
            made[key] = named.format(network.name)
        else:
            return None
    return made


def _named_after(column: list[Value], data: tuple[Value, ...]) -> str | None:
    """The pattern by which a text is made of the network's name in every element."""
    patterns: set[str] = set()
    for value, item in zip(column, data, strict=True):
        rid = next((one.id() for one in item.data.values() if one.id() is not None), None)
        if rid is None or rid.names[-1] not in str(value.data) or "{" in str(value.data):
            return None
        patterns.add(str(value.data).replace(rid.names[-1], "{}", 1))
    return next(iter(patterns)) if len(patterns) == 1 else None

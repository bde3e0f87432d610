"""Which part of an estate does a diagnosis need? What the resources in question name, what lies in them or links them.

Called when an incident is exported. Bodies are raw: a resource belongs to the part when it is asked for, lies in or
around one that belongs, is named by one, or is of a kind that attaches itself to others (links of zones and rulesets,
endpoints, role assignments) and names one. Whether the part says the same as the whole is checked by whoever cut it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Body = Mapping[str, Any]
# They name what they belong to, and are not named by it.
_ATTACHED = (
    "microsoft.network/privatednszones",
    "microsoft.network/privatednszones/virtualnetworklinks",
    "microsoft.network/privateendpoints",
    "microsoft.network/dnsresolvers",
    "microsoft.network/dnsresolvers/inboundendpoints",
    "microsoft.network/dnsforwardingrulesets",
    "microsoft.network/dnsforwardingrulesets/virtualnetworklinks",
)
_ASSIGNMENT = "/providers/microsoft.authorization/"
_ID = re.compile(r"/subscriptions/[^\s\"',;()]+", re.IGNORECASE)


def part_of(resources: Sequence[Body], seeds: Iterable[str]) -> tuple[Body, ...]:
    """The bodies that belong to the part, in their order; what could not be read belongs to it in any case."""
    ids = [str(body.get("id", "")).lower() for body in resources]
    named = [frozenset(_named(body)) - {own} for body, own in zip(resources, ids, strict=True)]
    kinds = [str(body.get("type", "")).lower() for body in resources]
    wanted = {seed.lower() for seed in seeds}
    taken = {index for index, body in enumerate(resources) if "error" in body}
    inside = {ids[index] for index in taken}
    grew = True
    while grew:
        grew = False
        for index, own in enumerate(ids):
            if index in taken or not _belongs(own, kinds[index], named[index], wanted, inside):
                continue
            taken.add(index)
            inside.add(own)
            wanted |= named[index] if kinds[index] not in _ATTACHED or _within(own, wanted) else frozenset()
            grew = True
    return tuple(body for index, body in enumerate(resources) if index in taken)


def _belongs(own: str, kind: str, named: frozenset[str], wanted: set[str], inside: set[str]) -> bool:
    if own in wanted or _within(own, wanted) or _around(own, wanted):
        return True
    at = own.rfind(_ASSIGNMENT)
    if at >= 0:  # it holds for everything below its scope
        return any(one == own[:at] or one.startswith(f"{own[:at]}/") for one in wanted)
    return kind in _ATTACHED and any(one in wanted or _around(one, inside) or _within(one, inside) for one in named)


def _within(own: str, ids: Iterable[str]) -> bool:
    """Whether it lies in one of these resources."""
    known = ids if isinstance(ids, set) else set(ids)
    parts = own.split("/")
    return any("/".join(parts[:length]) in known for length in range(9, len(parts)))


def _around(own: str, ids: Iterable[str]) -> bool:
    """Whether one of these lies in it; a group or subscription is around everything and does not count."""
    return "/providers/" in own and any(one.startswith(f"{own}/") for one in ids)


def _named(body: Body) -> Iterator[str]:
    for text in _texts(body):
        for found in _ID.findall(text):
            if "/providers/" in found.lower():
                yield found.lower().rstrip("/.")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)

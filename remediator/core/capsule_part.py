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
_LINK = "/virtualnetworklinks"  # of others' networks as well, which do not belong to the part for that
_ASSIGNMENT = "/providers/microsoft.authorization/"
_ID = re.compile(r"/subscriptions/[^\s\"',;()]+", re.IGNORECASE)


def part_of(resources: Sequence[Body], seeds: Iterable[str]) -> tuple[Body, ...]:
    """The bodies that belong to the part, in their order; what could not be read belongs to it in any case."""
    ids = [str(body.get("id", "")).lower() for body in resources]
    named = [frozenset(_named(body)) - {own} for body, own in zip(resources, ids, strict=True)]
    kinds = [str(body.get("type", "")).lower() for body in resources]
    taken = {index for index, body in enumerate(resources) if "error" in body}
    wanted = _Wanted(seed.lower() for seed in seeds)
    grew = True
    while grew:
        grew = False
        for index, own in enumerate(ids):
            if index not in taken and _belongs(own, kinds[index], named[index], wanted):
                taken.add(index)
                wanted.add((own,) if kinds[index].endswith(_LINK) else (own, *named[index]))
                grew = True
    return tuple(body for index, body in enumerate(resources) if index in taken)


class _Wanted:
    """The ids that belong to the part, and everything that is around them."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids: set[str] = set()
        self.around: set[str] = set()
        self.add(ids)

    def add(self, ids: Iterable[str]) -> None:
        """More of them."""
        for one in ids:
            self.ids.add(one)
            self.around.update(_prefixes(one))

    def touches(self, own: str) -> bool:
        """Whether an id is one of them, lies in one, or is around one; groups and subscriptions do not count."""
        return "/providers/" in own and (
            own in self.ids or own in self.around or any(one in self.ids for one in _prefixes(own))
        )


def _belongs(own: str, kind: str, named: frozenset[str], wanted: _Wanted) -> bool:
    if wanted.touches(own):
        return True
    at = own.rfind(_ASSIGNMENT)
    if at >= 0:  # it holds for everything below its scope
        return own[:at] in wanted.ids or own[:at] in wanted.around
    return kind in _ATTACHED and any(wanted.touches(one) for one in named)


def _prefixes(own: str) -> Iterator[str]:
    """What an id lies in, groups and subscriptions included."""
    parts = own.split("/")
    return ("/".join(parts[:length]) for length in range(2, len(parts)))


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

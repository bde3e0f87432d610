"""What is a new child resource called, when others of the network's name are there already?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

from remediator.core.resource_id import ResourceId


def free_name(network: ResourceId, wanted: str, taken: Iterable[str]) -> str:
    """The wanted name; else with what tells networks of one name apart: subscription, group, then a number."""
    held = {name.lower() for name in taken}
    return next(name for name in _names(network, wanted) if name.lower() not in held)


def _names(network: ResourceId, wanted: str) -> Iterator[str]:
    yield wanted
    yield f"{wanted}-{network.subscription[:8]}"
    yield f"{wanted}-{network.resource_group}"[:80]
    yield from (f"{wanted[:76]}-{number}" for number in count(2))

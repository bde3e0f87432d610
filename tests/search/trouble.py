"""Several faults at once, and resources that the reader may not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from tests.search.building import build
from tests.search.choosing import shapes
from tests.search.faults import FAULTS
from tests.search.land import Land
from tests.search.shape import Shape

Faults = Sequence[tuple[str, int]]
faults = st.lists(st.tuples(st.sampled_from(sorted(FAULTS)), st.integers(0, 41)), max_size=4)
troubles = st.tuples(shapes, faults)
# A linked zone of a region's data names answers for them: a fault of these names in the other zone does no harm then.
HIDING = "region_zone_in_use"


def plain(shape: Shape) -> Shape:
    """The same without what hides a fault or makes its place a matter of luck.

    That is a zone behind which it would not show, and equal ranges: there the address of a DNS server may lie in two
    networks, and with the peering gone nobody can say which one was meant.
    """
    return replace(shape, same_ranges=False, noise=tuple(one for one in shape.noise if one != HIDING))


def troubled(shape: Shape, chosen: Faults) -> Land:
    """An estate with these faults; one that finds its place taken by an earlier one is left out."""
    land = build(shape)
    for name, number in chosen:
        try:
            FAULTS[name](land, number)
        except (KeyError, StopIteration, ValueError):
            continue  # what it would break is gone already
    return land


def readable(land: Land) -> list[str]:
    """The ids of what could be refused, in order."""
    return sorted(str(body["id"]) for body in land.builder.bodies.values())


def refused(land: Land, numbers: Sequence[int]) -> list[str]:
    """Make some resources unreadable in the estate file; returns their ids."""
    chosen = sorted({readable(land)[number % len(land.builder.bodies)] for number in numbers})
    for resource in chosen:
        land.builder.error(resource)
    return chosen

"""A sweep in one process: parts are judged one after the other, and nothing of them stays."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator, Sequence

import pytest

from remediator.cli.bench.drifts import DRIFTS
from remediator.core.cloud import AZURE_PUBLIC
from remediator.core.desired import DesiredState
from remediator.core.resource_id import ResourceId
from remediator.core.sweep import OpenedPart, SweepScope, WideEstate
from remediator.facts import snapshot_from
from remediator.flow.sweeping import swept
from remediator.sandbox.estates.fleet import fleet


class Reader:
    """Makes the snapshot of a part when it is opened, and remembers whether the one before is gone by then."""

    def __init__(self, parts: int) -> None:
        self.parts = parts
        self.left: list[int] = []
        self._known: list[weakref.ref[object]] = []

    def read(self, scope: SweepScope, told: Callable[[str], None]) -> WideEstate:
        return WideEstate(tuple((b"%d" % number,) for number in range(self.parts)), 20 * self.parts, 0, 1)

    def open(self, packed: Sequence[bytes], closer: Sequence[ResourceId] = ()) -> OpenedPart:
        self.left.append(sum(one() is not None for one in self._known))
        made = fleet(20, seed=int(packed[0]))
        for site, drift in zip(made.sites[1::2], DRIFTS.values(), strict=False):
            drift(made, site)
        snapshot = snapshot_from(made.resources(), AZURE_PUBLIC)
        self._known.append(weakref.ref(snapshot))
        return OpenedPart(snapshot)


@pytest.fixture
def never_collected() -> Iterator[None]:
    """Memory is not searched for cycles: what is not used any more goes by itself, or stays."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_no_part_is_held_while_the_next_one_is_judged(never_collected: None) -> None:
    """The facts of a part are gone before the next is opened: memory does not grow with what is there."""
    reader = Reader(4)
    _, found = swept(reader, DesiredState(), SweepScope(), lambda _: None)
    assert reader.left == [0, 0, 0, 0]
    assert found.registries == 80


def test_it_is_told_how_far_it_is() -> None:
    """After each part, how many registries were judged."""
    words: list[str] = []
    swept(Reader(2), DesiredState(), SweepScope(), words.append)
    assert words == ["20 of 40 registries judged, part 1", "40 of 40 registries judged, part 2"]

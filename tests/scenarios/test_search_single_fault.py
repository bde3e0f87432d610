"""One fault in a healthy estate of any shape: found first, where it was made, and nothing healthy is blamed."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from remediator.core.rules import RULES
from tests.core.diagnosing import diagnosed
from tests.scenarios.sandboxed import Sandboxed
from tests.search.building import build
from tests.search.choosing import shapes
from tests.search.effort import search
from tests.search.faults import FAULTS
from tests.search.judging import complaints
from tests.search.rich import RICH
from tests.search.shape import Shape
from tests.search.trouble import plain, troubled


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_single_fault_is_found_by_its_rule(name: str) -> None:
    """The first finding names the fault's rule and place, its paths suffer, all others are ok and pull."""

    @search(6)
    @given(shapes, st.integers(0, 41))
    def one_fault(shape: Shape, number: int) -> None:
        land = troubled(plain(shape), ())
        fault = FAULTS[name](land, number)
        assume(fault is not None)
        assert fault is not None
        world = Sandboxed.of(land.builder.document())
        wrong = complaints(land, fault, diagnosed(land.builder, land.desired), world.azure)
        assert not wrong, "\n".join(wrong)

    one_fault()


def test_every_fault_has_a_place_and_every_rule_a_fault() -> None:
    """No search is empty: each fault can be made somewhere, and together they name every rule."""
    made = {name: [found for shape in RICH if (found := FAULTS[name](build(shape), 0))] for name in FAULTS}
    assert [name for name, found in made.items() if not found] == []
    assert {rule.id for rule in RULES} == {rule for found in made.values() for one in found for rule in one.rules}

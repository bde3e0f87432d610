"""The plan as a document: order and digest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediator.core.change import ChangeKind
from remediator.core.plan import ORDER, Plan, ordered
from remediator.core.resource_id import ResourceId
from tests.core.breaks import BREAKS
from tests.core.diagnosing import diagnosed


def plan() -> Plan:
    return diagnosed(BREAKS["no endpoint"][0]()).plan


def test_every_change_kind_has_its_place_in_the_order() -> None:
    """No kind can be planned without a place in the order of changes."""
    assert set(ChangeKind) == set(ORDER)


def test_the_link_comes_after_the_records() -> None:
    """A zone is linked only when it can answer."""
    assert ORDER.index(ChangeKind.CREATE_LINK) > ORDER.index(ChangeKind.CREATE_RECORD)


@given(st.permutations(range(4)))
def test_the_order_does_not_depend_on_how_changes_were_found(order: list[int]) -> None:
    """Any order of findings gives the same plan and the same digest."""
    changes = plan().changes
    assert plan() == ordered(tuple(changes[index] for index in order))


@given(st.text(), st.text())
def test_words_do_not_matter_to_the_digest(summary: str, reason: str) -> None:
    """Rewording a change leaves the digest as it is."""
    changes = tuple(replace(change, summary=summary, reason=reason) for change in plan().changes)
    assert plan().digest == Plan(changes).digest


def test_the_casing_of_ids_does_not_matter_to_the_digest() -> None:
    """Azure spells ids in several ways; the digest is the same."""
    changes = tuple(replace(change, target=ResourceId(change.target.text.upper())) for change in plan().changes)
    assert plan().digest == Plan(changes).digest


@pytest.mark.parametrize("index", range(4))
def test_what_is_written_matters_to_the_digest(index: int) -> None:
    """Any other `after` of any change gives another digest."""
    changes = list(plan().changes)
    changes[index] = replace(changes[index], after={**(changes[index].after or {}), "x": 1})
    assert plan().digest != Plan(tuple(changes)).digest


def test_the_order_of_changes_matters_to_the_digest() -> None:
    """An approval is for this order, not another."""
    assert plan().digest != Plan(tuple(reversed(plan().changes))).digest


@pytest.mark.parametrize("name", sorted(BREAKS))
def test_the_same_estate_gives_the_same_digest(name: str) -> None:
    """Diagnosing twice gives the same plan, byte for byte."""
    assert diagnosed(BREAKS[name][0]()).plan.digest == diagnosed(BREAKS[name][0]()).plan.digest

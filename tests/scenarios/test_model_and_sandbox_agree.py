"""Estates of any shape with several faults: the model never says ok where a pull fails, nor broken where it works."""

from __future__ import annotations

from hypothesis import given

from tests.core.diagnosing import diagnosed
from tests.scenarios.sandboxed import Sandboxed
from tests.search.comparing import disagreements
from tests.search.effort import search
from tests.search.judging import said
from tests.search.shape import Shape
from tests.search.trouble import Faults, troubled, troubles


@search(150)
@given(troubles)
def test_the_verdict_is_what_a_pull_says(trouble: tuple[Shape, Faults]) -> None:
    """Ok pulls, broken does not; unknown claims nothing, and a data name of another replica is not this pull's."""
    land = troubled(*trouble)
    world = Sandboxed.of(land.builder.document())
    found = disagreements(world.azure, diagnosed(land.builder, land.desired))
    assert not found, "\n".join(found)


@search(80)
@given(troubles)
def test_a_file_and_a_live_read_say_the_same(trouble: tuple[Shape, Faults]) -> None:
    """The same verdicts, findings and digest, from an estate file and over Resource Manager."""
    land = troubled(*trouble)
    live = Sandboxed.of(land.builder.document()).diagnose(land.desired)
    assert said(diagnosed(land.builder, land.desired)) == said(live)

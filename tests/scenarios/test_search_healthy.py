"""Healthy estates of every shape: nothing is found, every path is ok and pulls, file and live read say the same."""

from __future__ import annotations

from hypothesis import given

from remediator.core.pull_path import Verdict
from tests.core.diagnosing import diagnosed
from tests.scenarios.sandboxed import Sandboxed
from tests.search.building import build
from tests.search.choosing import shapes
from tests.search.comparing import compare
from tests.search.effort import search
from tests.search.judging import told
from tests.search.shape import Shape


@search(120)
@given(shapes)
def test_a_healthy_estate_has_no_finding_and_pulls(shape: Shape) -> None:
    """Whatever its topology: no finding, no plan, every path ok, and every image arrives."""
    land = build(shape)
    world = Sandboxed.of(land.builder.document())
    assert world.azure.oddities == ()
    diagnosis = diagnosed(land.builder, land.desired)
    assert [told(finding) for finding in diagnosis.findings] == []
    assert not diagnosis.plan
    compared = compare(world.azure, diagnosis)
    assert [str(one) for one in compared if one.path.verdict is not Verdict.OK or not one.attempt.ok] == []
    assert {one.path.key for one in compared} == {pull.key for pull in land.pulls}

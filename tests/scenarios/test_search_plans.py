"""Plans for estates of any shape with several faults, applied to the sandbox through the real SDKs."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from remediator.core.change import LiveState
from remediator.core.diagnosis import Diagnosis
from remediator.core.errors import Stale
from remediator.core.pull_path import Verdict
from tests.scenarios.sandboxed import Sandboxed, approve
from tests.search.comparing import compare, disagreements, pulls
from tests.search.effort import search
from tests.search.judging import told
from tests.search.shape import Shape
from tests.search.trouble import Faults, troubled, troubles


@search(70)
@given(troubles)
def test_a_plan_mends_what_it_says_breaks_nothing_and_leaves_nothing(trouble: tuple[Shape, Faults]) -> None:
    """What foresight calls mended pulls, what pulled before still does, and there is nothing more to plan."""
    land = troubled(*trouble)
    world = Sandboxed.of(land.builder.document())
    diagnosis = world.diagnose(land.desired)
    if not diagnosis.plan or diagnosis.foresight.broken or diagnosis.foresight.cut_off:
        return
    before = pulls(world.azure, [path.key for path in diagnosis.paths])
    world.apply(diagnosis.plan)
    wrong = [*_pulls_as_foreseen(world, diagnosis, before)]
    after = world.diagnose(land.desired)
    wrong += disagreements(world.azure, after)
    wrong += [f"not ok: {path.key}" for path in after.paths if path.key in _mended(diagnosis) and _not_ok(path.verdict)]
    wrong += [f"still to do: {change.summary}" for change in after.plan.changes]
    assert not wrong, "\n".join([*wrong, *map(told, diagnosis.findings), *(c.summary for c in diagnosis.plan.changes)])
    _again_changes_nothing(world, diagnosis)


def _mended(diagnosis: Diagnosis) -> set[tuple[str, str]]:
    return {path.key for path in diagnosis.foresight.mended}


def _not_ok(verdict: Verdict) -> bool:
    return verdict is not Verdict.OK


def _pulls_as_foreseen(world: Sandboxed, diagnosis: Diagnosis, before: dict[tuple[str, str], bool]) -> list[str]:
    """Whose pull fails although it was to be mended, or worked before."""
    expected = _mended(diagnosis) | {key for key, ok in before.items() if ok}
    after = compare(world.azure, diagnosis)
    return [f"does not pull: {one}" for one in after if one.path.key in expected and not one.attempt.ok]


def _again_changes_nothing(world: Sandboxed, diagnosis: Diagnosis) -> None:
    """A change that is in place is not made again; where its target has moved on it is refused."""
    done = _timeless(world.azure.estate())
    approved = approve(diagnosis.plan)
    for change in diagnosis.plan.changes:
        if world.applier.compare(change) is LiveState.DONE:
            continue
        try:
            world.applier.start(approved, change)
        except Stale:
            continue
        raise AssertionError(f"written again: {change.summary}")
    assert _timeless(world.azure.estate()) == done


def _timeless(value: Any) -> Any:
    """A document without what changes with every write."""
    if isinstance(value, dict):
        return {key: _timeless(item) for key, item in value.items() if key not in ("etag", "resourceGuid")}
    return [_timeless(item) for item in value] if isinstance(value, list) else value

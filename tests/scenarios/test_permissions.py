"""Two identities with the least actions: every story passes; one action less stops it, or hides something."""

from __future__ import annotations

import pytest

from remediator.core.change import ChangeKind
from remediator.core.errors import Misconfigured
from remediator.core.permissions import READER, Use, applier_actions, required
from remediator.core.plan import Plan
from remediator.core.pull_path import Verdict
from tests.core.breaks import APP, BREAKS
from tests.estate_builder import EstateBuilder
from tests.scenarios.sandboxed import Sandboxed

WHO_READS, WHO_WRITES = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
MENDABLE = sorted(name for name, (_, _, _, changes) in BREAKS.items() if changes)


def kinds_of(plan: Plan) -> tuple[ChangeKind, ...]:
    return tuple(change.kind for change in plan.changes)


def enforced(builder: EstateBuilder, *, less: str = "") -> Sandboxed:
    """An estate whose reader has exactly its actions, and whose applier has none yet."""
    world = Sandboxed.of(builder.document(), reader=WHO_READS, applier=WHO_WRITES)
    world.azure.permissions[WHO_READS] = set(READER) - {less}
    return world


@pytest.mark.parametrize("name", MENDABLE)
def test_a_story_passes_with_exactly_these_actions(name: str) -> None:
    """Read, planned, applied, verified and taken back: with the reader's actions and those of the plan's kinds."""
    world = enforced(BREAKS[name][0]())
    before = world.diagnose()
    world.azure.permissions[WHO_WRITES] = set(applier_actions(kinds_of(before.plan)))
    world.apply(before.plan)
    after = world.diagnose()
    assert (world.pulls(APP), {path.verdict for path in after.paths}, after.plan.changes) == (True, {Verdict.OK}, ())
    world.undo(before.plan)


@pytest.mark.parametrize("name", MENDABLE)
def test_a_story_stops_with_one_action_less(name: str) -> None:
    """Whichever of the actions that make or follow the plan's changes is missing, the plan cannot be applied."""
    builder = BREAKS[name][0]()
    plan = enforced(builder).diagnose().plan
    needed = {one.action for change in plan.changes for one in required(change) if one.use is not Use.UNDO}
    assert needed
    for action in needed:
        world = enforced(builder)
        world.azure.permissions[WHO_WRITES] = set(applier_actions()) - {action}
        with pytest.raises(Misconfigured) as refused:
            world.apply(plan)
        assert refused.value.code == "azure-forbidden"
        assert action in refused.value.message


@pytest.mark.parametrize("action", list(READER))
@pytest.mark.parametrize("name", ["no endpoint", "zone deleted", "peering missing", "hub resolver not linked"])
def test_with_one_action_less_to_read_no_other_plan_is_made(name: str, action: str) -> None:
    """What cannot be read leads to no change that would not have been planned anyway, and breaks no other path."""
    whole, less = (enforced(BREAKS[name][0](), less=one).diagnose() for one in ("", action))
    assert {change.key for change in less.plan.changes} <= {change.key for change in whole.plan.changes}
    broken = [{path.key for path in found.paths if path.verdict is Verdict.BROKEN} for found in (less, whole)]
    assert broken[0] <= broken[1]

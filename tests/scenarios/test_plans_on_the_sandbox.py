"""Plans meet a world that knows nothing of our model: the sandbox judges the pull before and after."""

from __future__ import annotations

import pytest

from remediator.core.pull_path import Verdict
from tests.core.breaks import APP, BREAKS, hub_and_spoke
from tests.core.diagnosing import diagnosed
from tests.estate_builder import closed_without_endpoint, healthy
from tests.scenarios.sandboxed import Sandboxed

MENDABLE = sorted(name for name, (_, _, _, changes) in BREAKS.items() if changes)
# The sandbox keeps carrying what an out-of-sync peering carried before, and takes any credential that is named.
NOT_JUDGED = {"peering out of sync", "credential missing", "identity not assigned", "admin user off"}


@pytest.mark.parametrize("name", sorted(set(BREAKS) - NOT_JUDGED))
def test_a_path_called_broken_does_not_pull(name: str) -> None:
    """Where the model says broken, a pull in the sandbox fails."""
    world = Sandboxed.of(BREAKS[name][0]().document())
    verdicts = {p.verdict for p in world.diagnose().paths if p.consumer.name == "orders"}
    assert (verdicts, world.pulls(APP)) == ({Verdict.BROKEN}, False)


@pytest.mark.parametrize("name", MENDABLE)
def test_an_applied_plan_leaves_nothing_to_find(name: str) -> None:
    """After a plan was applied through the real SDKs the pull works, and a new diagnosis has no finding of its path."""
    world = Sandboxed.of(BREAKS[name][0]().document())
    world.apply(world.diagnose().plan)
    after = world.diagnose()
    broken = [finding.rule for finding in after.findings if finding.paths]
    assert (world.pulls(APP), broken, {p.verdict for p in after.paths}) == (True, [], {Verdict.OK})
    assert after.plan.changes == ()


@pytest.mark.parametrize("name", MENDABLE)
def test_live_and_estate_give_the_same_plan(name: str) -> None:
    """The same estate read over ARM and from a file gives the same digest."""
    builder = BREAKS[name][0]()
    assert diagnosed(builder).plan.digest == Sandboxed.of(builder.document()).diagnose().plan.digest


@pytest.mark.parametrize("build", [healthy, hub_and_spoke], ids=["beside", "hub"])
def test_a_path_called_ok_pulls(build: type) -> None:
    """Where the model says ok, a pull in the sandbox works."""
    world = Sandboxed.of(build().document())
    assert ([p.verdict for p in world.diagnose().paths], world.pulls(APP)) == ([Verdict.OK], True)


@pytest.mark.parametrize("cloud", ["AzureCloud", "AzureChinaCloud", "AzureUSGovernment"])
def test_the_first_incident_is_mended_in_every_cloud(cloud: str) -> None:
    """The closed registry gets its private path in public, China and US Government."""
    world = Sandboxed.of(closed_without_endpoint(cloud, "somewhere1").document())
    world.apply(world.diagnose().plan)
    assert world.pulls(APP)

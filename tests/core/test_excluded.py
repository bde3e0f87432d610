"""What the document excludes is left alone: nothing is found about it, and nothing planned on it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.core.cloud import AZURE_PUBLIC
from remediator.core.desired import Decision, DesiredState, RegistryIntent, Way
from remediator.core.diagnosis import Diagnosis, diagnose
from remediator.core.foresight import Foresight
from remediator.core.policy import judge
from remediator.core.pull_path import Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.walk import walk
from remediator.facts import snapshot_from
from tests.estate_builder import SUB, EstateBuilder, healthy, rid, spoke

REGISTRY = rid("Microsoft.ContainerRegistry/registries", "shop")
ZONE = rid("Microsoft.Network/privateDnsZones", "privatelink.azurecr.io")
CLOSED = DesiredState(declared=True, registries=(RegistryIntent(),))


def two_registries() -> EstateBuilder:
    """An open registry and a closed one without an endpoint, each with an app that pulls from it."""
    builder = EstateBuilder()
    _, infrastructure, _ = spoke(builder)
    environment = builder.environment("cae", infrastructure)
    builder.registry("shop")
    builder.registry("other", closed=False)
    builder.app("orders", environment, f"shop.{builder.suffix}/orders:1")
    return builder


def seen(*exclude: str) -> Diagnosis:
    snapshot = snapshot_from(two_registries().document()["resources"], AZURE_PUBLIC)
    return diagnose(replace(CLOSED, exclude=exclude), snapshot)


def test_without_an_exclusion_both_are_found() -> None:
    """The estate has something to find about both registries."""
    assert {finding.target.name for finding in seen().findings} >= {"shop", "other"}
    assert seen().plan.changes


@pytest.mark.parametrize(
    "named",
    ["SHOP", REGISTRY, REGISTRY.upper(), f"/subscriptions/{SUB}/resourceGroups/RG-app"],
    ids=["name", "id", "case", "group"],
)
def test_an_excluded_registry_is_left_alone(named: str) -> None:
    """By name, by id in any casing, or by its group: its broken path is shown, without finding and without change."""
    found = seen(named)
    assert [f for f in found.findings if f.target == ResourceId(REGISTRY)] == []
    assert [c for c in found.plan.changes if "shop" in c.target.key or "shop" in str(c.after)] == []
    assert [path.verdict for path in found.paths if "shop" in path.host] == [Verdict.BROKEN]


def test_an_excluded_zone_is_not_written_to() -> None:
    """Where the change that would mend a path is one to an excluded zone, there is no plan, and the finding stays."""
    builder = healthy()
    builder.drop(f"{ZONE}/virtualNetworkLinks/to-vnet-spoke")
    snapshot = snapshot_from(builder.document()["resources"], AZURE_PUBLIC)
    assert [change.target.within(ResourceId(ZONE)) for change in diagnose(CLOSED, snapshot).plan.changes] == [True]
    found = diagnose(replace(CLOSED, exclude=(ZONE,)), snapshot)
    assert (found.plan.changes, [finding.rule for finding in found.findings]) == ((), ["vnet-link"])


def test_a_sweep_leaves_it_alone() -> None:
    """The rules over everything find nothing about it either, so that no sweep opens an incident for it each time."""
    snapshot = snapshot_from(two_registries().document()["resources"], AZURE_PUBLIC)
    walked = walk(replace(CLOSED, exclude=("shop",)), snapshot)
    assert [one.finding for one in walked if "shop" in one.path.host] == [None]
    assert [one.finding for one in walk(CLOSED, snapshot) if "shop" in one.path.host] != [None]


def test_others_are_not_left_alone() -> None:
    """What is not excluded is found as before."""
    assert "other" in {finding.target.name for finding in seen("shop").findings}


@pytest.mark.parametrize(
    "child", [REGISTRY, f"{REGISTRY}/privateEndpointConnections/c", f"{ZONE}/virtualNetworkLinks/l"]
)
def test_what_lies_in_something_excluded_is_excluded(child: str) -> None:
    """Connections of an excluded registry and links of an excluded zone are left alone with it."""
    assert replace(CLOSED, exclude=("shop", ZONE)).excludes(ResourceId(child))
    assert not replace(CLOSED, exclude=("shopping",)).excludes(ResourceId(child))


def test_a_plan_that_would_touch_it_is_forbidden() -> None:
    """Whatever the planner made of it: a plan with a change to something excluded is not let through."""
    plan = seen().plan
    ruling = judge(plan, Foresight((), (), 0), replace(CLOSED, exclude=(plan.changes[0].target.text,)), Way.DIRECT)
    assert ruling.decision is Decision.FORBID
    assert f"{plan.changes[0].target.name} is to be left alone" in ruling.reasons

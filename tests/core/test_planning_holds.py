"""What holds for every plan, whatever is broken: order, effect, repetition, unread facts, the order of bodies."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remediator.core.change import Change, ChangeKind
from remediator.core.desired import DesiredState, RegistryIntent
from remediator.core.diagnosis import Diagnosis, diagnose
from remediator.core.effect import effect
from remediator.core.plan import ORDER, Plan, ordered
from remediator.core.pull_path import Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot
from tests.core.breaks import BREAKS, hub_and_spoke
from tests.core.diagnosing import diagnosed, snapshot_of
from tests.estate_builder import EstateBuilder, healthy

NAMES = sorted(BREAKS)
MENDABLE = [name for name in NAMES if BREAKS[name][3]]
DELETES = {ChangeKind.DELETE_ENDPOINT, ChangeKind.DELETE_PEERING}


@cache
def found(name: str) -> Diagnosis:
    return diagnosed(BREAKS[name][0]())


def applied(snapshot: Snapshot, plan: Plan) -> Snapshot:
    for change in plan.changes:
        snapshot = effect(snapshot, change)
    return snapshot


@pytest.mark.parametrize("name", MENDABLE)
def test_a_plan_is_in_the_order_of_changes(name: str) -> None:
    """Zone, peering, endpoint, records, link, switches: no change comes before one of an earlier kind."""
    places = [ORDER.index(change.kind) for change in found(name).plan.changes]
    assert places == sorted(places)


@pytest.mark.parametrize("name", MENDABLE)
def test_a_plan_carried_out_leaves_nothing_to_mend(name: str) -> None:
    """With the plan applied in memory, the same question finds every path ok that it promised, and plans nothing."""
    snapshot, before = snapshot_of(BREAKS[name][0]()), found(name)
    after = diagnose(DesiredState(), applied(snapshot, before.plan))
    verdicts = {path.key: path.verdict for path in after.paths}
    assert after.plan.changes == ()
    assert all(verdicts[path.key] is Verdict.OK for path in before.foresight.mended)


@pytest.mark.parametrize("name", MENDABLE)
def test_a_change_twice_is_a_change_once(name: str) -> None:
    """Carrying a plan out again changes nothing more than the first time."""
    once = applied(snapshot_of(BREAKS[name][0]()), found(name).plan)
    creating = tuple(change for change in found(name).plan.changes if not change.deletes and not _of_peering(change))
    twice = applied(once, Plan(creating))
    for kind in ("zones", "registries"):
        assert getattr(twice, kind).keys() == getattr(once, kind).keys()
    assert diagnose(DesiredState(), twice).plan.changes == ()


def _of_peering(change: Change) -> bool:
    return change.kind in (ChangeKind.CREATE_PEERING, ChangeKind.UPDATE_PEERING, ChangeKind.DELETE_PEERING)


@pytest.mark.parametrize("name", MENDABLE)
def test_every_change_belongs_to_a_finding(name: str) -> None:
    """What is planned is the remedy of a finding that people see, or shields somebody from it."""
    shown = {change.key for one in found(name).findings for change in one.remedy}
    named = {rule for change in found(name).plan.changes for rule in [change.rule] if change.key not in shown}
    assert named <= {"shadowed-registry", "dns-zone", "vnet-link", "dns-record", "private-endpoint"}


@pytest.mark.parametrize("name", NAMES)
def test_no_finding_offers_what_is_not_planned(name: str) -> None:
    """A finding's remedy holds changes of the plan only, and no other ways any more."""
    planned = {change.key for change in found(name).plan.changes}
    for one in found(name).findings:
        assert ({change.key for change in one.remedy} <= planned, one.alternatives) == (True, ())


@pytest.mark.parametrize("name", MENDABLE)
def test_the_order_of_bodies_does_not_matter(name: str) -> None:
    """A listing in another order gives the same plan, byte for byte, and the same findings."""
    for seed in range(3):
        builder = BREAKS[name][0]()
        bodies = list(builder.bodies.items())
        Random(seed).shuffle(bodies)
        builder.bodies = dict(bodies)
        mixed = diagnosed(builder)
        assert mixed.plan.digest == found(name).plan.digest
        assert sorted(one.key for one in mixed.findings) == sorted(one.key for one in found(name).findings)


UNREAD_OF = [*MENDABLE[::2], "whole", "hub"]


@pytest.mark.parametrize("name", UNREAD_OF)
def test_nothing_is_done_to_or_because_of_what_was_not_read(name: str) -> None:
    """With any one resource in error nothing is deleted for it, created over it or written into it; none is broken."""
    build = {"whole": healthy, "hub": hub_and_spoke}.get(name) or BREAKS[name][0]
    meant = {change.target for change in diagnosed(build()).plan.changes if change.kind in DELETES}
    for resource in list(build().bodies):
        builder = build()
        builder.error(resource)
        plan, unread = diagnosed(builder), ResourceId(resource)
        for change in plan.plan.changes:
            assert change.target != unread, f"{resource}: {change.summary}"
            assert change.kind not in DELETES or change.target in meant, f"{resource}: {change.summary}"
        assert plan.foresight.broken == ()


ALLOWED_PUBLIC = DesiredState(
    declared=True, registries=(RegistryIntent(public_network_access="Enabled", default_action="Allow", ip_rules=None),)
)
REPORTED = DesiredState(declared=True)


@pytest.mark.parametrize("desired", [ALLOWED_PUBLIC, REPORTED], ids=["public", "closed"])
@pytest.mark.parametrize("name", NAMES)
def test_no_document_makes_a_plan_break_a_path(name: str, desired: DesiredState) -> None:
    """Whatever a document declares, a plan that a policy would let pass breaks no known path and cuts nobody off."""
    made = diagnosed(BREAKS[name][0](), desired)
    assert (made.foresight.broken, made.foresight.cut_off) == ((), ())


KINDS = st.sampled_from(list(ChangeKind))
CHANGES = st.lists(
    st.builds(
        Change,
        kind=KINDS,
        target=st.sampled_from([ResourceId(f"/subscriptions/s/resourceGroups/g/providers/P/t/{n}") for n in "abc"]),
        summary=st.just(""),
        before=st.none(),
        after=st.sampled_from([None, {"x": 1}, {"y": 1}]),
        rule=st.just("r"),
    ),
    max_size=8,
)


@settings(max_examples=200, deadline=None)
@given(CHANGES, st.randoms(use_true_random=False))
def test_any_changes_make_one_plan(changes: list[Change], chance: Random) -> None:
    """A plan is in the order of kinds, holds each change once, and does not depend on the order in which they came."""
    plan = ordered(tuple(changes))
    places = [ORDER.index(change.kind) for change in plan.changes]
    keys = [change.key for change in plan.changes]
    assert (places, len(set(keys)), set(keys)) == (sorted(places), len(keys), {change.key for change in changes})
    assert ordered(plan.changes) == plan
    mixed = list(changes)
    chance.shuffle(mixed)
    assert ordered(tuple(mixed)).digest == plan.digest


def test_an_estate_without_apps_has_no_plan() -> None:
    """Where nobody pulls, nothing is broken, whatever is missing."""
    builder = EstateBuilder()
    builder.registry("shop")
    assert diagnosed(builder).plan.changes == ()

"""In which waves a plan is made, and what its limits count."""

from __future__ import annotations

import pytest

from remediator.core.change import Change, ChangeKind
from remediator.core.desired import Decision, DesiredState, Limits, Way
from remediator.core.foresight import Foresight
from remediator.core.plan import Plan, ordered
from remediator.core.policy import judge
from remediator.core.resource_id import resource_id
from remediator.core.waves import WAVE, earlier_waves, in_waves, waves

SUB = "00000000-0000-0000-0000-000000000001"


def closing(number: int, field: str = "publicNetworkAccess") -> Change:
    registry = resource_id(SUB, "rg", "Microsoft.ContainerRegistry/registries", f"acr{number:03}")
    return Change(ChangeKind.UPDATE_REGISTRY, registry, "close it", {field: "Enabled"}, {field: "Disabled"}, "r")


def link() -> Change:
    zone = resource_id(SUB, "rg", "Microsoft.Network/privateDnsZones", "privatelink.azurecr.io")
    return Change(
        ChangeKind.CREATE_LINK, zone.child("virtualNetworkLinks", "x"), "link it", None, {"network": "n"}, "r"
    )


def plan_of(registries: int, *others: Change, fields: tuple[str, ...] = ("publicNetworkAccess",)) -> Plan:
    return ordered((*others, *(closing(number, field) for number in range(registries) for field in fields)))


@pytest.mark.parametrize(
    ("registries", "sizes"),
    [(0, []), (1, [1]), (2, [2]), (3, [1, 2]), (1 + WAVE, [1, WAVE]), (60, [1, 20, 20, 19])],
)
def test_one_goes_first(registries: int, sizes: list[int]) -> None:
    """From three registries on one goes first, and then at most twenty at a time."""
    assert [len(wave) for wave in waves(plan_of(registries))] == sizes


def test_the_changes_of_one_registry_stay_together() -> None:
    """Both settings of a registry are in one wave."""
    both = plan_of(4, fields=("publicNetworkAccess", "defaultAction"))
    assert waves(both) == ((0, 1), (2, 3, 4, 5, 6, 7))


def test_what_mends_a_root_goes_with_the_first() -> None:
    """A link that the registries share is made before any of them is closed."""
    assert waves(plan_of(3, link())) == ((0, 1), (2, 3))


def test_no_waves_without_many_registries() -> None:
    """A plan of other changes is made in one go, and says nothing of waves."""
    assert (waves(plan_of(0, link())), in_waves(plan_of(2, link()))) == (((0,),), "")


def test_what_has_to_prove_itself() -> None:
    """Only the first change of a later wave waits, for all the waves before it."""
    plan = plan_of(60)
    assert {index: len(before) for index in range(60) if (before := earlier_waves(plan, index))} == {
        1: 1,
        21: 21,
        41: 41,
    }


def test_the_sentence() -> None:
    """Who approves reads which registry goes first, how many follow, and that a failure stops it."""
    assert in_waves(plan_of(60)) == (
        "acr000 goes first; after 5 minutes in which nothing that worked has stopped follow the other 59 in waves of "
        "at most 20. The first wave that fails is the last one"
    )


def ruled(plan: Plan, limits: Limits) -> tuple[Decision, tuple[str, ...]]:
    ruling = judge(plan, Foresight(()), DesiredState(declared=True, limits=limits), Way.DIRECT)
    return ruling.decision, ruling.reasons


def test_a_wave_is_counted_registry_by_registry() -> None:
    """Sixty registries with two changes each are within a limit of two, and beyond one of one."""
    both = plan_of(60, fields=("publicNetworkAccess", "defaultAction"))
    assert ruled(both, Limits(max_changes=2))[0] is Decision.ASK
    assert ruled(both, Limits(max_changes=1)) == (Decision.FORBID, ("2 changes for one registry, 1 allowed",))


def test_how_many_registries() -> None:
    """A plan for more registries than allowed is forbidden with both figures."""
    assert ruled(plan_of(60), Limits(max_registries=60))[0] is Decision.ASK
    assert ruled(plan_of(60), Limits(max_registries=59)) == (
        Decision.FORBID,
        ("it changes 60 registries, 59 allowed",),
    )


def test_what_is_no_wave_is_counted_whole() -> None:
    """Two registries with two changes each are four changes."""
    both = plan_of(2, fields=("publicNetworkAccess", "defaultAction"))
    assert ruled(both, Limits(max_changes=3)) == (Decision.FORBID, ("4 changes, 3 allowed",))

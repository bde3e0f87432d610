"""Small estates in which the search once found a plan that was wrong, or one that came from what was not read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from remediator.core.change import ChangeKind
from remediator.core.pull_path import Verdict
from tests.core.diagnosing import diagnosed, kinds, rules
from tests.scenarios.sandboxed import Sandboxed
from tests.search import bodies
from tests.search.building import build
from tests.search.comparing import disagreements
from tests.search.faults import FAULTS
from tests.search.land import Land
from tests.search.shape import AppShape, EnvironmentShape, IslandShape, NetworkShape, RegistryShape, Shape
from tests.search.surgery import add_route, nic_of, records_of

BOTH = NetworkShape(environments=(EnvironmentShape(apps=(AppShape(pulls=(0, 1)),)),))
TWO = (RegistryShape(), RegistryShape())
CHAINED = (RegistryShape(), RegistryShape(access="chained"))
TWO_ISLANDS = (IslandShape(spokes=(BOTH,), hub=True), IslandShape())


def broken(shape: Shape, *faults: tuple[str, int]) -> Land:
    """An estate of a shape with faults, each of which has found its place."""
    land = build(shape)
    for name, number in faults:
        assert FAULTS[name](land, number) is not None
    return land


def interface_of_a_stranger() -> Land:
    """The only zone there is leads the other registry to an endpoint whose address nobody could read."""
    land = broken(Shape(registries=CHAINED, islands=(IslandShape(spokes=(BOTH,)),)), ("zone_deleted", 0))
    land.builder.error(nic_of(land, land.registries[1].far))
    return land


def endpoint_of_a_stranger() -> Land:
    """The same, and the endpoint itself was not read; the registry lists its connection."""
    land = broken(Shape(registries=CHAINED, islands=(IslandShape(spokes=(BOTH,)),)), ("zone_deleted", 0))
    land.builder.error(land.registries[1].far)
    return land


def registry_of_a_stranger() -> Land:
    """The only zone there is has a record of a registry that was not read, and that the network uses."""
    land = broken(Shape(registries=TWO, islands=TWO_ISLANDS), ("zone_deleted", 0))
    land.builder.error(land.registries[0].id)
    return land


def record_of_the_right_zone() -> Land:
    """Of the zone to link one record was not read; another island's holds what looks like our address."""
    land = broken(Shape(islands=(IslandShape(), IslandShape()), same_ranges=True), ("link_removed", 0))
    land.builder.error(records_of(land, land.private_pulls[0].endpoint)[0])
    return land


def endpoint_nearby() -> Land:
    """A far endpoint wrote the record last; the near one is approved and was not read."""
    land = broken(Shape(), ("second_writer", 0))
    land.builder.error(land.private_pulls[0].endpoint)
    return land


UNREAD = (
    interface_of_a_stranger,
    endpoint_of_a_stranger,
    registry_of_a_stranger,
    record_of_the_right_zone,
    endpoint_nearby,
)


@pytest.mark.parametrize("make", UNREAD, ids=[make.__name__ for make in UNREAD])
def test_nothing_is_planned_where_the_right_plan_hangs_on_what_was_not_read(make: Callable[[], Land]) -> None:
    """The path is broken all the same; no zone is linked or made, and no networks are joined."""
    land = make()
    diagnosis = diagnosed(land.builder, land.desired)
    assert Verdict.BROKEN in {path.verdict for path in diagnosis.paths}
    assert kinds(diagnosis) == []


def test_equal_ranges_a_zone_that_another_island_writes_is_not_linked() -> None:
    """Its record has our address by chance; a zone of our own is made, and nobody is told to keep records there."""
    islands = (IslandShape(spokes=(BOTH,)), IslandShape())
    land = broken(Shape(registries=TWO, islands=islands, same_ranges=True), ("zone_deleted", 0))
    diagnosis = diagnosed(land.builder, land.desired)
    assert rules(diagnosis) == ["dns-zone"]
    assert kinds(diagnosis)[0] == "create-dns-zone"


def replaced_and_routed(regional: bool, fault: str) -> Land:
    """The endpoint will be made again, and a route drops what goes to the address that its login name will get."""
    land = build(Shape(registries=(RegistryShape(regional=regional),)))
    net, endpoint = land.nets[0], land.private_pulls[0].endpoint
    login = land.record_names(endpoint)[land.registries[0].name]
    assert FAULTS[fault](land, 0) is not None
    add_route(land, net, net.infra[0], "narrow", f"{login}/32", "None")
    return land


@pytest.mark.parametrize(("regional", "fault"), [(False, "registry_made_again"), (True, "endpoint_deleted")])
def test_a_new_endpoint_gets_the_addresses_that_foresight_says(regional: bool, fault: str) -> None:
    """Those of a deleted one are free, and each region has one more with regional endpoints (azure-facts 1.5)."""
    land = replaced_and_routed(regional, fault)
    diagnosis = diagnosed(land.builder, land.desired)
    assert diagnosis.foresight.mended == ()


def test_a_new_endpoint_has_regional_names() -> None:
    """An app that pulls over a regional name is served by the endpoint that is planned."""
    apps = EnvironmentShape(apps=(AppShape(regional=True),))
    shape = Shape(
        registries=(RegistryShape(regional=True, replicas=1),),
        islands=(IslandShape(spokes=(NetworkShape(environments=(apps,)),)),),
    )
    land = broken(shape, ("endpoint_deleted", 0))
    world = Sandboxed.of(land.builder.document())
    diagnosis = world.diagnose(land.desired)
    world.apply(diagnosis.plan)
    after = world.diagnose(land.desired)
    assert len(diagnosis.foresight.mended) == 1
    assert ([path.verdict for path in after.paths], disagreements(world.azure, after)) == ([Verdict.OK], [])


def test_a_dead_endpoint_makes_the_room_that_its_successor_needs() -> None:
    """The subnet is full as long as the disconnected endpoint is there."""
    land = broken(Shape(), ("registry_made_again", 0))
    bodies.subnet_of(land.builder, land.nets[0].endpoints)["addressPrefix"] = "10.11.4.0/29"
    world = Sandboxed.of(land.builder.document())
    diagnosis = world.diagnose(land.desired)
    world.apply(diagnosis.plan)
    assert kinds(diagnosis)[:2] == ["delete-private-endpoint", "create-private-endpoint"]
    assert {path.verdict for path in world.diagnose(land.desired).paths} == {Verdict.OK}


def test_a_zone_group_keeps_to_the_zone_that_its_network_asks() -> None:
    """Where islands have equal addresses, records kept by hand go to the zone group of the zone that is linked to the
    endpoint's network, not to one that another island's repair has just filled."""
    shape = Shape(islands=(IslandShape(), IslandShape(zone_home="dns")), same_ranges=True, declared=True)
    land = broken(shape, ("records_kept_by_hand", 1), ("zones_compete", 0))
    groups = [
        change
        for change in diagnosed(land.builder, land.desired).plan.changes
        if change.kind is ChangeKind.CREATE_ZONE_GROUP
    ]
    assert [zone.split("/")[4] for change in groups for zone in (change.after or {})["zones"]] == ["rg-dns-spoke1a"]

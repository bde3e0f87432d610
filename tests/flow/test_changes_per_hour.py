"""Changes beyond those of an hour wait, are seen to wait, and are made later."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.adapters.local.rows_sqlite import RowsSqlite
from remediator.adapters.records.pace import RowPace
from remediator.core.desired import Limits
from remediator.core.incident import Status
from remediator.core.pace import EVERYWHERE

from .world import LINK, World


def paced(most: int, **azure: object) -> World:
    """A world in which so many changes may be made in an hour, with an approved plan of three."""
    world = World(**azure)
    world.desired.state = replace(world.desired.state, limits=Limits(changes_per_hour=most))
    world.flow = replace(world.flow, pace=RowPace(RowsSqlite(None), world.clock))
    world.start()
    world.say()
    world.run()
    return world


@pytest.mark.parametrize("most", [1, 2])
def test_what_is_beyond_the_hour_waits(most: int) -> None:
    """The plan stops after the changes of this hour, says so, is not given up, and goes on when the hour is over."""
    world = paced(most)
    assert (world.incident.status, len(world.azure.writes)) == (Status.APPLYING, most)
    said = [line.what for line in world.incident.journal if "changes-per-hour" in line.what]
    assert said == [
        f"waiting: changes-per-hour: the next change waits: limits.changesPerHour allows {most}, and as many were made "
        "within an hour"
    ]
    world.later(1800)
    assert len(world.azure.writes) == most
    for _ in range(3):
        world.later(3600)
    assert (world.incident.status, world.azure.mended) == (Status.RESOLVED, True)
    assert world.incident.error is None


def test_however_long_it_waits() -> None:
    """Waiting for the hour uses up no tries."""
    world = paced(1)
    taken = world.flow.pace
    assert taken is not None
    for _ in range(40):
        world.clock.sleep(3599)
        taken.take({EVERYWHERE: None})
        world.later(2)
    assert (world.incident.status, len(world.azure.writes)) == (Status.APPLYING, 1)


def test_undoing_does_not_wait() -> None:
    """What hurts is taken back although the hour has no more changes, and is counted."""
    world = paced(3, hurts=LINK)
    for _ in range(3):
        world.later(60)
    assert (world.incident.status, len(world.azure.undone)) == (Status.ROLLED_BACK, 3)
    assert world.flow.pace is not None
    assert world.flow.pace.take({EVERYWHERE: 6}) is not None


def test_a_limit_that_is_raised_counts_at_once() -> None:
    """When people raise the limit, the plan goes on at its next look."""
    world = paced(1)
    world.desired.state = replace(world.desired.state, limits=Limits(changes_per_hour=10))
    world.flow.advance(world.incident.id, force=True)
    world.run()
    assert len(world.azure.writes) == 3


def test_a_subscription_has_a_limit_of_its_own() -> None:
    """Where a subscription may see fewer changes than all together, its next change waits and the reason names both."""
    limits = Limits(changes_per_hour=10, changes_per_hour_in_subscription=2)
    world = World()
    world.desired.state = replace(world.desired.state, limits=limits)
    world.flow = replace(world.flow, pace=RowPace(RowsSqlite(None), world.clock))
    world.start()
    world.say()
    world.run()
    assert (world.incident.status, len(world.azure.writes)) == (Status.APPLYING, 2)
    assert "changesPerHour allows 10 and changesPerHourInSubscription 2" in world.incident.journal[-1].what

"""What every keeper of leases promises (ports.Leases), on every store of rows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from remediator.adapters.records.leases import PARTITION, RowLeases
from remediator.core.errors import Misconfigured
from remediator.ports import Rows, Write
from tests.doubles import HandClock

from .stores import Opener

HUB = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/hub"
SPOKE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/spoke"


@pytest.fixture
def leases(rows: Rows, clock: HandClock) -> RowLeases:
    """Leases on a fresh store."""
    return RowLeases(rows, clock)


def test_one_holder(leases: RowLeases) -> None:
    """While a lease is held nobody else gets it, not even under the same owner's name or another casing."""
    assert leases.take([HUB], "a", 60)
    assert leases.take([HUB], "b", 60) is None
    assert leases.take([HUB], "a", 60) is None
    assert leases.take([HUB.upper()], "b", 60) is None


def test_all_or_none(leases: RowLeases) -> None:
    """When one of several is taken, none is, and the free one stays free."""
    assert leases.take([SPOKE], "a", 60)
    assert leases.take([HUB, SPOKE], "b", 60) is None
    assert leases.take([HUB], "c", 60)


def test_release(leases: RowLeases) -> None:
    """A lease that was given back can be taken at once, and its old holder has it no more."""
    lease = leases.take([HUB, SPOKE], "a", 60)
    assert lease
    lease.release()
    assert not lease.still_held()
    assert leases.take([SPOKE, HUB], "b", 60)


def test_expiry(leases: RowLeases, clock: HandClock) -> None:
    """A lease that its holder does not renew is lost at its end, whether somebody took it or not."""
    lease = leases.take([HUB], "a", 60)
    assert lease
    clock.sleep(60)
    assert not lease.still_held()
    assert leases.take([HUB], "b", 60)


def test_the_lease_of_an_ended_process_is_free(rows: Rows, clock: HandClock) -> None:
    """Who is known to have ended holds nothing any more; who is alive or cannot be known about still does."""
    for process in ("ended", "alive", ""):
        assert RowLeases(rows, clock, process=process).take([process or "none"], "a", 60)
    ours = RowLeases(rows, clock, process="ours", is_gone=lambda process: process == "ended")
    assert ours.take(["ended"], "b", 60)
    assert ours.take(["alive"], "b", 60) is None
    assert ours.take(["none"], "b", 60) is None


def test_late_holder_does_no_harm(leases: RowLeases, clock: HandClock) -> None:
    """Who comes back after the end cannot give back or renew what is somebody else's by now."""
    late = leases.take([HUB], "a", 60)
    clock.sleep(61)
    new = leases.take([HUB], "a", 60)
    assert late
    assert new
    assert not late.still_held()
    late.release()
    assert new.still_held()
    assert leases.take([HUB], "b", 60) is None


def test_renewal(leases: RowLeases, clock: HandClock) -> None:
    """Asking renews the lease after a third of its life: asked often enough, it never ends."""
    lease = leases.take([HUB, SPOKE], "a", 60)
    assert lease
    for _ in range(10):
        clock.sleep(25)
        assert lease.still_held()
    assert leases.take([SPOKE], "b", 60) is None


def test_no_renewal_before_its_time(leases: RowLeases, rows: Rows, clock: HandClock) -> None:
    """Within the first third nothing is written."""
    lease = leases.take([HUB], "a", 60)
    assert lease
    before = rows.scan(PARTITION)
    clock.sleep(19)
    assert lease.still_held()
    assert rows.scan(PARTITION) == before


def test_lease_taken_away(leases: RowLeases, rows: Rows) -> None:
    """A holder whose row was deleted by hand is told, and is not given it back."""
    lease = leases.take([HUB], "a", 60)
    assert lease
    rows.write(PARTITION, [Write(row.key, version=row.version) for row in rows.scan(PARTITION)])
    assert not lease.still_held()
    assert leases.take([HUB], "b", 60)
    assert not lease.still_held()


@pytest.mark.parametrize("body", [b"", b"[]", b'{"owner":"a"}', b'{"owner":"a","until":"2026-01-01","epoch":1}'])
def test_damaged_lease(leases: RowLeases, rows: Rows, body: bytes) -> None:
    """A lease that cannot be read is nobody's to take: an operator looks."""
    leases.take([HUB], "a", 60)
    rows.write(PARTITION, [Write(row.key, body, {}, "*") for row in rows.scan(PARTITION)])
    with pytest.raises(Misconfigured):
        leases.take([HUB], "b", 60)


def test_one_winner(opened: Opener, clock: HandClock) -> None:
    """Of many who want overlapping leases at once, at most one gets any, and nobody waits for anybody."""
    doors = [RowLeases(opened(), clock) for _ in range(4)]

    def take(number: int) -> bool:
        names = [HUB, SPOKE] if number % 2 else [SPOKE, HUB]
        return doors[number % 4].take(names, f"o{number}", 60) is not None

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(take, range(32))).count(True) == 1

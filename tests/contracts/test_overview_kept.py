"""The overview is kept beside the incidents, reads what has changed, and is never wrong for long (RowOverview)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from remediator.adapters.records.fleet import RowFleet
from remediator.adapters.records.incidents import RowIncidents
from remediator.adapters.records.overview import PARTITION, RowOverview
from remediator.core.fleet import FleetPart, RegistryState
from remediator.core.incident import Status
from remediator.core.overview import Stand
from remediator.ports import Row, Rows, Write

from .cases import NOON, Interposed, PowerCut, ended, fresh, registry, signal
from .stores import Opener

HOUR = timedelta(hours=1)


class Counting:
    """Rows that count what `find` gives."""

    def __init__(self, rows: Rows) -> None:
        self._rows, self.found = rows, 0

    def get(self, partition: str, key: str) -> Row | None:
        return self._rows.get(partition, key)

    def scan(self, partition: str, prefix: str = "") -> Sequence[Row]:
        return self._rows.scan(partition, prefix)

    def find(
        self, equals: Mapping[str, str], *, at_most: tuple[str, str] | None = None, limit: int = 100
    ) -> Sequence[Row]:
        found = self._rows.find(equals, at_most=at_most, limit=limit)
        self.found += len(found)
        return found

    def write(self, partition: str, writes: Sequence[Write]) -> Mapping[str, str]:
        return self._rows.write(partition, writes)


def keeper(rows: Rows) -> RowOverview:
    return RowOverview(rows, RowFleet(rows), lambda incident: RowIncidents(rows).load(incident).incident)


def take_in(rows: Rows, name: str, at: datetime = NOON) -> str:
    case = replace(fresh(name, registry(name), at), updated_at=at)
    return RowIncidents(rows).take_in(case.subject, signal(), case).incident


def end(rows: Rows, incident: str, at: datetime) -> None:
    held = RowIncidents(rows).load(incident)
    RowIncidents(rows).save(held, replace(ended(held.incident.note(at, "looked")), updated_at=at))


def test_it_follows_the_incidents(rows: Rows) -> None:
    """What was opened and ended since the last time is in it, though only what has changed was read."""
    counting = Counting(rows)
    names = [take_in(rows, f"i{number}") for number in range(5)]
    assert keeper(counting).keep(NOON + HOUR / 2).open == 5
    take_in(rows, "late", NOON + HOUR)
    end(rows, names[0], NOON + HOUR)
    counting.found = 0
    made = keeper(counting).keep(NOON + HOUR)
    assert made.open == 5
    assert counting.found == 2


def test_readers_find_it_as_it_was_kept(rows: Rows) -> None:
    """A reader within the minute looks for no incident at all; a later one, with no timer at work, has it made anew."""
    counting = Counting(rows)
    take_in(rows, "one")
    keeper(rows).keep(NOON)
    take_in(rows, "two", NOON + timedelta(seconds=10))
    assert keeper(counting).read(NOON + timedelta(seconds=30)).open == 1
    assert counting.found == 0
    assert keeper(counting).read(NOON + timedelta(minutes=3)).open == 2


def test_a_damaged_part_is_made_again(rows: Rows) -> None:
    """Where a row is damaged or gone, everything is made again from the incidents."""
    for number in range(3):
        take_in(rows, f"i{number}")
    before = keeper(rows).keep(NOON)
    stored = {row.key: row for row in rows.scan(PARTITION)}
    for key in ("summary", *sorted(key for key in stored if key.startswith("ledger-"))[::9]):
        row = rows.get(PARTITION, key)
        assert row is not None
        rows.write(PARTITION, [Write(key, b"{damaged", {}, row.version)])
        assert keeper(rows).keep(NOON) == before
    ledger = rows.get(PARTITION, "ledger-00")
    assert ledger is not None
    rows.write(PARTITION, [Write("ledger-00", version=ledger.version)])
    assert keeper(rows).keep(NOON) == before


@pytest.mark.parametrize("cut_after", [False, True])
def test_a_power_cut_loses_nothing(opened: Opener, cut_after: bool) -> None:
    """A program that is killed at any of its calls leaves something behind that the next one completes."""
    rows = opened()
    names = [take_in(rows, f"i{number}") for number in range(4)]
    keeper(rows).keep(NOON)
    for at in range(1, 7):
        later = NOON + at * HOUR / 10
        take_in(rows, f"more{at}", later)
        broken = Interposed(rows, at=at, cut_after=cut_after)
        with suppress(PowerCut):
            keeper(broken).keep(later)
        assert keeper(rows).keep(later).open == len(names) + at


def test_two_at_once(opened: Opener) -> None:
    """Two processes that keep it at the same moment: nothing of either is lost."""
    mine, theirs = opened(), opened()
    take_in(mine, "one")
    keeper(mine).keep(NOON)
    later = NOON + HOUR
    take_in(mine, "two", later)

    def meanwhile() -> None:
        take_in(theirs, "three", later)
        keeper(theirs).keep(later)

    keeper(Interposed(mine, at=4, happens=meanwhile)).keep(later)
    assert keeper(mine).keep(later).open == 3


def test_rows_without_a_tally(rows: Rows) -> None:
    """An incident that was stored before there were tallies is read whole, once, and counts."""
    incident = take_in(rows, "old")
    (row,) = rows.find({"kind": "incident"})
    rows.write(row.partition, [Write(row.key, b"", {"kind": "incident", "status": "OPEN"}, row.version)])
    made = keeper(rows).keep(NOON)
    assert made.open == 1
    assert incident.endswith("old")


def test_days_are_remembered(rows: Rows) -> None:
    """How registries stood on the days before is kept for a month, and no longer."""
    fleet = RowFleet(rows)
    for day in range(40):
        at = NOON + timedelta(days=day)
        states = ((RegistryState.BROKEN, day), (RegistryState.FINE, 100))
        fleet.keep(FleetPart("s", at, "pass", states))
        made = keeper(rows).keep(at)
    assert made.since.stand == Stand(broken=38, fine=100)
    assert [day.stand.broken for day in made.days if day.stand] == list(range(10, 40))
    assert len([row for row in rows.scan(PARTITION) if row.key.startswith("day-")]) <= 31


def test_an_incident_that_is_opened_again(rows: Rows) -> None:
    """One that had ended and was opened again by a person is open in the overview, too."""
    incidents = RowIncidents(rows)
    incident = take_in(rows, "again")
    end(rows, incident, NOON)
    assert keeper(rows).keep(NOON).open == 0
    held = incidents.load(incident)
    at = NOON + HOUR
    incidents.save(held, held.incident.to(Status.OPEN, at, "opened again", "kim").rest(at))
    assert keeper(rows).keep(at).open == 1

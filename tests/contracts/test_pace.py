"""What every count of changes promises (core.pace.Pace), on every store of rows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from remediator.adapters.records.pace import PARTITION, RowPace
from remediator.core.errors import Misconfigured
from remediator.core.pace import EVERYWHERE
from remediator.ports import Rows, Write
from tests.doubles import HandClock

from .stores import Opener


def test_what_others_made_counts(opened: Opener, clock: HandClock) -> None:
    """Changes are counted over all processes: the third waits where two are allowed, wherever the two were made."""
    one, other = RowPace(opened(), clock), RowPace(opened(), clock)
    assert [one.take({EVERYWHERE: 2}), other.take({EVERYWHERE: 2})] == [None, None]
    assert (one.take({EVERYWHERE: 2}), other.take({EVERYWHERE: 2})) == (3600.0, 3600.0)


def test_the_hour_moves_on(rows: Rows, clock: HandClock) -> None:
    """A change may be made once the oldest of the last hour is over an hour old, and no sooner."""
    pace = RowPace(rows, clock)
    pace.take({EVERYWHERE: 2})
    clock.at += timedelta(minutes=20)
    pace.take({EVERYWHERE: 2})
    clock.at += timedelta(minutes=39)
    assert pace.take({EVERYWHERE: 2}) == 60.0
    clock.at += timedelta(minutes=1)
    assert pace.take({EVERYWHERE: 2}) is None
    assert pace.take({EVERYWHERE: 2}) == 20 * 60


def test_a_lower_limit_holds_at_once(rows: Rows, clock: HandClock) -> None:
    """What was made under a higher limit, or without one, counts against a lower one."""
    pace = RowPace(rows, clock)
    for _ in range(3):
        assert pace.take({EVERYWHERE: None}) is None
        clock.at += timedelta(minutes=10)
    assert pace.take({EVERYWHERE: 1}) == 50 * 60
    assert pace.take({EVERYWHERE: 4}) is None


def test_the_last_one_is_taken_once(opened: Opener, clock: HandClock) -> None:
    """Many at the same moment, with a door of their own each, get as many as are allowed and no more."""
    doors = [RowPace(opened(), clock) for _ in range(4)]
    with ThreadPoolExecutor(4) as people:
        taken = list(people.map(lambda number: doors[number % 4].take({EVERYWHERE: 7}), range(16)))
    assert taken.count(None) == 7


@pytest.mark.parametrize("body", [b"no", b'{"at": [7]}', b"[]", b'{"at": ["2026-03-01T12:00:00"]}'])
def test_a_damaged_row_is_said(rows: Rows, clock: HandClock, body: bytes) -> None:
    """A row that nobody wrote so stops changes with a hint, and is not overwritten."""
    rows.write(PARTITION, [Write(EVERYWHERE, body)])
    with pytest.raises(Misconfigured, match="how many changes") as refused:
        RowPace(rows, clock).take({EVERYWHERE: 5})
    assert refused.value.code == "document-damaged"
    row = rows.get(PARTITION, EVERYWHERE)
    assert row is not None
    assert row.body == body


def test_each_window_has_its_own_limit(rows: Rows, clock: HandClock) -> None:
    """A change counts everywhere and in its subscription; where one of them is full, it counts in neither."""
    pace = RowPace(rows, clock)
    here, there = {EVERYWHERE: 3, "sub-1": 1}, {EVERYWHERE: 3, "sub-2": None}
    assert [pace.take(here), pace.take(here)] == [None, 3600.0]
    assert [pace.take(there), pace.take(there), pace.take(there)] == [None, None, 3600.0]
    clock.at += timedelta(hours=1)
    assert pace.take(here) is None

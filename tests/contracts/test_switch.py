"""What every switch promises (ports.Switch), on every store of rows."""

from __future__ import annotations

import pytest

from remediator.adapters.records.switch import KEY, PARTITION, RowSwitch
from remediator.core.errors import Rejected
from remediator.ports import Rows, Write
from tests.doubles import HandClock

from .stores import Opener


def test_not_stopped(rows: Rows, clock: HandClock) -> None:
    """A fresh store stops nothing."""
    assert RowSwitch(rows, clock).stopped() is None


def test_stop_is_seen_elsewhere(opened: Opener, clock: HandClock) -> None:
    """What one process stops is stopped for all, with reason, person and time, until somebody resumes."""
    one, other = RowSwitch(opened(), clock), RowSwitch(opened(), clock)
    one.stop("network freeze", "person-1")
    assert other.stopped() == "network freeze (stopped by person-1, 2026-03-01T12:00:00+00:00)"
    assert other.resume()
    assert one.stopped() is None
    assert not one.resume()


def test_stopping_twice(rows: Rows, clock: HandClock) -> None:
    """The last reason counts."""
    switch = RowSwitch(rows, clock)
    switch.stop("first", "a")
    switch.stop("second", "b")
    assert (switch.stopped() or "").startswith("second")


def test_stop_needs_a_reason(rows: Rows, clock: HandClock) -> None:
    """Nobody stops the program without saying why."""
    with pytest.raises(Rejected):
        RowSwitch(rows, clock).stop("  ", "a")


def test_setting_outranks_the_row(rows: Rows, clock: HandClock) -> None:
    """Where the setting stops the program, nobody resumes it from inside."""
    switch = RowSwitch(rows, clock, "maintenance")
    assert switch.stopped() == "maintenance (setting REMEDIATOR_STOPPED)"
    with pytest.raises(Rejected) as caught:
        switch.resume()
    assert caught.value.code == "stopped-by-setting"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}"])
def test_damaged_switch_stops(rows: Rows, clock: HandClock, body: bytes) -> None:
    """A row that cannot be read stops every write: when a check cannot be made the answer is no."""
    rows.write(PARTITION, [Write(KEY, body)])
    assert "damaged" in (RowSwitch(rows, clock).stopped() or "")

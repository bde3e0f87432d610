"""Who keeps the overview of a process? Its rows, and the case files for those that were written without a tally."""

from __future__ import annotations

from remediator.core.overview import Overview
from remediator.ports import Clock, Fleet, Incidents, Rows


def fleet_of(rows: Rows) -> Fleet:
    """What sweeps left, by subscription."""
    from remediator.adapters.records.fleet import RowFleet

    return RowFleet(rows)


def overview_of(rows: Rows, incidents: Incidents, clock: Clock, *, anew: bool = False) -> Overview:
    """The overview as it was kept within the last minutes; `anew` makes and keeps it in any case."""
    from remediator.adapters.records.overview import RowOverview

    keeper = RowOverview(rows, fleet_of(rows), lambda incident: incidents.load(incident).incident)
    return keeper.keep(clock.now()) if anew else keeper.read(clock.now())

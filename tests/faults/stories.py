"""The stories that are told over and over: one ends resolved, one rolled back. And how much of it all is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from remediator.adapters.local.rows_sqlite import RowsSqlite
from remediator.core.incident import Status
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from remediator.ports import Rows
from remediator.sandbox import Azure, estates
from tests.doubles import HandClock
from tests.faults.machine import Machine
from tests.faults.seams import Seam
from tests.search.effort import EFFORT

LINK = "Microsoft.Network/privateDnsZones/virtualNetworkLinks"
ALL = 12  # from this effort on every place is visited
ENDS = {"resolved": Status.RESOLVED, "rolled back": Status.ROLLED_BACK}


def machine(opened: Callable[[], Rows], story: str = "resolved") -> Machine:
    """The first incident: a zone, an endpoint, a zone group and a link are missing.

    Three signals come, one of them twice and, where the story ends well, one when it is over; and one more while the
    first change is made. In the story that ends rolled back somebody's lock forbids the last change.
    """
    azure = Azure.from_estate(estates.load("first-incident"), retry_after=0)
    registry = next(r["id"] for r in azure.estate()["resources"] if r["name"] == "contosoalbum")

    def signal(number: int) -> Signal:
        return Signal(SignalSource.ALERT, f"s{number}", subject=ResourceId(registry))

    coming = [(0, signal(1)), (0, signal(1)), (0, signal(2)), (int(story == "resolved"), signal(3))]
    made = Machine(azure, opened, coming, clock=HandClock(datetime.now(UTC)))
    late = [signal(4)]

    def on_write(method: str, path: str) -> None:
        if late:
            made.taken.add(late[0].id)
            made.process(Seam()).take_in(late.pop())

    azure.faults.on_write = on_write
    if story == "rolled back":
        azure.faults.refuse(LINK, "ScopeLocked", 409, methods=("PUT",))
    return made


def on_file(folder: Path) -> Callable[[], Rows]:
    """A store in a file of this folder; every process and everybody else has a door of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    return lambda: RowsSqlite(folder / "store.sqlite")


def in_memory() -> Callable[[], Rows]:
    """A store that all processes share, in this one's memory."""
    rows = RowsSqlite(None)
    return lambda: rows


def some(number: int, one_of: int, first: int = 0) -> Iterable[int]:
    """Of so many places one of these; all of them once the search goes on for long (`tests/search/effort.py`)."""
    return range(number) if EFFORT >= ALL else range(first % one_of, number, max(1, one_of // EFFORT))


def calls_of(story: str, opened: Callable[[], Rows]) -> list[str]:
    """The calls of the story when nothing goes wrong, in order."""
    seam = Seam()
    machine(opened, story).live(seam)
    return seam.calls

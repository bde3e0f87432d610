"""Where does the overview lie, and how does it stay true without going through everything for each reader?

Kept by the timer, read by the page and the terminal. One partition:

    summary        the overview, and up to when changes of incidents are in it
    ledger-<00…>   the tallies of all incidents that count, spread by their ids
    day-<date>     how registries stood when that day was last looked at, for a month

Keeping it reads the ledger, the incidents that were saved since the last time (label `latest`), and the parts of the
sweeps. Rows are written on the versions that were read, the summary last, and a tally never gives way to an older one:
a program killed anywhere loses nothing, and the next one goes on from the summary. Once a day, and where a row is
missing or cannot be read, all incidents are gone through: an instance whose clock is late by more than `OVERLAP` is
made up for then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from remediator.adapters.records import case_rows
from remediator.adapters.records.tallies import (
    Kept,
    decode_day,
    decode_kept,
    decode_ledger,
    decode_tally,
    encode_day,
    encode_kept,
    encode_ledger,
)
from remediator.core.errors import RemediatorError, Transient
from remediator.core.fleet import Fleet, together
from remediator.core.incident import Incident
from remediator.core.overview import WINDOW_DAYS, FleetDay, Overview
from remediator.core.overview_fold import counts, observed, overview
from remediator.core.row_limits import BATCH_BYTES
from remediator.core.tally import Tally, tally_of
from remediator.ports import Row, Rows, Write

PARTITION = "overview"
SUMMARY, LEDGER, DAY = "summary", "ledger-", "day-"
LEDGERS = 64
FRESH = timedelta(seconds=90)  # the timer comes each minute
OVERLAP = timedelta(minutes=10)
EVERYTHING = 1_000_000


class RowOverview:
    """The overview in rows; `load` reads a case file, for rows that were written without a tally."""

    def __init__(self, rows: Rows, fleet: Fleet, load: Callable[[str], Incident]) -> None:
        self._rows, self._fleet, self._load = rows, fleet, load

    def read(self, now: datetime) -> Overview:
        """The overview as it was kept, or made anew where nobody has kept it for a while."""
        row = self._rows.get(PARTITION, SUMMARY)
        kept = decode_kept(row.body) if row is not None else None
        return kept.overview if kept is not None and now - kept.overview.at < FRESH else self.keep(now)

    def keep(self, now: datetime) -> Overview:
        """The overview as of now, and store it; where another process did so at the same moment, its own stands."""
        there = {row.key: row for row in self._rows.scan(PARTITION)}
        known = _ledger(there)
        kept = decode_kept(there[SUMMARY].body) if SUMMARY in there else None
        today = now.astimezone(UTC).date()
        whole = known is None or kept is None or kept.walked != today
        changed = self._changed(None if whole or kept is None else kept.seen - OVERLAP)
        tallies = _with(changed, {} if known is None or whole else known)
        alive = {name: one for name, one in tallies.items() if counts(one, now)}
        fleet = together(self._fleet.parts())
        days = _days(there, now)
        seen = observed(fleet, now)
        made = overview(alive.values(), fleet, [*days.values(), *([seen] if seen else [])], now)
        last = [*_day_writes(seen, days, there), _write(SUMMARY, encode_kept(Kept(made, now, today)), there)]
        try:
            for writes in (*_batches(_ledger_writes(alive, there, known)), last):
                self._rows.write(PARTITION, writes)
        except Transient as lost:
            if lost.code != "lost-race":
                raise
        return made

    def _changed(self, since: datetime | None) -> list[Tally]:
        """The tallies of incidents that were saved since then; None: of all."""
        if since is None:
            rows = self._rows.find({"kind": case_rows.KIND}, limit=EVERYTHING)
        else:
            rows = self._rows.find({}, at_most=("latest", case_rows.newest_first(since)), limit=EVERYTHING)
        return [one for row in rows if (one := self._tally(row)) is not None]

    def _tally(self, row: Row) -> Tally | None:
        known = decode_tally(row.body)
        if known is not None:
            return known
        try:
            return tally_of(self._load(case_rows.incident_of(row)))
        except RemediatorError:
            return None  # a damaged document has its own error where it is asked for


def _ledger(there: dict[str, Row]) -> dict[str, Tally] | None:
    """The tallies by incident; None where a row of theirs is missing or cannot be read."""
    known: dict[str, Tally] = {}
    for number in range(LEDGERS):
        row = there.get(f"{LEDGER}{number:02x}")
        lines = decode_ledger(row.body) if row is not None else None
        if lines is None:
            return None
        known |= {one.incident: one for one in lines}
    return known


def _with(changed: Iterable[Tally], known: dict[str, Tally]) -> dict[str, Tally]:
    """The later of what is known and what was found."""
    merged = dict(known)
    for one in changed:
        before = merged.get(one.incident)
        if before is None or before.updated_at <= one.updated_at:
            merged[one.incident] = one
    return merged


def _ledger_writes(alive: dict[str, Tally], there: dict[str, Row], known: dict[str, Tally] | None) -> list[Write]:
    """The rows of the ledger whose tallies are not as they were."""
    touched = {
        _number(name) for name in {*alive, *(known or ())} if known is None or alive.get(name) != known.get(name)
    }
    spread: dict[int, list[Tally]] = defaultdict(list)
    for name, one in alive.items():
        spread[_number(name)].append(one)
    return [
        _write(f"{LEDGER}{number:02x}", encode_ledger(spread[number]), there)
        for number in range(LEDGERS)
        if known is None or number in touched
    ]


def _batches(writes: Sequence[Write]) -> Iterator[Sequence[Write]]:
    """In parts that fit into a batch, however long the rows are."""
    some: list[Write] = []
    size = 0
    for one in writes:
        length = len(one.body or b"")
        if some and size + length > BATCH_BYTES // 2:
            yield some
            some, size = [], 0
        some.append(one)
        size += length
    if some:
        yield some


def _days(there: dict[str, Row], now: datetime) -> dict[str, FleetDay]:
    """The observations that count, by the key of their row."""
    first = now.astimezone(UTC).date() - timedelta(days=WINDOW_DAYS)
    read = {key: decode_day(row.body) for key, row in there.items() if key.startswith(DAY)}
    return {key: day for key, day in read.items() if day is not None and day.day >= first}


def _day_writes(seen: FleetDay | None, days: dict[str, FleetDay], there: dict[str, Row]) -> list[Write]:
    """Today's observation where it differs, and those that are too old."""
    old: Sequence[str] = [key for key in there if key.startswith(DAY) and key not in days]
    today = f"{DAY}{seen.day.isoformat()}" if seen else ""
    writes = [Write(key, version=there[key].version) for key in old[:20] if key != today]
    if seen is not None and days.get(today) != seen:
        writes.append(_write(today, encode_day(seen), there))
    return writes


def _write(key: str, body: bytes, there: dict[str, Row]) -> Write:
    return Write(key, body, {}, there[key].version if key in there else "")


def _number(incident: str) -> int:
    """Which row of the ledger has it: ids begin with hex digits of a hash."""
    return int(incident[:2], 16) % LEDGERS

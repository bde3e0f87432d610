"""Which address should each name of a registry have, what does the zone say, and what does the network get?

The table of `core.names` for people and programs. Called where the snapshot is at hand: by the terminal's `diagnose`.
"""

from __future__ import annotations

from typing import Any

from remediator.core.cloud import private_zone_of, record_name_of
from remediator.core.desired import DesiredState
from remediator.core.leg import leg_of
from remediator.core.names import NameRow, NameTable, name_table
from remediator.core.pull_path import PullPath, Verdict
from remediator.core.snapshot import Snapshot, Unknown
from remediator.core.words import counted
from remediator.views.plain import plain

_HEADS = ("name", "should be", "zone says", "network gets")
_MOST_ROWS = 12
_NO_ANSWER = "does not resolve"
_NOT_KNOWN = "not known"


def table_of(desired: DesiredState, snapshot: Snapshot, path: PullPath) -> NameTable | None:
    """The table of a path; None where its registry or its network was not read, and nobody knows whom it asks."""
    leg = leg_of(desired, snapshot, path.key)
    if leg is None or isinstance(leg.network, Unknown):
        return None
    return name_table(desired, snapshot, path)


def rows_document(table: NameTable) -> list[dict[str, Any]]:
    """The rows of a path's table: `expected` is null where no endpoint serves the network."""
    return [
        {
            "host": row.host,
            "expected": row.expected or None,
            "zone": row.zone.text if row.zone else None,
            "inZone": list(row.in_zone),
            "answer": plain(row.answer),
            "right": row.right,
        }
        for row in table.rows
    ]


def terminal(table: NameTable, snapshot: Snapshot, path: PullPath, width: int = 100) -> list[str]:
    """The table with a caption; a row is marked ✓ right, ✗ wrong, ? not known, · not needed for this pull."""
    marked = [(_mark(row, path), row) for row in table.rows]
    shown = marked if len(marked) <= _MOST_ROWS else _worst(marked)
    cells = [(mark, (row.host, row.expected or "-", _zone_says(row, snapshot), _gets(row))) for mark, row in shown]
    room = [max(len(head), *(len(cell[at]) for _, cell in cells)) for at, head in enumerate(_HEADS)]
    room[0] = min(room[0], max(24, width - sum(room[1:]) - 9))
    lines = [_caption(table), _laid_out(" ", _HEADS, room)]
    lines += [_laid_out(mark, cell, room) for mark, cell in cells]
    rest = len(marked) - len(shown)
    lines += [f"   and {counted(rest, 'more name')}"] if rest else []
    return [line[:width].rstrip() for line in lines]


def _caption(table: NameTable) -> str:
    zones = dict.fromkeys(row.zone for row in table.rows if row.zone)
    said = [f"{plain(zone.name, 80)} of {plain(zone.resource_group, 80)}" for zone in zones]
    seen = f"as {plain(table.network.name, 80)} sees them" if table.network else "as public DNS answers"
    return f"{plain(table.registry.name, 80)} {seen}" + (f", zone {' and '.join(said)}" if said else "")


def _mark(row: NameRow, path: PullPath) -> str:
    if row.answer.startswith(_NOT_KNOWN):
        return "?"
    if row.right:
        return "✓"
    if row.answer == _NO_ANSWER:
        return "✗"
    return "·" if path.verdict is Verdict.OK or not row.expected else "✗"


def _worst(marked: list[tuple[str, NameRow]]) -> list[tuple[str, NameRow]]:
    """The rows that are not right, in their order, filled up with the first that are."""
    order = sorted(range(len(marked)), key=lambda at: (marked[at][0] == "✓", at))
    return [marked[at] for at in sorted(order[:_MOST_ROWS])]


def _gets(row: NameRow) -> str:
    """The answer; why one is not known stands elsewhere."""
    return _NOT_KNOWN if row.answer.startswith(_NOT_KNOWN) else plain(row.answer, 60)


def _zone_says(row: NameRow, snapshot: Snapshot) -> str:
    """What the zone that answers holds; else what a zone holds that this network does not see."""
    if row.zone is not None:
        return ", ".join(row.in_zone) or "no record"
    zones = snapshot.zones_named(private_zone_of(row.host) or "")
    held = [record.addresses for zone in zones if (record := zone.record(record_name_of(row.host))) is not None]
    if not held and not zones:
        return "no zone"
    unseen = "" if row.answer.startswith(_NOT_KNOWN) else " (not seen)"
    return f"{', '.join(held[0]) if held else 'no record'}{unseen}"


def _laid_out(mark: str, cells: tuple[str, ...], room: list[int]) -> str:
    return f"{mark}  " + "  ".join(plain(cell, wide).ljust(wide) for cell, wide in zip(cells, room, strict=True))

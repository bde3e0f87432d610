"""How do tallies and the overview look at rest? JSON of plain values; what cannot be read is made again.

Used by `case_rows` and `overview`. Nothing here is the truth: a tally is derived from the case file beside it, the
ledger and the overview from the tallies. So there are no upcasters: a document of another version counts as missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from pydantic import TypeAdapter, ValidationError

from remediator.adapters.records.packing import packed, unpacked
from remediator.core.errors import Misconfigured
from remediator.core.overview import FleetDay, Overview
from remediator.core.tally import Tally

VERSION = 1
_MARK = f"{VERSION}:".encode()


@dataclass(frozen=True, slots=True)
class Kept:
    """The overview as it is kept: `seen` is up to when changes of incidents are in it, `walked` the day on which all
    incidents were last gone through."""

    overview: Overview
    seen: datetime
    walked: date
    version: int = VERSION


def encode_tally(tally: Tally) -> bytes:
    """One line, for the row about its incident."""
    return _MARK + _adapters()[0].dump_json(tally, exclude_defaults=True)


def decode_tally(body: bytes) -> Tally | None:
    """The line; None for a row that was written without one, or by another version."""
    try:
        return _adapters()[0].validate_json(body.removeprefix(_MARK)) if body.startswith(_MARK) else None
    except ValidationError:
        return None


def encode_ledger(tallies: list[Tally]) -> bytes:
    """Many lines in one document."""
    return packed(_adapters()[1].dump_json(tallies, exclude_defaults=True))


def decode_ledger(body: bytes) -> list[Tally] | None:
    """The lines; None where they cannot be read."""
    try:
        return _adapters()[1].validate_json(unpacked(body))
    except (ValidationError, Misconfigured):
        return None


def encode_kept(kept: Kept) -> bytes:
    """The overview as a document."""
    return packed(_adapters()[2].dump_json(kept, exclude_defaults=True))


def decode_kept(body: bytes) -> Kept | None:
    """The overview; None where it cannot be read, or is of another version."""
    try:
        kept = _adapters()[2].validate_json(unpacked(body))
    except (ValidationError, Misconfigured):
        return None
    return kept if kept.version == VERSION else None


def encode_day(day: FleetDay) -> bytes:
    """How registries stood on a day."""
    return _adapters()[3].dump_json(day)


def decode_day(body: bytes) -> FleetDay | None:
    """The day; None where it cannot be read."""
    try:
        return _adapters()[3].validate_json(body)
    except ValidationError:
        return None


@cache
def _adapters() -> tuple[TypeAdapter[Tally], TypeAdapter[list[Tally]], TypeAdapter[Kept], TypeAdapter[FleetDay]]:
    """Made at the first need: an indexing host needs none of them."""
    return TypeAdapter(Tally), TypeAdapter(list[Tally]), TypeAdapter(Kept), TypeAdapter(FleetDay)

"""What does a pull path look like? Its rows and ends, and the picture for the terminal, understood in five seconds.

The consumer stands on top, the hops follow in the order in which a pull meets them, the registry stands below, and it
is clear where the way ends. `picture_svg` draws the same for pages. Both draw what `core` judged and judge nothing.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from enum import StrEnum

from remediator.core.pull_path import Hop, HopName, PullPath, Verdict
from remediator.views.plain import plain, with_short_ids
from remediator.views.wording import HOPS, MARKS, path_end, place_of

_LABEL = max(len(label) for label in HOPS.values())
_NOT_ASKED = "not asked"
_MOST_ADDRESSES = 8


class Kind(StrEnum):
    """What a row tells: a hop's verdict, that the hop does not concern this pull, or that the pull never came there."""

    OK = "ok"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    UNASKED = "unasked"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a picture; `lines` are what it says, one thought each, `rule` names the rule that decides there."""

    kind: Kind
    label: str
    lines: tuple[str, ...]
    rule: str = ""

    @property
    def decides(self) -> bool:
        """Whether the way ends here."""
        return self.kind in (Kind.BROKEN, Kind.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Ends:
    """The lines of the two boxes, the name first."""

    consumer: tuple[str, ...]
    registry: tuple[str, ...]


def rows(path: PullPath) -> tuple[Row, ...]:
    """The hops that were judged, and one row for those that the pull never came to."""
    judged = tuple(_row(hop) for hop in path.hops)
    listed = {hop.name for hop in path.hops}
    missed = [HOPS[name] for name in HopName if name not in listed] if path.deciding else []
    return (*judged, Row(Kind.MISSED, "not reached", (", ".join(missed),))) if missed else judged


def ends_of(path: PullPath) -> Ends:
    """What the path itself says of its ends; with a snapshot at hand `picture_ends` says more."""
    place = place_of(path.registry) if path.registry else "no registry of this name was read"
    # a record hop that is ok has named the addresses
    told = any(hop.name is HopName.RECORD and hop.verdict is Verdict.OK for hop in path.hops)
    addresses = () if told else tuple(_address(*one) for one in path.addresses[:_MOST_ADDRESSES])
    return Ends((plain(path.consumer.name, 120), place_of(path.consumer)), (path.host, place, *addresses))


def terminal(path: PullPath, width: int = 100, ends: Ends | None = None) -> str:
    """The verdict and the drawing, in unicode text that is readable without colour."""
    verdict = _wrapped(f"{MARKS[path.verdict]} {path_end(path)}", max(60, width), "", "  ")
    return "\n".join([*verdict, "", drawing(path, width, ends)])


def drawing(path: PullPath, width: int = 100, ends: Ends | None = None) -> str:
    """Boxes and marks; no line is wider than `width` (at least 60).

    With `ends` of its own the drawing is part of an explanation, which names the rule itself.
    """
    width = max(60, width)
    rules = ends is None
    ends = ends or ends_of(path)
    lines = _box(ends.consumer, width, opens=True)
    for row in rows(path):
        lines += _missed(row, width) if row.kind is Kind.MISSED else _hop(row, width, rules=rules)
    return "\n".join([*lines, *_box(ends.registry, width, opens=False)])


def _row(hop: Hop) -> Row:
    said = with_short_ids(hop.detail)
    if hop.verdict is not Verdict.OK:
        kind = Kind.BROKEN if hop.verdict is Verdict.BROKEN else Kind.UNKNOWN
        return Row(kind, HOPS[hop.name], (said,), plain(hop.rule or "", 60))
    lines = tuple(said.split("; ")) if hop.name is HopName.RECORD else (said,)
    return Row(Kind.UNASKED if said.startswith(_NOT_ASKED) else Kind.OK, HOPS[hop.name], lines)


def _address(host: str, found: tuple[str, ...]) -> str:
    return f"{plain(host, 120)} → {', '.join(plain(one, 45) for one in found[:_MOST_ADDRESSES]) or 'no address'}"


SIGNS = {Kind.OK: "✓", Kind.BROKEN: "✗", Kind.UNKNOWN: "?", Kind.UNASKED: "·"}
CRIES = {Kind.BROKEN: "BROKEN HERE: ", Kind.UNKNOWN: "NOT KNOWN: "}


def _hop(row: Row, width: int, *, rules: bool) -> list[str]:
    first = f"   {SIGNS[row.kind]}  {row.label.ljust(_LABEL)}  "
    rest = f"   {'┊' if row.decides else '│'}  {' ' * _LABEL}  "
    rule = f" (rule {row.rule})" if row.rule and rules else ""
    lines: list[str] = []
    for line in row.lines or ("",):
        words = f"{CRIES.get(row.kind, '')}{line}{rule}" or "-"
        lines += _wrapped(words, width, rest if lines else first, rest)
    return lines


def _missed(row: Row, width: int) -> list[str]:
    return _wrapped(f"{row.label}: {row.lines[0]}", width, "   ┊  ", "   ┊  ")


def _wrapped(words: str, width: int, first: str, rest: str) -> list[str]:
    return textwrap.wrap(words, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def _box(words: tuple[str, ...], width: int, *, opens: bool) -> list[str]:
    inner = min(max(30, *(len(line) for line in words)), width - 4)
    top = "┌" + "─" * (inner + 2) + "┐"
    bottom = "└" + "─" * (inner + 2) + "┘"
    if opens:
        bottom = f"{bottom[:3]}┬{bottom[4:]}"
    else:
        top = f"{top[:3]}┴{top[4:]}"
    return [top, *(f"│ {plain(line, inner).ljust(inner)} │" for line in words), bottom]

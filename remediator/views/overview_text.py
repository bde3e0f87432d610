"""How does the overview look in a terminal? The same figures as on the page, in at most so many columns.

`cli/overview` prints it; the words are those of `overview_words`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence

from remediator.core.incident import Status
from remediator.core.overview import Overview
from remediator.core.resource_id import ResourceId
from remediator.core.words import counted
from remediator.views import overview_words as words
from remediator.views.plain import plain
from remediator.views.wording import STATUSES

MOST_LINES = 10
_MARKS = {"broken": "✗", "unknown": "?", "drift": "~", "fine": "✓"}


def terminal(found: Overview, width: int, heading: Callable[[str], str]) -> list[str]:
    """The lines; `heading` makes one of a title."""
    lines = [heading(words.headline(found)), *_folded(words.as_of(found), width)]
    if not found.swept:
        lines += _folded(words.NO_SWEEP_MORE, width)
    lines += ["", *_states(found), *_figures(found)]
    lines += _part(heading("Waiting for a person"), _waiting(found, width), found.waiting_count)
    lines += _part(heading("Openings"), _doors(found), found.door_count)
    lines += ["", heading("Since yesterday"), *words.since_lines(found.since)]
    lines += [words.since_when(found.since)] if found.since.at else []
    rules = _rules(found)
    lines += ["", heading("By rule"), *(_aligned(rules) if len(rules) > 1 else ["no rule has found anything"])]
    subscriptions = _subscriptions(found)
    if len(subscriptions) > 1:
        lines += ["", heading("By subscription"), *_aligned(subscriptions)]
        more = found.subscription_count - (len(subscriptions) - 1)
        lines += [f"and {words.number(more)} more: --csv --table subscriptions"] if more > 0 else []
    return lines


def _states(found: Overview) -> list[str]:
    if not found.stand.total:
        return []
    before = found.since.stand
    rows = []
    for state in words.STATES:
        count = getattr(found.stand, state)
        changed = words.difference(count, getattr(before, state) if before else None)
        rows.append((f"{_MARKS[state]} {words.LABELS[state]}", words.number(count), changed))
    return [*_aligned(rows), ""]


def _figures(found: Overview) -> list[str]:
    mend = f", half of them within {words.span(found.mend_median)}" if found.mended else ""
    return [
        f"{counted(found.open, 'incident')} open, {words.number(found.waiting_count)} waiting for a person",
        f"{words.number(found.mended)} mended in 30 days{mend}; {words.span(found.exposed)} of exposure, "
        f"{words.number(found.missed)} found by sweeps alone",
    ]


def _waiting(found: Overview, width: int) -> list[str]:
    rows = [
        (
            plain(ResourceId(one.subject).name, 40),
            STATUSES[Status(one.status)],
            words.age(one.since, found.at),
            one.rule or "–",
            one.incident,
        )
        for one in found.waiting[:MOST_LINES]
    ]
    return [line if len(line) <= width else f"{line[: width - 1]}…" for line in _aligned(rows, right=())]


def _doors(found: Overview) -> list[str]:
    return [
        f"{plain(ResourceId(one.registry).name, 40)} lets in {plain(one.address, 40)}: "
        f"{words.ends_in(one.closes_at, found.at)}"
        for one in found.doors[:MOST_LINES]
    ]


def _rules(found: Overview) -> list[tuple[str, ...]]:
    head = ("rule", "registries", "open", "30 days", "mended", "median", "longest", "exposure")
    return [
        head,
        *(
            (
                plain(one.rule, 30),
                words.number(one.registries),
                words.number(one.open),
                words.number(one.incidents),
                words.number(one.mended),
                words.span(one.mend_median),
                words.span(one.mend_longest),
                words.span(one.exposed) if one.exposed else "–",
            )
            for one in found.rules
        ),
    ]


def _subscriptions(found: Overview) -> list[tuple[str, ...]]:
    head = ("subscription", "registries", "broken", "not known", "differ", "open", "waiting")
    return [
        head,
        *(
            (
                plain(one.subscription, 36),
                *(
                    words.number(count) if one.swept_at else "–"
                    for count in (one.stand.total, one.stand.broken, one.stand.unknown, one.stand.drift)
                ),
                words.number(one.open),
                words.number(one.waiting),
            )
            for one in found.subscriptions[:MOST_LINES]
        ),
    ]


def _part(title: str, rows: Sequence[str], count: int) -> list[str]:
    if not rows:
        return []
    more = [f"and {words.number(count - len(rows))} more"] if count > len(rows) else []
    return ["", title, *rows, *more]


def _aligned(rows: Sequence[tuple[str, ...]], right: Sequence[int] | None = None) -> list[str]:
    """Columns of equal width, all but the first to the right unless told otherwise."""
    if not rows:
        return []
    to_the_right = range(1, len(rows[0])) if right is None else right
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if column in to_the_right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _folded(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(40, width), break_on_hyphens=False)

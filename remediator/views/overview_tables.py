"""Which tables has the overview? The same rows for the terminal, for CSV and for JSON.

A table is a head and rows of plain values. In CSV a text that a spreadsheet would take for a formula gets a quote in
front (CWE-1236): resource names and ids are chosen by others.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from remediator.core.overview import Overview, Stand
from remediator.core.resource_id import ResourceId
from remediator.views.document import SCHEMA
from remediator.views.overview_words import STATES
from remediator.views.plain import moment, plain

Cell = str | int | float | None
Table = tuple[tuple[str, ...], list[tuple[Cell, ...]]]
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def rules(found: Overview) -> Table:
    """A row for each rule."""
    head = ("rule", "registries", "registries_before", "open", "incidents", "mended", "median_minutes_to_mend")
    return (*head, "longest_minutes_to_mend", "minutes_of_exposure"), [
        (
            one.rule,
            one.registries,
            one.before,
            one.open,
            one.incidents,
            one.mended,
            one.mend_median,
            one.mend_longest,
            one.exposed,
        )
        for one in found.rules
    ]


def subscriptions(found: Overview) -> Table:
    """A row for each subscription."""
    return ("subscription", *STATES, "open", "waiting", "swept_at"), [
        (one.subscription, *_stand(one.stand), one.open, one.waiting, moment(one.swept_at))
        for one in found.subscriptions
    ]


def days(found: Overview) -> Table:
    """A row for each day, the oldest first."""
    head = ("day", "opened", "ended", "mended", "missed", "minutes_of_exposure")
    return (*head, *STATES), [
        (one.day.isoformat(), one.opened, one.ended, one.mended, one.missed, one.exposed, *_stand(one.stand))
        for one in found.days
    ]


def waiting(found: Overview) -> Table:
    """A row for each incident that waits for a person."""
    return ("incident", "name", "subject", "status", "rule", "since"), [
        (one.incident, ResourceId(one.subject).name, one.subject, one.status, one.rule, moment(one.since))
        for one in found.waiting
    ]


def openings(found: Overview) -> Table:
    """A row for each opening."""
    return ("incident", "registry", "address", "closes_at"), [
        (one.incident, one.registry, one.address, moment(one.closes_at)) for one in found.doors
    ]


def registries(found: Overview) -> Table:
    """A row for each of the worst registries."""
    return ("registry", "id", "state", "rules"), [
        (ResourceId(one.registry).name, one.registry, one.state, " ".join(one.rules)) for one in found.worst
    ]


TABLES: Mapping[str, Callable[[Overview], Table]] = {
    "rules": rules,
    "subscriptions": subscriptions,
    "days": days,
    "waiting": waiting,
    "openings": openings,
    "registries": registries,
}


def as_csv(table: Table) -> str:
    """The table as CSV, with the lines of RFC 4180."""
    head, rows = table
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(head)
    lines.writerows([_safe(cell) for cell in row] for row in rows)
    return written.getvalue()


def overview_document(found: Overview) -> dict[str, Any]:
    """`overview --json`: every figure; times in UTC, minutes with one decimal."""
    return {"schema": SCHEMA, **{key: _jsonable(value) for key, value in asdict(found).items()}}


def _safe(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    text = plain(cell, 2000)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _stand(stand: Stand | None) -> Sequence[Cell]:
    return [getattr(stand, state) if stand is not None else None for state in STATES]


def _jsonable(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _jsonable(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(one) for one in value]
    if isinstance(value, datetime):
        return moment(value)
    return value.isoformat() if isinstance(value, date) else value

"""What did Azure Monitor tell us?

The alert door calls it with the body of an action group's call. It translates the common alert schema (azure-facts 6)
and single lines of the system log. Texts and dimensions are bounded hints and choose no target; links in a payload are
never followed. Nothing raises: what cannot be understood is quarantined with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from remediator.core.signal import Ignored, Quarantined, Signal, SignalSource
from remediator.signals.concern import is_consumer, is_watched, why_not
from remediator.signals.loose_json import (
    MAX_TEXT,
    actor,
    decoded,
    fingerprint,
    items,
    mapping,
    moment,
    resource,
    word,
)
from remediator.signals.system_log import Row, RowReader, is_log_line

Parsed: TypeAlias = Signal | Ignored | Quarantined

MAX_ROWS = 25
MOST_LISTED = 100  # payloads in one body: no action group sends more than one
TEST = Ignored("test")  # what the portal sends to try an action group
_COMMON = "azuremonitorcommonalertschema"
_SCHEMA = re.compile(r"[A-Za-z][A-Za-z./]{0,60}", re.ASCII)
_OURS = ("containerappsystemlogs", "imagepull", "azurecr.", "containerregistry", "failed to pull")
_WORKSPACE = "Microsoft.OperationalInsights/workspaces"
_QUIET = {"Accepted", "Started", "Active", "InProgress", "Updated"}


@dataclass(frozen=True, slots=True)
class _Alert:
    """The parts of a common alert that every translation needs."""

    reader: RowReader
    base: Signal
    service: str
    context: Mapping[str, object]
    extra: Row | None

    def at_index(self, kind: str, index: int) -> Signal:
        """The signal for one condition or row; its id is the same at each delivery of the alert."""
        return replace(self.base, id=f"{self.base.id}#{kind}{index}")


def parse_alert(body: object) -> tuple[Parsed, ...]:
    """One answer for each condition or row of an alert; takes one payload or a list of them; never raises.

    Log alerts V2 carry no rows: their dimensions (App, Env, Registry, Job in any usual spelling) are the hints, and the
    reader asks the logs itself. Resolved alerts and test payloads are ignored.
    """
    body, reader = decoded(body), RowReader()
    if not isinstance(body, list):
        return tuple(_parse(body, reader))
    answers = [answer for entry in body[:MOST_LISTED] for answer in _parse(decoded(entry), reader)]
    if len(body) > MOST_LISTED:
        answers.append(Quarantined(f"a list of more than {MOST_LISTED} payloads: the others were not read"))
    return tuple(answers) or (Ignored("an empty list"),)


def _parse(body: object, reader: RowReader) -> Iterator[Parsed]:
    if isinstance(body, str):
        yield _plain_text(body, reader)
        return
    if not isinstance(body, dict):
        yield Quarantined("a body that is neither an object nor text")
        return
    if is_log_line(body):
        yield _log_line(body, reader)
        return
    data = mapping(body.get("data"))
    essentials = mapping(data.get("essentials") or body.get("essentials"))
    if not essentials:
        yield Quarantined(_unlike(word(body, "schemaId")))
        return
    yield from _alert(body, data, essentials, reader)


def _unlike(schema: str | None) -> str:
    """Why a body without essentials is not understood; a schema is named where it has the form of one."""
    if (schema or "").lower() == _COMMON:
        return "the common alert schema without essentials"
    named = schema if schema and _SCHEMA.fullmatch(schema) else "another schemaId" if schema else "no schemaId"
    return f"not the common alert schema ({named}): switch it on in the action group"


def _alert(
    body: Mapping[str, object], data: Mapping[str, object], essentials: Mapping[str, object], reader: RowReader
) -> Iterator[Parsed]:
    rule = word(essentials, "alertRule") or ""
    if (word(essentials, "monitorCondition") or "Fired").lower() != "fired":
        yield Ignored("resolved")
        return
    if rule.lower().startswith("test-"):
        yield TEST
        return
    context = mapping(data.get("alertContext") or body.get("alertContext"))
    custom = mapping(data.get("customProperties") or body.get("customProperties") or context.get("properties"))
    targets = [rid for entry in items(essentials.get("alertTargetIDs")) if (rid := resource(_text_of(entry)))]
    base = Signal(
        source=SignalSource.ALERT,
        id=word(essentials, "alertId", "originAlertId") or f"alert:{fingerprint(body)}",
        at=moment(word(essentials, "firedDateTime") or word(context, "eventTimestamp")),
        subject=next((rid for rid in targets if is_watched(rid)), None),
        correlation=word(context, "correlationId"),
        since=_begin(context),
        workspace=next((rid for rid in targets if rid.is_a(_WORKSPACE)), None),
    )
    service = (word(essentials, "monitoringService") or "").lower()
    alert = _Alert(reader, base, service, context, _embedded(context, custom, reader))
    yield from _by_kind(alert)


def _by_kind(alert: _Alert) -> Iterator[Parsed]:
    context = alert.context
    condition = mapping(context.get("condition"))
    if "SearchResults" in context or "SearchQuery" in context:
        yield from _log_v1(alert)
    elif "operationName" in context or alert.service.startswith("activity log"):
        yield _activity(alert)
    elif word(context, "conditionType") == "LogQueryCriteria" or alert.service.startswith("log alerts"):
        yield from _log_v2(alert, condition)
    elif alert.extra:
        yield _with(alert.at_index("", 0), alert.extra)
    elif alert.base.subject:
        conditions = max(1, len(items(condition.get("allOf"))[:MAX_ROWS]))
        yield from (alert.at_index("", index) for index in range(conditions))
    else:
        yield Ignored(f"an alert about something else ({alert.service[:80] or 'no service named'})")


def _log_v2(alert: _Alert, condition: Mapping[str, object]) -> Iterator[Parsed]:
    for index, entry in enumerate(items(condition.get("allOf"))[:MAX_ROWS]):
        found = mapping(entry)
        dimensions = alert.reader.row(dict(_dimensions(found.get("dimensions"))))
        query = (word(found, "searchQuery", limit=MAX_TEXT) or "").lower()
        signal = _with(alert.at_index("", index), dimensions)
        if alert.extra:
            signal = _with(signal, alert.extra)
        told = dimensions.names_something or alert.extra or alert.base.subject
        yield signal if told or any(known in query for known in _OURS) else Ignored("a log alert about something else")
    if not items(condition.get("allOf")):
        line = alert.extra
        yield _with(alert.at_index("", 0), line) if line else Quarantined("a log alert without a condition")


def _log_v1(alert: _Alert) -> Iterator[Parsed]:
    about_pulls = [row for row in _rows(alert.context, alert.reader) if row.about_a_pull]
    # the first row of each app and registry: a puller in its back-off repeats itself
    said = {(row.app, row.environment, row.registry_host): row for row in about_pulls[::-1]}
    rows = list(said.values())[::-1]
    if not rows and alert.extra:
        rows = [alert.extra]
    for index, row in enumerate(rows[:MAX_ROWS]):
        yield _with(alert.at_index("row", index), row)
    if not rows:
        query = (word(alert.context, "SearchQuery", limit=MAX_TEXT) or "").lower()
        hints = alert.reader.row(dict(_dimensions(alert.context.get("Dimensions"))))
        if any(known in query for known in _OURS):
            yield _with(alert.at_index("", 0), hints)
        else:
            yield Ignored("a log alert about something else")


def _activity(alert: _Alert) -> Parsed:
    """An entry of the activity log: a change, or an app's deployment that failed with a pull error."""
    context = alert.context
    authorization = mapping(context.get("authorization"))
    operation = word(context, "operationName") or word(authorization, "action") or ""
    status = word(context, "status") or ""
    subject = resource(word(authorization, "scope", limit=2048)) or alert.base.subject
    if subject is None or not is_watched(subject):
        subject = alert.base.subject
    if "resourcehealth" in alert.service.replace(" ", "") or "resourcehealth" in operation.lower():
        return alert.at_index("", 0) if alert.base.subject else Ignored("the health of something else")
    if reason := why_not(operation):
        return Ignored(reason)
    if subject is None:
        return Quarantined("an activity log entry whose resource id cannot be read")
    who = actor(context.get("claims"), authorization, word(context, "caller"))
    signal = replace(
        alert.at_index("", 0),
        subject=subject,
        at=moment(word(context, "eventTimestamp")) or alert.base.at,  # of the write, the alert fires later
        operation=operation,
        actor=who.id,
        actor_kind=who.kind,
    )
    if status in _QUIET:
        return Ignored(f"not finished yet: {status}")
    if status.lower() in {"failed", "canceled", "cancelled"}:
        text = _status_message(context)
        pull = text is not None and is_consumer(subject) and alert.reader.row({"text": text}).about_a_pull
        return replace(signal, text=text) if pull else Ignored("the operation did not happen")
    return signal


def _begin(context: Mapping[str, object]) -> datetime | None:
    """Where the window begins that a log alert has evaluated (azure-facts 6.1)."""
    return moment(word(mapping(context.get("condition")), "windowStartTime")) or moment(
        word(context, "SearchIntervalStartTimeUtc")
    )


def _status_message(context: Mapping[str, object]) -> str | None:
    properties = mapping(context.get("properties"))
    return word(properties, "statusMessage", "message", limit=MAX_TEXT) or word(
        context, "statusMessage", limit=MAX_TEXT
    )


def _rows(context: Mapping[str, object], reader: RowReader) -> Iterator[Row]:
    """The rows of a V1 alert; captured ones can be shorter than their columns."""
    for table in items(mapping(context.get("SearchResults")).get("tables"))[:4]:
        found = mapping(table)
        names = [word(mapping(column), "name") or "" for column in items(found.get("columns"))]
        for row in items(found.get("rows"))[: MAX_ROWS * 4]:
            if reader.is_tired:
                return
            yield reader.row(dict(zip(names, items(row), strict=False)))


def _dimensions(value: object) -> Iterator[tuple[str, object]]:
    for entry in items(value)[:50]:
        found = mapping(entry)
        if name := word(found, "name"):
            yield name, found.get("value")


def _embedded(context: Mapping[str, object], custom: Mapping[str, object], reader: RowReader) -> Row | None:
    """A line of the system log that a rule's author put into the alert, as an object, as JSON text or as its text."""
    for holder in (custom, context):
        if is_log_line(holder):
            return _if_pull(reader.row(holder))
        for value in list(holder.values())[:50]:
            inner = mapping(value)
            if inner and is_log_line(inner):
                return _if_pull(reader.row(inner))
    return _if_pull(reader.row(custom))


def _if_pull(row: Row) -> Row | None:
    return row if row.about_a_pull or (row.text is None and row.registry_host) else None


def _log_line(line: Mapping[str, object], reader: RowReader) -> Parsed:
    if reader.is_tired:
        return Quarantined("more text than is read of one body")
    row = reader.row(line)
    if not row.about_a_pull:
        return Ignored("a log line about something else")
    return _with(Signal(source=SignalSource.ALERT, id=f"log:{fingerprint(line)}"), row)


def _plain_text(text: str, reader: RowReader) -> Parsed:
    row = reader.row({"text": text[:MAX_TEXT]})
    if not row.about_a_pull:
        return Quarantined("a body that is not JSON")
    return _with(Signal(source=SignalSource.ALERT, id=f"text:{fingerprint(text)}"), row)


def _with(signal: Signal, row: Row) -> Signal:
    """The signal with a row's hints where it has none of its own; the subject stays what the sender named."""
    return replace(
        signal,
        at=signal.at or row.at,
        text=signal.text or row.text,
        app=signal.app or row.app,
        environment=signal.environment or row.environment,
        registry_host=signal.registry_host or row.registry_host,
    )


def _text_of(value: object) -> str | None:
    return value[:2048] if isinstance(value, str) else None

"""What else did the one who caused this do? Called by `diagnose` once the write behind the findings is known.

A policy that reopened sixty registries is one incident with one plan for all of them. Which registries drifted as well
the snapshot tells; whether the same account wrote to them, the activity log is asked once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from remediator.core.caused_by import SLACK, since
from remediator.core.diagnosis import Diagnosis
from remediator.core.finding import Finding
from remediator.core.incident import Incident
from remediator.core.one_writer import drifted_besides, writer_root, written_by_the_same
from remediator.core.signal import SignalSource
from remediator.core.subject import concerned
from remediator.core.unknown import Unknown
from remediator.flow.who_did_it import Traced
from remediator.ports import History

MOST_ASKED = 1000


def with_what_else_was_written(
    traced: Traced,
    *,
    drifts: Callable[[], Iterable[Finding]],
    judge: Callable[[Incident], Diagnosis],
    history: History | None,
    now: datetime,
) -> Traced:
    """The same, with a diagnosis of all registries that the writer made drift; unchanged where there are no others.

    `drifts` are those of the whole estate, `judge` diagnoses the snapshot again. A person's request is about what it
    names, and what the log cannot tell widens nothing.
    """
    incident, found = traced.incident, traced.incident.diagnosis
    if found is None or history is None or incident.caused_by is None or not _may_widen(incident, found):
        return traced
    others = drifted_besides(found, drifts())[:MOST_ASKED]
    told = history.writes(others, since(incident, now), now + SLACK) if others else ()
    if isinstance(told, Unknown):
        return traced
    same = written_by_the_same(incident.caused_by, others, told, traced.own)
    if not same:
        return traced
    also = tuple(sorted({*found.focus.also, *same}))
    known = replace(incident, diagnosis=replace(found, focus=replace(found.focus, also=also)))
    wider = judge(known)
    widened = replace(known, diagnosis=wider, registries=concerned(wider))
    what = f"{incident.caused_by.actor} wrote to {len(same)} more of the registries that differ from what is declared"
    return replace(traced, incident=widened.note(now, what))


def _may_widen(incident: Incident, found: Diagnosis) -> bool:
    by_hand = bool(incident.signals) and all(signal.source is SignalSource.MANUAL for signal in incident.signals)
    one_registry = found.focus.registry is not None and found.focus.consumer is None
    return one_registry and not by_hand and writer_root(incident) is not None

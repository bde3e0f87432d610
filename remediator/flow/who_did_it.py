"""Which write is behind the findings? Asked by `diagnose` before anybody is told or asked.

Signals tell of writes by themselves; the activity log is asked once for each diagnosis that leads on. What it says is
judged in `core.caused_by`; a log that cannot be read stops nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from remediator.core.azure_write import AzureWrite, merged, writes_told
from remediator.core.caused_by import SLACK, Own, asked_about, caused_by, own_writes, since
from remediator.core.diagnosis import Diagnosis
from remediator.core.incident import Incident, bounded
from remediator.core.unknown import Unknown
from remediator.ports import History, Incidents

MOST_REGISTRIES = 20
LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Traced:
    """The incident with the write behind it, and what was known of writes: all of them, and how ours are told apart."""

    incident: Incident
    writes: tuple[AzureWrite, ...]
    own: Own


def from_signals(incident: Incident, found: Diagnosis, identities: Iterable[str], now: datetime) -> Incident:
    """The incident with what its own signals tell of the write; no question to anybody."""
    own = own_writes(identities, (incident,))
    cause = caused_by(incident, found, merged(writes_told(incident.signals), ()), own, now)
    return replace(incident, caused_by=cause or incident.caused_by)


def who_did_it(
    incident: Incident,
    found: Diagnosis,
    earlier: Iterable[Incident],
    *,
    history: History | None,
    identities: Iterable[str],
    now: datetime,
) -> Traced:
    """The incident with the write behind its findings and a journal line about it, where one is known."""
    about = asked_about(incident, found)
    answer = history.writes(about, since(incident, now), now + SLACK) if history is not None and about else ()
    logged = () if isinstance(answer, Unknown) else answer
    writes = merged(writes_told(incident.signals), logged)
    own = own_writes(identities, (incident, *earlier))
    cause = caused_by(incident, found, writes, own, now) or incident.caused_by
    traced = replace(incident, caused_by=cause)
    if cause is not None:
        said = f"last written before it was noticed: {cause.sentence}"
    elif isinstance(answer, Unknown):
        said = f"who did it is not known: {answer.reason}"
    else:
        return Traced(traced, writes, own)
    known = bounded(said) in (line.what for line in traced.journal)
    return Traced(traced if known else traced.note(now, said), writes, own)


def earlier_ones(incident: Incident, incidents: Incidents) -> tuple[Incident, ...]:
    """The other incidents about the same registries, newest first."""
    found = {
        other.id: other
        for registry in incident.registries[:MOST_REGISTRIES] or (None,)
        for other in incidents.find(registry=registry, limit=LOOKED_AT)
        if other.id != incident.id
    }
    return tuple(sorted(found.values(), key=lambda other: (other.opened_at, other.id), reverse=True))

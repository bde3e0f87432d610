"""What does a step give back, and how is a case file opened and kept? Every load and save of a step comes this way.

Decisions are in `core`; which step runs when is in `advance`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from remediator.core.incident import Incident, bounded
from remediator.core.outbox import notices
from remediator.ports import Held, Incidents, Lease

# A run is over after this long and sends itself again (house, section 4).
RUN = timedelta(minutes=4)
# What a run has in hand is looked at again after this long: if it is then still there, the run was killed.
IN_HAND = RUN + timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a step made of a case file: `held` as last read or saved, `incident` as it shall be now.

    `rest` is when to look again; None says that the next step can follow at once. `lease` is given back once the
    incident is saved.
    """

    held: Held
    incident: Incident
    rest: datetime | None = None
    lease: Lease | None = None


def open_case(incidents: Incidents, incident: str) -> Held:
    """The case file with the letters that came meanwhile already taken into it."""
    return _taken_in(incidents.load(incident))


def keep(incidents: Incidents, held: Held, incident: Incident, wake: datetime) -> Held:
    """Save, with the time at which it is looked at again while it is busy."""
    return _taken_in(incidents.save(held, incident.rest(wake)))


def _taken_in(held: Held) -> Held:
    return replace(held, incident=held.incident.receive(held.letters))


def note_once(incident: Incident, at: datetime, what: str) -> Incident:
    """The incident with one more journal line, unless its last one says the same."""
    said = bounded(what)
    return incident if incident.journal and incident.journal[-1].what == said else incident.note(at, said)


def tell(
    incident: Incident, template: str, at: datetime, recipients: Sequence[str], reason: str = "", **parameters: str
) -> Incident:
    """The incident with a notice for everybody who was asked about it and for the recipients by default."""
    asked = tuple(link.recipient for link in incident.request.links) if incident.request else ()
    return incident.notify(*notices(template, (*asked, *recipients), at, reason=reason, **parameters))

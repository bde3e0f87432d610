"""Was it our own write that woke us? Asked by `diagnose`, so that nobody is asked about what we are just doing.

Azure tells us of our own writes as of anybody's. While the incident that made one is at work, the event belongs to it:
its verification looks after the last write anyway. Later ones are looked at like any signal, since a plan may have been
half applied; but they end quietly, and it is the incident that wrote which people hear of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from remediator.core.azure_write import AzureWrite, writes_told
from remediator.core.caused_by import SLACK
from remediator.core.incident import Incident, Status
from remediator.core.touching import touched
from remediator.ports import Incidents

AT_WORK = (Status.APPLYING, Status.APPLIED, Status.UNDOING)
OVER = (Status.RESOLVED, Status.ROLLED_BACK, Status.NEEDS_HUMAN)  # of what has written
LOOKED_AT = 50
# Event Grid may deliver an event up to a day late (azure-facts 5.3).
LATE = timedelta(hours=24)


def joined_to_its_writer(
    incident: Incident, incidents: Incidents, identities: Iterable[str], now: datetime
) -> Incident | None:
    """The incident as JOINED to the one that is at work and made the writes that it was opened for; None otherwise.

    Nothing is read from Azure for it.
    """
    if incident.diagnosis is not None or not _may_be_ours(incident, identities):
        return None
    for status in AT_WORK:
        for other in incidents.find(status=status, limit=LOOKED_AT):
            if other.id != incident.id and _made_all(other, incident, identities):
                joined = replace(incident, joined_to=other.id)
                return joined.to(Status.JOINED, now, f"our own write: incident {other.id} made it and verifies it")
    return None


def kept_quiet_as_echo(
    incident: Incident, incidents: Incidents, identities: Iterable[str], now: datetime
) -> Incident | None:
    """The incident as REPORTED without a notice where one that has ended made the writes; else None."""
    if not _may_be_ours(incident, identities):
        return None
    ended = (other for status in OVER for other in incidents.find(status=status, limit=LOOKED_AT))
    for other in ended:
        late = now - (other.updated_at or other.opened_at) > LATE
        if other.id != incident.id and not late and _made_all(other, incident, identities):
            said = f"our own write of incident {other.id}, which is {other.status.value}: nobody is asked because of it"
            return replace(incident, joined_to=other.id).to(Status.REPORTED, now, said)
    return None


def _may_be_ours(incident: Incident, identities: Iterable[str]) -> bool:
    """Whether all that was said of this incident are writes, and none of them is surely somebody else's."""
    told = writes_told(incident.signals)
    ours = {known.casefold() for known in identities}
    whole = len(told) == len(incident.signals) == incident.signal_count
    return bool(told) and whole and all(write.actor.key is None or write.actor.key in ours for write in told)


def _made_all(other: Incident, incident: Incident, identities: Iterable[str]) -> bool:
    ours = {known.casefold() for known in identities}
    return all(_made(other, write, known=write.actor.key in ours) for write in writes_told(incident.signals))


def _made(other: Incident, write: AzureWrite, *, known: bool) -> bool:
    """Whether the incident wrote it: by what its plan touches, and by the time where nobody knows who wrote."""
    for change, step in other.steps:
        if not step.wrote or step.started_at is None:
            continue
        if known and any(write.resource.within(place) for place in touched(change)):
            return True
        there = write.resource.within(change.target) or change.target.within(write.resource)
        if there and step.started_at - SLACK <= write.at <= (step.ended_at or write.at) + SLACK:
            return True
    return False

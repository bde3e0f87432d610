"""Were people told the very same already, or did they answer it? Asked by `diagnose` before anybody is told or asked.

Signals repeat themselves; people shall not be asked about a plan that they have just rejected, let lapse, or were told
of. A person who asks for a registry to be looked at is answered each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from remediator.core.code_request import closed_by_a_person
from remediator.core.desired import Way
from remediator.core.diagnosis import Diagnosis
from remediator.core.incident import Incident, Status
from remediator.core.signal import SignalSource
from remediator.core.two_owners import CODE as TWO_OWNERS
from remediator.ports import Incidents

# Whoever was told the same of the same subject within this time is not told again.
QUIET = timedelta(hours=24)
LOOKED_AT = 100


def kept_quiet(incident: Incident, found: Diagnosis, incidents: Incidents, now: datetime) -> Incident | None:
    """The incident as REPORTED without a notice where the same was told or answered, None where people are to know.

    A no stands against the same plan, however the policy has changed; what was forbidden, reported or not answered
    in time is told anew once the policy rules otherwise.
    """
    if any(signal.source is SignalSource.MANUAL for signal in incident.signals):
        return None
    for first in _first_told(incident, incidents):
        if now - _ended_at(first) < QUIET and _says_the_same(first, incident, found):
            reported = replace(incident, joined_to=first.id)
            return reported.to(Status.REPORTED, now, f"{_what_became_of(first)}: nobody is told again within 24 hours")
    return None


def kept_quiet_between_two(
    incident: Incident, found: Diagnosis, earlier: Sequence[Incident], now: datetime
) -> Incident | None:
    """The incident as REPORTED without a notice where people know already that two owners are at odds about this plan.

    `earlier` are the incidents about the same registries, newest first. Once a person has asked since, it is told anew.
    """
    for other in earlier:
        stopped = other.error is not None and other.error[0] == TWO_OWNERS
        same = other.diagnosis is not None and other.diagnosis.plan.digest == found.plan.digest
        if stopped and same and now - _ended_at(other) < QUIET:
            at = f"on {_ended_at(other):%Y-%m-%d %H:%M} UTC (incident {other.id})"
            said = f"the program stopped between two owners of the same {at}: nobody is told again within 24 hours"
            return replace(incident, joined_to=other.id).to(Status.REPORTED, now, said)
        if any(signal.source is SignalSource.MANUAL for signal in other.signals):
            return None
    return None


def _first_told(incident: Incident, incidents: Incidents) -> Iterator[Incident]:
    """Ended incidents about the same registries, newest first; a quiet one leads to the one that it repeats."""
    seen = {incident.id}
    for registry in incident.registries or (None,):
        for other in incidents.find(registry=registry, limit=LOOKED_AT):
            quiet = other.status is Status.REPORTED and other.joined_to is not None
            first = other.joined_to if quiet and other.joined_to else other.id
            if first not in seen and other.status.ended:
                yield incidents.load(first).incident if quiet else other
            seen |= {other.id, first}


def _says_the_same(other: Incident, incident: Incident, found: Diagnosis) -> bool:
    """Whether people would hear of this diagnosis what they have heard of that incident. A plan is the same whoever
    told us where to look, findings without a plan are told for each subject."""
    theirs = other.diagnosis
    if theirs is None or theirs.plan.digest != found.plan.digest:
        return False
    if not found.plan:
        told = other.status is Status.REPORTED and other.subject == incident.subject
        return told and {finding.key for finding in theirs.findings} == {finding.key for finding in found.findings}
    same_ruling = _answer_of(theirs) == _answer_of(found)
    match other.status:
        case Status.REJECTED:
            return True
        case Status.EXPIRED | Status.FORBIDDEN:
            return same_ruling
        case Status.REPORTED:  # somebody who wanted a report and no more has not spoken for the others
            return same_ruling and other.way != Way.REPORT.value
        case _:
            return False


def _answer_of(diagnosis: Diagnosis) -> tuple[object, ...]:
    return (diagnosis.ruling.decision, diagnosis.ruling.way) if diagnosis.ruling else ()


def _ended_at(incident: Incident) -> datetime:
    ends = [line.at for line in incident.journal if line.status is incident.status]
    return ends[-1] if ends else incident.updated_at or incident.opened_at


def _closed_request(incident: Incident) -> bool:
    made = incident.pull_request.made if incident.pull_request else None
    return made is not None and closed_by_a_person(made)


def _what_became_of(incident: Incident) -> str:
    at = f"on {_ended_at(incident):%Y-%m-%d %H:%M} UTC (incident {incident.id})"
    match incident.status:
        case Status.REJECTED if _closed_request(incident):
            return f"a person closed the pull request of the same plan {at}"
        case Status.REJECTED:
            who = next((a.person for a in reversed(incident.approvals) if not a.yes), "somebody")
            return f"the same plan was rejected by {who} {at}"
        case Status.EXPIRED:
            return f"the question about the same plan expired {at}, and nobody had said yes"
        case Status.FORBIDDEN:
            return f"the policy forbade the same plan {at}"
        case _:
            return f"the same was reported {at}"

"""Is another incident about the same root already? Asked by `diagnose` before anybody is told or asked.

One zone that lost its link shows as an event of the zone and as alerts of forty apps: one incident has the plan, the
others join it. Two workers may find the same root at the same moment, so whoever goes on alone holds the root's lease
until its case is saved.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from remediator.core.diagnosis import Diagnosis
from remediator.core.errors import Transient
from remediator.core.finding import Severity
from remediator.core.incident import Incident, Status
from remediator.core.one_writer import one_act, writer_root
from remediator.core.pull_path import Verdict
from remediator.core.root import root_of
from remediator.core.signal import Signal, SignalSource
from remediator.core.subject import root_label
from remediator.ports import Clock, Ids, Incidents, Lease, Leases

# A plan that is not decided yet, or waits to be merged, may still become another one.
MAY_GROW = frozenset({Status.PLANNED, Status.AWAITING_APPROVAL, Status.AWAITING_MERGE})
# Who was called or told about a root is not called again for each app that it breaks.
TOLD = frozenset({Status.REPORTED, Status.FORBIDDEN, Status.NEEDS_HUMAN})
QUIET = timedelta(hours=24)
LOOKED_AT = 20
LEASE_SECONDS = 60.0
TRIES, NAP = 20, 0.25


def with_the_same_root(incident: Incident, incidents: Incidents, now: datetime) -> Incident | None:
    """The incident that this one joins: an open one with a plan, else one of which people were told just now.

    None where there is none, and where this incident has found more than that root. `Transient` while the root is being
    mended by a plan that does not reach this incident's paths: it is diagnosed again when that is over.
    """
    found = incident.diagnosis
    if found is None or not found.findings:
        return None
    told: Incident | None = None
    for other in _others(incident, incidents):
        if not _is_all_there(found, other) or not _of_one_act(incident, other):
            continue
        if not other.status.ended and other.status is not Status.OPEN:
            if not (other.status in MAY_GROW or _covers(other, incident)):
                raise Transient(
                    "root-in-hand",
                    f"incident {other.id} is mending the same cause, without what this one is about",
                    retry_after=60,
                )
            return other
        if told is None and _was_told(other, incident, now):
            told = other
    return told


def told_to_look_again(leader: Incident, incident: Incident, *, incidents: Incidents, ids: Ids, now: datetime) -> str:
    """The id of the incident that has this one's paths from now on.

    A plan that lacks them is made again: a letter asks for it. Where that incident has ended meanwhile, the letter
    opens the next one.
    """
    if leader.status.ended or _covers(leader, incident):
        return leader.id
    letter = Signal(SignalSource.SWEEP, f"joined:{incident.id}", now, leader.subject)
    what = f"opened by incident {incident.id}, which has the cause of {leader.id}"
    fresh = Incident(ids.new(), leader.subject, now).note(now, what, status=Status.OPEN)
    return incidents.take_in(leader.subject, letter, fresh.receive((letter,)).rest(now)).incident


def root_in_hand(incident: Incident, *, leases: Leases, ids: Ids, clock: Clock) -> Lease | None:
    """The lease of the incident's root, None where it has none; `Transient("lease-held")` after some seconds."""
    label = root_label(incident)
    if not label:
        return None
    for _ in range(TRIES):
        lease = leases.take((f"root:{label}",), f"{incident.id}/{ids.new()}", LEASE_SECONDS)
        if lease is not None:
            return lease
        clock.sleep(NAP)
    raise Transient("lease-held", f"incident {incident.id}: another run has the same cause in hand", retry_after=5)


def _others(incident: Incident, incidents: Incidents) -> Iterator[Incident]:
    root = root_label(incident)
    return (other for other in incidents.find(root=root, limit=LOOKED_AT) if other.id != incident.id)


def _is_all_there(found: Diagnosis, other: Incident) -> bool:
    """Whether whatever is broken here, and can be mended, has the root or is known to the other incident too."""
    root = root_of(found.findings[0])
    known = {finding.key for finding in other.diagnosis.findings} if other.diagnosis else set()
    broken = (f for f in found.findings if f.severity is Severity.BROKEN and f.remedy)
    return all(root_of(f) == root or f.key in known for f in broken)


def _of_one_act(incident: Incident, other: Incident) -> bool:
    """Whether two incidents that one account is behind are about one act; any other root is one by itself."""
    if writer_root(incident) is None or incident.caused_by is None:
        return True
    return other.caused_by is not None and one_act(incident.caused_by, other.caused_by)


def _covers(other: Incident, incident: Incident) -> bool:
    """Whether the other incident's diagnosis has the paths, or the drifts, that the root makes here."""
    if other.diagnosis is None or incident.diagnosis is None:
        return other.diagnosis is not None
    found = incident.diagnosis
    if writer_root(incident) is not None:
        return {finding.key for finding in found.findings} <= {finding.key for finding in other.diagnosis.findings}
    return _paths(found) <= {path.key for path in other.diagnosis.paths if path.verdict is not Verdict.OK}


def _paths(found: Diagnosis) -> set[tuple[str, str]]:
    root = root_of(found.findings[0])
    return {key for finding in found.findings if root_of(finding) == root for key in finding.paths}


def _was_told(other: Incident, incident: Incident, now: datetime) -> bool:
    """Whether people heard of the very same of another subject; a person who asks is answered each time."""
    found = incident.diagnosis
    if other.status not in TOLD or other.subject == incident.subject or other.diagnosis is None or found is None:
        return False
    if any(signal.source is SignalSource.MANUAL for signal in incident.signals):
        return False
    at = other.updated_at or other.opened_at
    same = other.diagnosis.plan.digest == found.plan.digest and _covers(other, incident)
    return same and (bool(_paths(found)) or writer_root(incident) is not None) and now - at < QUIET

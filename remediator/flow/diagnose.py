"""Live, desired, diff: what is wrong now, and would a plan mend it? Called by `advance` for an OPEN incident.

`look` is the same look that `apply` takes before its first write and `verify` after its last. The letters and the
versions of the case file were read before the snapshot, so that a signal which comes meanwhile is never lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from remediator.core.desired import DesiredState
from remediator.core.diagnosis import Diagnosis, Focus
from remediator.core.incident import Incident, Status
from remediator.core.pull_path import PullPath
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot
from remediator.core.subject import concerned, focus_of
from remediator.core.words import counted
from remediator.flow.quiet import kept_quiet
from remediator.flow.turn import Turn, tell
from remediator.ports import Clock, DesiredStates, Held, Incidents, Observer

Diagnose = Callable[[DesiredState, Snapshot, Focus], Diagnosis]
Walk = Callable[[DesiredState, Snapshot], tuple[PullPath, ...]]
_HAVE_A_PLAN = (
    Status.PLANNED,
    Status.AWAITING_APPROVAL,
    Status.APPROVED,
    Status.AWAITING_MERGE,
    Status.APPLYING,
    Status.APPLIED,
    Status.UNDOING,
)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the estate: what was asked about; every path can be walked too, since a plan may touch others."""

    live: Snapshot
    desired: DesiredState
    diagnosis: Diagnosis
    walk: Walk

    def paths(self) -> tuple[PullPath, ...]:
        """Every pull path of the estate, walked when it is asked for."""
        return self.walk(self.desired, self.live)


def look(
    incident: Incident, *, observer: Observer, desired_states: DesiredStates, diagnose: Diagnose, walk: Walk
) -> Look:
    """Observe, load the desired state, and diagnose what the incident is about."""
    live = observer.observe()
    desired = desired_states.load()
    return Look(live, desired, diagnose(desired, live, focus_of(incident, live)), walk)


def diagnose(
    held: Held, *, look: Callable[[Incident], Look], incidents: Incidents, clock: Clock, recipients: Sequence[str]
) -> Turn:
    """OPEN → NO_DRIFT, JOINED, REPORTED or PLANNED."""
    seen = look(held.incident)
    found = seen.diagnosis
    registries = concerned(found)
    incident = replace(held.incident, diagnosis=found, registries=registries)
    now = clock.now()
    if not found.findings and not found.plan:
        return Turn(held, incident.to(Status.NO_DRIFT, now, "nothing to do"))
    elsewhere = _with_the_same_root(incident, found, incidents)
    if elsewhere is not None:
        joined = replace(incident, joined_to=elsewhere)
        return Turn(held, joined.to(Status.JOINED, now, f"incident {elsewhere} has the same cause"))
    quiet = kept_quiet(incident, found, incidents, now)
    if quiet is not None:
        return Turn(held, quiet)
    if found.plan:
        what = f"planned {counted(len(found.plan.changes), 'change')} for {counted(len(found.findings), 'finding')}"
        return Turn(held, incident.to(Status.PLANNED, now, what))
    return Turn(held, _reported(incident, found, now, to_tell(registries, seen.desired, recipients)))


def to_tell(registries: Sequence[ResourceId], desired: DesiredState, recipients: Sequence[str]) -> tuple[str, ...]:
    """Who hears of a plan or finding: those whom the desired state names for the registries, and the default ones."""
    named = (name for registry in registries for name in desired.intent_for(registry).approvers.notify)
    return tuple(dict.fromkeys((*named, *recipients)))


def _with_the_same_root(incident: Incident, found: Diagnosis, incidents: Incidents) -> str | None:
    """The open incident whose most decisive finding is the same one."""
    if not found.findings:
        return None
    for status in _HAVE_A_PLAN:
        for other in incidents.find(status=status, limit=100):
            findings = other.diagnosis.findings if other.diagnosis else ()
            if other.id != incident.id and findings and findings[0].key == found.findings[0].key:
                return other.id
    return None


def _reported(incident: Incident, found: Diagnosis, now: datetime, people: Sequence[str]) -> Incident:
    findings = counted(len({finding.key for finding in found.findings}), "finding")
    what = f"{findings}, and nothing that the program may change"
    return tell(incident.to(Status.REPORTED, now, what), "reported", now, people)

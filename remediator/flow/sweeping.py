"""A sweep: everything is read, judged in parts, and what no event had told becomes an incident.

`swept` is the whole of it in one process, for the terminal; `sweep_pass` has the same shared by workers. What is judged
here decides nothing: the incident reads Azure itself, and closes quietly where nothing is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from remediator.core.closer import in_doubt
from remediator.core.desired import DesiredState
from remediator.core.errors import Rejected
from remediator.core.incident import Incident, Status
from remediator.core.measures import MISSED
from remediator.core.root import label_of
from remediator.core.signal import Signal, SignalSource
from remediator.core.sweep import (
    REGISTRY,
    OpenedPart,
    Sighting,
    SweepScope,
    Swept,
    WideEstate,
    WideReader,
    judged,
    together,
)
from remediator.core.sweep_pass import KnownSighting, Sightings
from remediator.core.walk import forget_legs
from remediator.ports import Clock, Held, Incidents, TakenIn, Telemetry

# Whoever was told of something and left it as it is hears of it again after a day.
QUIET = timedelta(hours=24)
# Rows follow a change by minutes (azure-facts 8): what was just mended still shows.
SETTLING = timedelta(minutes=30)
MENDED = frozenset((Status.RESOLVED, Status.NO_DRIFT, Status.ROLLED_BACK))
# A claim of which nothing became: whoever made it is gone.
CLAIMED = timedelta(minutes=10)
# Incidents that one call opens; what is left is opened by the next pass.
MOST = 100
LOOKED_AT = 5
# Endpoints of a part whose zone groups are read.
MOST_LOOKS = 50


def swept(
    reader: WideReader, desired: DesiredState, scope: SweepScope, told: Callable[[str], None]
) -> tuple[WideEstate, Swept]:
    """Read and judge everything in scope, a part at a time; raises what the reader raises."""
    wide = reader.read(scope, told)
    found, closer = [], 0
    for number, packed in enumerate(wide.parts, start=1):
        part, looks = judge_part(reader, packed, desired)
        found.append(part)
        closer += looks
        told(f"{sum(part.registries for part in found):,} of {wide.registries:,} registries judged, part {number}")
    return replace(wide, requests=wide.requests + closer), together(found)


def judge_part(reader: WideReader, packed: Sequence[bytes], desired: DesiredState) -> tuple[Swept, int]:
    """What is wrong in one part, and at how many endpoints a closer look was taken; nothing else stays in memory.

    The closer look is for what no row tells: whose zone group should have written a record that is missing or stale.
    """
    part = reader.open(packed)
    try:
        found = judged(desired, part)
        doubtful = in_doubt(part.snapshot, found, MOST_LOOKS)
    finally:
        _drop(part)
    if not doubtful:
        return found, 0
    part = reader.open(packed, doubtful)
    try:
        return judged(desired, part), len(doubtful)
    finally:
        _drop(part)


def _drop(part: OpenedPart) -> None:
    part.snapshot.forget()
    forget_legs()


@dataclass(slots=True)
class MadeKnown:
    """What became of sightings: `missed` counts findings that no event had told, by the subscription of a registry that
    each concerns; `left` sightings wait for the next pass."""

    missed: Counter[str] = field(default_factory=Counter)
    opened: list[str] = field(default_factory=list)
    left: int = 0


def make_known(
    found: Swept,
    sweep: str,
    *,
    desired: DesiredState,
    incidents: Incidents,
    take_in: Callable[[Signal], TakenIn],
    sightings: Sightings,
    clock: Clock,
    telemetry: Telemetry,
    most: int = MOST,
) -> MadeKnown:
    """A signal for each subject of which nobody knows; one of which an incident knows is left to it.

    Broken and risky things always; what only differs from the desired state where somebody declared one. Repeated after
    a crash it opens nothing twice and counts the same.
    """
    made = MadeKnown()
    for sighting in found.sightings():
        if not sighting.worth_an_incident or not (sighting.broken or desired.declared):
            continue
        known, version = sightings.known(sighting.fingerprint)
        if known is not None and known.sweep == sweep and known.incident:
            _count(made, sighting, known)
            continue
        ours = known is not None and known.sweep == sweep  # claimed by a worker that died
        if not ours and _in_hand(known, incidents, clock):
            continue
        if known is None and _is_told(sighting, incidents, clock):
            continue
        if len(made.opened) >= most:
            made.left += 1
            continue
        now = clock.now()
        claim = KnownSighting("", now, sweep, missed=False)
        if not ours and not sightings.claim(sighting.fingerprint, claim, version):
            continue  # another sweep has just made it known
        letter = Signal(SignalSource.SWEEP, f"sweep:{sweep}:{sighting.fingerprint}", now, sighting.subject)
        taken = take_in(letter)
        missed = not taken.joined or _only_sweeps(incidents.load(taken.incident))
        told = KnownSighting(taken.incident, now, sweep, missed)
        sightings.remember(sighting.fingerprint, told)
        _count(made, sighting, told)
        if told.missed:
            telemetry.add(MISSED, len(sighting.seen), rule=sighting.seen[0].rule)
    return made


def _only_sweeps(held: Held) -> bool:
    """Whether nobody but a sweep has spoken of the incident: its other parts may have."""
    return all(one.source is SignalSource.SWEEP for one in (*held.incident.signals, *held.letters))


def _count(made: MadeKnown, sighting: Sighting, known: KnownSighting) -> None:
    made.opened.append(known.incident)
    for one in sighting.seen if known.missed else ():
        about = one.registries[0] if one.registries else sighting.subject
        made.missed[about.subscription.lower()] += 1


def _in_hand(known: KnownSighting | None, incidents: Incidents, clock: Clock) -> bool:
    """Whether an earlier sweep has told of it, and that is enough."""
    if known is None:
        return False
    if not known.incident:
        return clock.now() - known.at < CLAIMED
    try:
        incident = incidents.load(known.incident).incident
    except Rejected:
        return False  # it was deleted
    if not incident.status.ended:
        return True
    since = clock.now() - (incident.updated_at or incident.opened_at)
    return since < (SETTLING if incident.status is Status.RESOLVED else QUIET)


def _is_told(sighting: Sighting, incidents: Incidents, clock: Clock) -> bool:
    """Whether an incident that something else opened knows all of it."""
    wanted = {one.key for one in sighting.seen}
    found = list(incidents.find(root=label_of(sighting.seen[0].root), limit=LOOKED_AT))
    if sighting.subject.is_a(REGISTRY):
        found += incidents.find(registry=sighting.subject, limit=LOOKED_AT)
    return any(_knows(one, wanted, clock) for one in found)


def _knows(incident: Incident, wanted: set[tuple[str, str]], clock: Clock) -> bool:
    if incident.diagnosis is None or not wanted <= {finding.key for finding in incident.diagnosis.findings}:
        return False
    if not incident.status.ended:
        return True
    return incident.status not in MENDED and clock.now() - (incident.updated_at or incident.opened_at) < QUIET

"""Which write caused the drift? The last one, before anybody noticed, to what the finding is about.

`flow/who_did_it` asks with the writes that signals and the activity log tell of. Neither says what a resource looked
like before, so the answer is the nearest write in place and time and is worded as such; where nothing fits there is no
answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from remediator.core.azure_write import AzureWrite, writes_told
from remediator.core.change import Change
from remediator.core.diagnosis import Diagnosis
from remediator.core.finding import Finding, Severity
from remediator.core.incident import Incident
from remediator.core.resource_id import ResourceId
from remediator.core.touching import top

# A pull may fail days after the write: running replicas go on with what they have (azure-facts 2.4).
WINDOW = timedelta(days=7)
# The activity log and Event Grid do not agree on the second.
SLACK = timedelta(minutes=2)
# Azure keeps the log for 90 days and refuses an earlier start (corpus, activitylog).
OLDEST = timedelta(days=89)
MOST_ASKED = 12
RECORD = "microsoft.network/privatednszones/a"


@dataclass(frozen=True, slots=True)
class Own:
    """How our own writes are known: by the ids of our identities, and by what we wrote when (target, from, until)."""

    ids: frozenset[str] = frozenset()
    writes: tuple[tuple[ResourceId, datetime, datetime], ...] = ()

    def made(self, write: AzureWrite) -> bool:
        """Whether the write is ours."""
        if write.actor.key in self.ids:
            return True
        return any(write.resource == target and since <= write.at <= until for target, since, until in self.writes)


def own_writes(ids: Iterable[str], incidents: Iterable[Incident]) -> Own:
    """What is ours, by the identities of the settings and by the executions of these incidents."""
    written = []
    for incident in incidents:
        for change, step in incident.steps:
            if step.wrote and step.started_at and step.ended_at:
                written.append((change.target, step.started_at, step.ended_at))
    return Own(frozenset(known.casefold() for known in ids if known), tuple(written))


def asked_about(incident: Incident, found: Diagnosis) -> tuple[ResourceId, ...]:
    """The resources whose writes may tell who it was: those of the findings, of the plan, and the registries."""
    named = [
        *(finding.target for finding in _decisive(found)),
        *(change.target for change in found.plan.changes),
        incident.subject,
        *incident.registries,
    ]
    real = (top(rid) for rid in named if rid.subscription and rid.resource_group and rid.type)
    return tuple(dict.fromkeys(real))[:MOST_ASKED]


def noticed_at(incident: Incident) -> datetime:
    """When somebody first said: look there."""
    return min((incident.opened_at, *(signal.at for signal in incident.signals if signal.at)))


def since(incident: Incident, now: datetime) -> datetime:
    """How far back a write may lie."""
    return max(noticed_at(incident) - WINDOW, now - OLDEST)


def caused_by(
    incident: Incident, found: Diagnosis, writes: Sequence[AzureWrite], own: Own, now: datetime
) -> AzureWrite | None:
    """The write behind the findings, None where none is known.

    What broke a path comes before posture drifts. A write that came after somebody noticed counts only where nothing
    earlier fits and a signal told of it: people mend, too.
    """
    others = [write for write in writes if write.at >= since(incident, now) and not own.made(write)]
    before = [write for write in others if write.at <= noticed_at(incident) + SLACK]
    told = {write.key for write in writes_told(incident.signals)}
    after = [write for write in others if write.key in told]
    for several in (before, after):
        for finding in _decisive(found):
            for fits in _nearest_first(finding, incident):
                fitting = [write for write in several if fits(write)]
                if fitting:
                    return max(fitting, key=lambda write: write.at)
    return None


def written_by(change: Change) -> tuple[ResourceId, ...]:
    """What a change writes to: its target, and the records that a zone group writes for it."""
    after = change.after or {}
    zones = [ResourceId(zone) for zone in after.get("zones", ())]
    return (change.target, *(zone.child("A", name) for zone in zones for name in after.get("records", ())))


def _decisive(found: Diagnosis) -> tuple[Finding, ...]:
    broken = tuple(f for f in found.findings if f.severity is Severity.BROKEN)
    return broken or found.findings


def _nearest_first(finding: Finding, incident: Incident) -> tuple[Callable[[AzureWrite], bool], ...]:
    """Tests for a write, the surest first: the thing that has to be mended, then what it belongs to, then the registry.

    What is missing was taken away by a delete; making a thing of its kind did not cause that.
    """
    targets = {rid for change in finding.remedy for rid in written_by(change)} or {finding.target}
    if finding.target.parent is not None:
        targets.add(finding.target)
    kinds = {target.type.lower() for target in targets}
    missing = {change.target.type.lower() for change in finding.remedy if change.creates}
    places = {target.parent for target in targets if target.type.lower() in missing - {RECORD}} - {None}

    def may_be(write: AzureWrite) -> bool:
        return write.deletes or write.resource.type.lower() not in missing

    def the_thing(write: AzureWrite) -> bool:
        kind = write.resource.type.lower()
        under_another_name = write.resource.parent in places and kind in missing
        told_of = write.resource == incident.subject and kind in kinds
        return may_be(write) and (write.resource in targets or under_another_name or told_of)

    def around_it(write: AzureWrite) -> bool:
        above = finding.target.within(write.resource)
        below = not finding.remedy and write.resource.within(finding.target)
        return may_be(write) and (above or below)

    def the_registry(write: AzureWrite) -> bool:
        return may_be(write) and _within_any(write.resource, incident.registries)

    return (the_thing, around_it, the_registry)


def _within_any(rid: ResourceId, places: Collection[ResourceId]) -> bool:
    return any(rid.within(place) for place in places)

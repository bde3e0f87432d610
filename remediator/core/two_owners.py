"""Do two owners keep overwriting each other? Then another write of ours would only make it three.

`flow/diagnose` asks before it proposes a plan. Three things show it: we made the very same change before and found it
changed back, twice (azure-facts 12, trap 36); the activity log shows two accounts taking turns on one resource; and
what a record says of its creator names who they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from remediator.core.actor import Actor, ActorKind
from remediator.core.azure_write import AzureWrite
from remediator.core.caused_by import RECORD, Own, written_by
from remediator.core.change import Change
from remediator.core.execution import StepState
from remediator.core.incident import Incident
from remediator.core.plan import Plan, same_document
from remediator.core.record_writers import TwoWriters
from remediator.core.resource_id import ResourceId
from remediator.core.signal import SignalSource
from remediator.core.words import counted

CODE = "two-owners"
# What was changed back longer ago is another story.
MEMORY = timedelta(days=30)
MOST_BACK = 2
# A, B, A, B: each of the last two was overwritten by the other.
TURNS = 4
GROUP = "microsoft.network/privateendpoints/privatednszonegroups"
DEPLOYED_BY_POLICY = "deployedbypolicy"


@dataclass(frozen=True, slots=True)
class TwoOwners:
    """A change that would join in: its target, who the others are as far as anybody knows, and what shows it."""

    target: ResourceId
    owners: tuple[Actor, ...]
    evidence: str
    notes: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What is seen, and who they are."""
        named = " and ".join(str(owner) for owner in self.owners) or "somebody whom no log names"
        return f"{_words(self.target)}: {self.evidence}. The writers: {named}"


def two_owners(
    incident: Incident,
    plan: Plan,
    earlier: Sequence[Incident],
    writes: Sequence[AzureWrite],
    own: Own,
    now: datetime,
    writers: Sequence[TwoWriters] = (),
) -> TwoOwners | None:
    """The first change of the plan that two owners are at odds about, None where there is none.

    `earlier` are the incidents about the same registries, newest first, `writes` are in the order of time. What was
    before the program stopped does not count once a person, having been told, asks again.
    """
    counted_ones = tuple(_still_counts(incident, earlier, now))
    for change in plan.changes:
        back = [other for other in counted_ones if _made(other, change)]
        turns = next((found for rid in written_by(change) if (found := _taking_turns(rid, writes))), ())
        ours_undone = len(back) >= MOST_BACK
        if ours_undone:
            evidence = f"we made this change {counted(len(back), 'time')} and each time somebody changed it back"
        elif turns and not _asked_again(incident, earlier):
            evidence = "two accounts overwrite each other"
        else:
            continue
        causes = [one.caused_by for one in (incident, *back) if one.caused_by is not None]
        owners = _owners((*causes, *turns), own)
        notes = tuple(w.sentence for w in writers if any(_about(rid, w) for rid in written_by(change)))
        return TwoOwners(change.target if ours_undone else turns[0].resource, owners, evidence, notes)
    return None


def _still_counts(incident: Incident, earlier: Sequence[Incident], now: datetime) -> Iterator[Incident]:
    by_hand = _by_hand(incident)
    for other in earlier:
        if now - other.opened_at > MEMORY:
            continue
        if _stopped(other) and by_hand:
            return
        by_hand = by_hand or _by_hand(other)
        yield other


def _asked_again(incident: Incident, earlier: Sequence[Incident]) -> bool:
    """Whether a person asks who was told before."""
    return _by_hand(incident) and any(_stopped(other) for other in earlier)


def _by_hand(incident: Incident) -> bool:
    return any(signal.source is SignalSource.MANUAL for signal in incident.signals)


def _stopped(incident: Incident) -> bool:
    return incident.error is not None and incident.error[0] == CODE


def _made(incident: Incident, change: Change) -> bool:
    """Whether we made this very change then; that it is planned again says that it was changed back."""
    return any(
        step.state is StepState.DONE  # what others had done already is SKIPPED
        and made.target == change.target
        and same_document(made.after, change.after)
        for made, step in incident.steps
    )


def _taking_turns(target: ResourceId, writes: Sequence[AzureWrite]) -> tuple[AzureWrite, ...]:
    """The last write of each turn where two accounts take turns on the resource, else nothing.

    Two that only write may both want the same; records hold one thing only, of other resources one must take away
    what the other makes.
    """
    turns: list[AzureWrite] = []
    for write in writes:
        if write.resource != target:
            continue
        if write.actor.key is None:
            turns.clear()  # whose turn it was nobody can tell
        elif turns and turns[-1].actor.key == write.actor.key:
            turns[-1] = write
        else:
            turns.append(write)
    last = turns[-TURNS:]
    if len(last) < TURNS or len({turn.actor.key for turn in last}) != 2:
        return ()
    opposed = target.type.lower() == RECORD or all(one.deletes != other.deletes for one, other in pairwise(last))
    return tuple(last) if opposed else ()


def _owners(writes: Iterable[AzureWrite], own: Own) -> tuple[Actor, ...]:
    named = [_named(write) for write in writes if not own.made(write)]
    return tuple({actor.key: actor for actor in named if actor.key is not None}.values())


def _named(write: AzureWrite) -> Actor:
    """The account; whoever writes a zone group of this name does it for a policy (azure-facts 3.2, facts of groups)."""
    by_policy = write.resource.is_a(GROUP) and write.resource.name.casefold() == DEPLOYED_BY_POLICY
    if by_policy and not write.deletes and write.actor.kind is not ActorKind.PERSON:
        return Actor(write.actor.id, ActorKind.POLICY)
    return write.actor


def _about(target: ResourceId, writers: TwoWriters) -> bool:
    return target in (writers.record, writers.group) or target.within(writers.endpoint)


def _words(rid: ResourceId) -> str:
    place = f" of {rid.parent.name}" if rid.parent else ""
    return f"{rid.name} ({rid.type.rpartition('/')[2]}){place}"

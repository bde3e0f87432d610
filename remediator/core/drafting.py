"""Whose findings are mended, and what would mend them? A plan in the making, before it is weighed.

`planning` drafts again and again, with other ways that findings offer and without errands that do harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from remediator.core.change import Change, ChangeKind
from remediator.core.desired import DesiredState
from remediator.core.effect import effect
from remediator.core.finding import Finding
from remediator.core.leg import leg_of
from remediator.core.plan import ordered
from remediator.core.pull_path import PullPath, Verdict
from remediator.core.rules import RULES
from remediator.core.snapshot import Snapshot
from remediator.core.walk import Walked, walk, walk_leg

# More remedies than any plan that a policy would let pass; a plan that needs more is cut and does not mend everything.
MAX_REMEDIES = 40
# A registry has this many rules of its own that may each find a drift.
DRIFTS_OF_ONE = 4
PathKey = tuple[str, str]
FindingKey = tuple[str, str]
Errand = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose findings may be mended: keys of registries and of one consumer, None for all; and `paths` besides."""

    registries: frozenset[str] | None = None
    consumer: str | None = None
    paths: frozenset[PathKey] = frozenset()

    def covers(self, path: PullPath) -> bool:
        """Whether a path was asked about; a registry that could not be read is recognised by its name."""
        if path.key in self.paths:
            return True
        if self.consumer is not None and path.consumer.key != self.consumer:
            return False
        if self.registries is None:
            return True
        if path.registry is not None:
            return path.registry.key in self.registries
        name = path.host.split(".", 1)[0]
        return any(name == registry.rsplit("/", 1)[-1] for registry in self.registries)


@dataclass(frozen=True, slots=True)
class Remedy:
    """A finding's changes, and the errand on which they were taken.

    An errand is the finding with which a path began, so that apps that need the same go together; a drift; or the key
    of a path that only the draft itself has broken.
    """

    finding: Finding
    changes: tuple[Change, ...]
    errand: Errand


@dataclass(slots=True)
class Draft:
    """A plan in the making: the world as it is by now, and the remedies so far."""

    desired: DesiredState
    world: Snapshot
    ways: Mapping[FindingKey, int]
    declined: frozenset[Errand]
    remedies: list[Remedy] = field(default_factory=list)
    done: set[tuple[str, ...]] = field(default_factory=set)

    @property
    def full(self) -> bool:
        """Whether it holds as much as a plan may."""
        return len(self.remedies) >= MAX_REMEDIES

    def take(self, finding: Finding, errand: Errand, room: int = 0) -> bool:
        """Apply what a finding offers and is not applied yet; whether there was anything.

        A full draft takes more while it has fewer than `room` remedies.
        """
        if errand in self.declined or (self.full and len(self.remedies) >= room):
            return False
        offered = (finding.remedy, *finding.alternatives)
        changes = offered[min(self.ways.get(finding.key, 0), len(offered) - 1)]
        fresh = tuple(change for change in changes if change.key not in self.done)
        made = {change.target for remedy in self.remedies for change in remedy.changes if change.creates}
        # what the draft itself created for one path is not written over for another
        if not fresh or any(c.kind is ChangeKind.UPDATE_RECORD and c.target in made for c in fresh):
            return False
        if any(self.desired.excludes(change.target) for change in fresh):
            return False
        self.world = changed(self.world, fresh)
        self.done |= {change.key for change in fresh}
        self.remedies.append(Remedy(finding, fresh, errand))
        return True

    def mend(self, key: PathKey, errand: Errand) -> None:
        """Judge one path again and again, until it offers nothing more."""
        for _ in range(MAX_REMEDIES):
            leg = leg_of(self.desired, self.world, key)
            finding = walk_leg(leg).finding if leg else None
            if finding is None or not self.take(finding, errand):
                return


def drafted(
    desired: DesiredState,
    snapshot: Snapshot,
    scope: Scope,
    walked: tuple[Walked, ...],
    ways: Mapping[FindingKey, int],
    declined: frozenset[Errand],
) -> Draft:
    """Everything that mends what is in scope, path by path, and then what the draft itself took from others."""
    draft = Draft(desired, snapshot, ways, declined)
    earlier = {w.path.key: w.path.verdict for w in walked}
    origins = {w.path.key: w.finding.key for w in walked if w.finding is not None}
    now = walked
    # an incident about many registries is mended in waves, however many there are (core.waves)
    room = DRIFTS_OF_ONE * len(scope.registries) if scope.registries is not None else 0
    while True:
        known = len(draft.remedies)
        for one in now:
            if draft.full:
                break
            if one.finding is not None and (scope.covers(one.path) or _harmed(earlier, one.path)):
                draft.mend(one.path.key, origins.get(one.path.key, one.path.key))
        for finding in drifts(desired, draft.world, scope):
            draft.take(finding, finding.key, room)
        if len(draft.remedies) == known or draft.full:
            return draft
        now = walk(desired, draft.world)


def _harmed(earlier: Mapping[PathKey, Verdict], path: PullPath) -> bool:
    """Whether the draft itself took something from a path."""
    was = earlier.get(path.key, path.verdict)
    return was is not Verdict.BROKEN and path.verdict is not was


def changed(world: Snapshot, changes: Iterable[Change]) -> Snapshot:
    """A snapshot after changes, made in the order in which a plan makes them."""
    for change in ordered(tuple(changes)).changes:
        world = effect(world, change)
    return world


def drifts(desired: DesiredState, snapshot: Snapshot, scope: Scope) -> tuple[Finding, ...]:
    """The posture drifts in scope, in the order of the rules; of what is to be left alone there are none."""
    found = [f for rule in RULES for f in rule.check(desired, snapshot) if not _left_alone(f, desired, snapshot)]
    if scope.registries is None:
        return tuple(found)
    return tuple(f for f in found if _concerns(f, snapshot) & scope.registries)


def _left_alone(finding: Finding, desired: DesiredState, snapshot: Snapshot) -> bool:
    endpoint = snapshot.endpoints.get(finding.target)
    whose = [finding.target, *(t.resource for t in endpoint.targets)] if endpoint else [finding.target]
    return any(desired.excludes(one) for one in whose)


def _concerns(finding: Finding, snapshot: Snapshot) -> set[str]:
    endpoint = snapshot.endpoints.get(finding.target)
    return {finding.target.key, *(t.resource.key for t in endpoint.targets)} if endpoint else {finding.target.key}

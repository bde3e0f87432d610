"""From findings to a plan: mend the most decisive finding in memory, look again, until nothing is left to mend.

Each path is judged again after each remedy, which gives the fewest changes; then all of them are, which mends what the
plan itself would break (the first endpoint of a registry hides it from networks that link a zone without it). A plan
that breaks something is tried again with other ways that findings offer, then without what breaks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from remediator.core.blast import touched_by
from remediator.core.change import Change
from remediator.core.desired import DesiredState
from remediator.core.effect import effect
from remediator.core.finding import Finding
from remediator.core.foresight import Foresight, compare
from remediator.core.leg import leg_of
from remediator.core.plan import Plan, ordered
from remediator.core.pull_path import HopName, PullPath, Verdict
from remediator.core.rules import RULES
from remediator.core.shadow import Hidden, answers_alone, fall_back, find_link, newly_hidden
from remediator.core.snapshot import Snapshot
from remediator.core.walk import Walked, walk, walk_leg

# More remedies than any plan that a policy would let pass; a plan that needs more is cut and does not mend everything.
MAX_REMEDIES = 40
# How often a plan that breaks something is tried in another way.
MAX_TRIES = 6
_BEHIND_DNS = (HopName.ROUTE, HopName.FIREWALL, HopName.IMAGE)
PathKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose findings may be mended: keys of registries and of one consumer, None for all."""

    registries: frozenset[str] | None = None
    consumer: str | None = None

    def covers(self, path: PullPath) -> bool:
        """Whether a path was asked about; a registry that could not be read is recognised by its name."""
        if self.consumer is not None and path.consumer.key != self.consumer:
            return False
        if self.registries is None:
            return True
        if path.registry is not None:
            return path.registry.key in self.registries
        name = path.host.split(".", 1)[0]
        return any(name == registry.rsplit("/", 1)[-1] for registry in self.registries)


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan, and what it would do to the pull paths.

    `declined` says, by the keys of findings, why what they offer is not part of it; `missed` counts the paths for which
    something was tried in vain.
    """

    plan: Plan
    foresight: Foresight
    declined: Mapping[tuple[str, str], str] = field(default_factory=dict)
    missed: int = 0

    @property
    def harm(self) -> int:
        """How many paths and networks it would take something from."""
        return len(self.foresight.broken) + len(self.foresight.cut_off)

    @property
    def regret(self) -> tuple[int, int]:
        """What speaks against it: harm first, then what it leaves broken in vain."""
        return (self.harm, self.missed)


@dataclass(frozen=True, slots=True)
class _Remedy:
    """A finding's changes, and which of its ways they are."""

    finding: Finding
    changes: tuple[Change, ...]


@dataclass(slots=True)
class _Draft:
    """A plan in the making: the world as it is by now, and the remedies so far."""

    desired: DesiredState
    world: Snapshot
    ways: Mapping[tuple[str, str], int]
    declined: Mapping[tuple[str, str], str]
    remedies: list[_Remedy] = field(default_factory=list)
    done: set[tuple[str, ...]] = field(default_factory=set)

    @property
    def full(self) -> bool:
        """Whether it holds as much as a plan may."""
        return len(self.remedies) >= MAX_REMEDIES

    def take(self, finding: Finding) -> bool:
        """Apply what a finding offers and is not applied yet; whether there was anything."""
        if finding.key in self.declined or self.full:
            return False
        offered = (finding.remedy, *finding.alternatives)
        changes = offered[min(self.ways.get(finding.key, 0), len(offered) - 1)]
        fresh = tuple(change for change in changes if change.key not in self.done)
        if not fresh:
            return False
        self.world = _changed(self.world, fresh)
        self.done |= {change.key for change in fresh}
        self.remedies.append(_Remedy(finding, fresh))
        return True

    def mend(self, key: PathKey) -> None:
        """Judge one path again and again, until it offers nothing more."""
        for _ in range(MAX_REMEDIES):
            leg = leg_of(self.desired, self.world, key)
            finding = walk_leg(leg).finding if leg else None
            if finding is None or not self.take(finding):
                return


def plan_for(desired: DesiredState, snapshot: Snapshot, scope: Scope, walked: tuple[Walked, ...]) -> Planned:
    """The fewest changes that mend what is in scope, and every path not broken before that they would break."""
    ways: dict[tuple[str, str], int] = {}
    declined: dict[tuple[str, str], str] = {}
    draft = _drafted(desired, snapshot, scope, walked, ways, declined)
    best = planned = _finished(desired, snapshot, draft, walked)
    for _ in range(MAX_TRIES):
        if not any(planned.regret):
            break
        other = _other_way(draft, ways)
        if other is not None:
            ways[other] = ways.get(other, 0) + 1
        elif planned.harm and len({remedy.finding.key for remedy in draft.remedies}) > 1:
            ways, declined = {}, {**declined, draft.remedies[-1].finding.key: _harm_in_words(planned.foresight)}
        else:
            break
        draft = _drafted(desired, snapshot, scope, walked, ways, declined)
        planned = _finished(desired, snapshot, draft, walked)
        if planned.plan and planned.regret < best.regret:
            best = replace(planned, declined=declined)
    return best


def _harm_in_words(foresight: Foresight) -> str:
    lost = [f"{path.consumer.name} → {path.host}" for path in foresight.broken]
    return "; ".join((*(f"it would break {one}" for one in lost[:3]), *foresight.cut_off[:3]))


def _other_way(draft: _Draft, ways: Mapping[tuple[str, str], int]) -> tuple[str, str] | None:
    """The last finding in the draft that has another way left."""
    for remedy in reversed(draft.remedies):
        if ways.get(remedy.finding.key, 0) < len(remedy.finding.alternatives):
            return remedy.finding.key
    return None


def _drafted(
    desired: DesiredState,
    snapshot: Snapshot,
    scope: Scope,
    walked: tuple[Walked, ...],
    ways: Mapping[tuple[str, str], int],
    declined: Mapping[tuple[str, str], str],
) -> _Draft:
    draft = _Draft(desired, snapshot, ways, declined)
    earlier = {w.path.key: w.path.verdict for w in walked}
    now = walked
    while True:
        known = len(draft.remedies)
        for one in now:
            if draft.full:
                break
            if one.finding is not None and (scope.covers(one.path) or _harmed(earlier, one.path)):
                draft.mend(one.path.key)
        for finding in drifts(desired, draft.world, scope):
            draft.take(finding)
        if len(draft.remedies) == known or draft.full:
            return draft
        now = walk(desired, draft.world)


def _harmed(earlier: Mapping[PathKey, Verdict], path: PullPath) -> bool:
    """Whether the draft itself took something from a path."""
    was = earlier.get(path.key, path.verdict)
    return was is not Verdict.BROKEN and path.verdict is not was


def _finished(desired: DesiredState, snapshot: Snapshot, draft: _Draft, walked: tuple[Walked, ...]) -> Planned:
    """The draft without what mends nothing, with what keeps networks without known consumers from losing a registry."""
    before = tuple(w.path for w in walked)
    if not draft.remedies:
        return Planned(Plan(()), compare(before, before))
    changes, now = _useful(desired, snapshot, draft.remedies, walked, walk(desired, draft.world))
    tried = {key for remedy in draft.remedies for key in remedy.finding.paths}
    missed = len(tried - _gained(walked, now) - _ok(walked))
    world = _changed(snapshot, changes)
    shields = _shields(world, newly_hidden(snapshot, world, changes))
    if shields:
        changes = (*changes, *shields)
        world = _changed(snapshot, changes)
        now = walk(desired, world)
    cut_off = _left_cut_off(world, newly_hidden(snapshot, world, changes))
    foresight = compare(before, tuple(w.path for w in now), cut_off)
    touched = touched_by(desired, world, changes)
    return Planned(ordered(changes), replace(foresight, touched=touched), missed=missed)


def _changed(world: Snapshot, changes: Iterable[Change]) -> Snapshot:
    for change in ordered(tuple(changes)).changes:
        world = effect(world, change)
    return world


def _useful(
    desired: DesiredState,
    snapshot: Snapshot,
    remedies: list[_Remedy],
    before: tuple[Walked, ...],
    now: tuple[Walked, ...],
) -> tuple[tuple[Change, ...], tuple[Walked, ...]]:
    """The changes without the remedies that mended nothing, and the paths that they lead to."""
    kept, last = list(remedies), len(remedies) + 1
    while len(kept) < last:
        last = len(kept)
        for remedy in reversed(tuple(kept)):
            gained = _gained(before, now)
            if not remedy.finding.paths or gained & set(remedy.finding.paths):
                continue
            fewer = [other for other in kept if other is not remedy]
            then = walk(desired, _changed(snapshot, [c for r in fewer for c in r.changes]))
            if gained <= _gained(before, then) and _ok(now) <= _ok(then):
                kept, now = fewer, then
    return tuple(c for r in kept for c in r.changes), now


def _shields(world: Snapshot, newly: frozenset[Hidden]) -> tuple[Change, ...]:
    """What keeps networks in which we know no consumer from losing a registry by the plan."""
    links = {link.id: link for hidden in newly if (link := answers_alone(world, hidden)) is not None}
    return tuple(fall_back(links[link], "shadowed-registry") for link in sorted(links))


def _left_cut_off(world: Snapshot, newly: frozenset[Hidden]) -> tuple[str, ...]:
    """In words: the networks that the plan would take a registry from, and that nothing in it brings back."""
    found = []
    for link_id, registry in sorted(newly):
        link = find_link(world, link_id)
        network = link.network.name if link else link_id.name
        found.append(f"{network}, which links the zone, would no longer reach {registry.name}")
    return tuple(found)


def _gained(before: tuple[Walked, ...], now: tuple[Walked, ...]) -> set[PathKey]:
    """The paths that were not ok and are, or were broken and whose names are right now, whatever lies behind them."""
    earlier = {w.path.key: w.path for w in before}
    return {w.path.key for w in now if _better(earlier.get(w.path.key), w.path)}


def _better(old: PullPath | None, path: PullPath) -> bool:
    if old is None or old.verdict is Verdict.OK:
        return False
    if path.verdict is Verdict.OK:
        return True
    resolved = path.verdict is Verdict.UNKNOWN and path.deciding is not None and path.deciding.name in _BEHIND_DNS
    return old.verdict is Verdict.BROKEN and resolved and len(path.hops) > len(old.hops)


def _ok(walked: tuple[Walked, ...]) -> set[tuple[str, str]]:
    return {w.path.key for w in walked if w.path.verdict is Verdict.OK}


def drifts(desired: DesiredState, snapshot: Snapshot, scope: Scope) -> tuple[Finding, ...]:
    """The posture drifts in scope, in the order of the rules."""
    found = [finding for rule in RULES for finding in rule.check(desired, snapshot)]
    if scope.registries is None:
        return tuple(found)
    return tuple(f for f in found if _concerns(f, snapshot) & scope.registries)


def _concerns(finding: Finding, snapshot: Snapshot) -> set[str]:
    endpoint = snapshot.endpoints.get(finding.target)
    return {finding.target.key, *(t.resource.key for t in endpoint.targets)} if endpoint else {finding.target.key}

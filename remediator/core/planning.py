"""From findings to a plan: mend the most decisive finding in memory, look again, until nothing is left to mend.

Walking the changed snapshot again after each remedy gives the fewest changes, and mends what an earlier change of
the same plan would break (the first endpoint of a registry hides it from networks that link a zone without it).
"""

from __future__ import annotations

from dataclasses import dataclass

from remediator.core.change import Change
from remediator.core.desired import DesiredState
from remediator.core.effect import effect
from remediator.core.finding import Finding
from remediator.core.plan import Plan, ordered
from remediator.core.pull_path import PullPath, Verdict
from remediator.core.rules import RULES
from remediator.core.shadow import Hidden, answers_alone, fall_back, find_link, hidden_registries
from remediator.core.snapshot import Snapshot
from remediator.core.walk import Walked, walk

# More rounds than any plan that a policy would let pass; a plan that needs more is cut and does not mend everything.
MAX_ROUNDS = 40


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
    """The plan, and the pull paths before and after it."""

    plan: Plan
    before: tuple[PullPath, ...]
    after: tuple[PullPath, ...]
    cut_off: tuple[str, ...] = ()


def plan_for(desired: DesiredState, snapshot: Snapshot, scope: Scope, walked: tuple[Walked, ...]) -> Planned:
    """The fewest changes that mend what is in scope, and every path not broken before that they would break.

    A remedy that leaves its path broken or unknown in the end is dropped again: nothing is changed for nothing.
    """
    before = tuple(w.path for w in walked)
    sound = {path.key for path in before if path.verdict is not Verdict.BROKEN}
    remedies: list[_Remedy] = []
    world, now = snapshot, walked
    for _ in range(MAX_ROUNDS):
        remedy = _next_remedy(desired, world, now, scope, sound, {c.key for r in remedies for c in r.changes})
        if remedy is None:
            break
        world = _changed(world, remedy.changes)
        remedies.append(remedy)
        now = walk(desired, world)
    changes, now = _useful(desired, snapshot, remedies, now)
    world, hidden = _changed(snapshot, changes), hidden_registries(snapshot)
    shields = _shields(world, hidden_registries(world) - hidden)
    if shields:
        changes = (*changes, *shields)
        world = _changed(snapshot, changes)
        now = walk(desired, world)
    cut_off = _left_cut_off(world, hidden_registries(world) - hidden)
    return Planned(ordered(changes), before, tuple(w.path for w in now), cut_off)


@dataclass(frozen=True, slots=True)
class _Remedy:
    changes: tuple[Change, ...]
    paths: tuple[tuple[str, str], ...]


def _changed(world: Snapshot, changes: tuple[Change, ...]) -> Snapshot:
    for change in ordered(changes).changes:
        world = effect(world, change)
    return world


def _useful(
    desired: DesiredState, snapshot: Snapshot, remedies: list[_Remedy], now: tuple[Walked, ...]
) -> tuple[tuple[Change, ...], tuple[Walked, ...]]:
    """The changes without the remedies that mended nothing, and the paths that they lead to."""
    kept = list(remedies)
    for remedy in reversed(remedies):
        ok = _ok(now)
        if not remedy.paths or ok & set(remedy.paths):
            continue
        fewer = [other for other in kept if other is not remedy]
        then = walk(desired, _changed(snapshot, tuple(c for r in fewer for c in r.changes)))
        if ok <= _ok(then):
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


def _ok(walked: tuple[Walked, ...]) -> set[tuple[str, str]]:
    return {w.path.key for w in walked if w.path.verdict is Verdict.OK}


def _next_remedy(
    desired: DesiredState,
    world: Snapshot,
    now: tuple[Walked, ...],
    scope: Scope,
    sound: set[tuple[str, str]],
    done: set[tuple[str, ...]],
) -> _Remedy | None:
    wanted = [w for w in now if w.finding and (scope.covers(w.path) or w.path.key in sound)]
    path_findings = [w.finding for w in wanted if w.finding]
    for finding in (*path_findings, *drifts(desired, world, scope)):
        fresh = tuple(change for change in finding.remedy if change.key not in done)
        if fresh:
            return _Remedy(fresh, finding.paths)
    return None


def drifts(desired: DesiredState, snapshot: Snapshot, scope: Scope) -> tuple[Finding, ...]:
    """The posture drifts in scope, in the order of the rules."""
    found = [finding for rule in RULES for finding in rule.check(desired, snapshot)]
    if scope.registries is None:
        return tuple(found)
    return tuple(f for f in found if _concerns(f, snapshot) & scope.registries)


def _concerns(finding: Finding, snapshot: Snapshot) -> set[str]:
    endpoint = snapshot.endpoints.get(finding.target)
    return {finding.target.key, *(t.resource.key for t in endpoint.targets)} if endpoint else {finding.target.key}

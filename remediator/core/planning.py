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
    world: Snapshot


def plan_for(desired: DesiredState, snapshot: Snapshot, scope: Scope, walked: tuple[Walked, ...]) -> Planned:
    """The fewest changes that mend what is in scope, and every working path that they would break."""
    before = tuple(w.path for w in walked)
    worked = {path.key for path in before if path.verdict is Verdict.OK}
    changes: list[Change] = []
    world, now = snapshot, walked
    for _ in range(MAX_ROUNDS):
        remedy = _next_remedy(desired, world, now, scope, worked, {c.key for c in changes})
        if not remedy:
            break
        for change in remedy:
            world = effect(world, change)
        changes.extend(remedy)
        now = walk(desired, world)
    return Planned(ordered(tuple(changes)), before, tuple(w.path for w in now), world)


def _next_remedy(
    desired: DesiredState,
    world: Snapshot,
    now: tuple[Walked, ...],
    scope: Scope,
    worked: set[tuple[str, str]],
    done: set[tuple[str, str]],
) -> tuple[Change, ...]:
    wanted = [w for w in now if w.finding and (scope.covers(w.path) or w.path.key in worked)]
    path_findings = [w.finding for w in wanted if w.finding]
    for finding in (*path_findings, *drifts(desired, world, scope)):
        fresh = tuple(change for change in finding.remedy if change.key not in done)
        if fresh:
            return fresh
    return ()


def drifts(desired: DesiredState, snapshot: Snapshot, scope: Scope) -> tuple[Finding, ...]:
    """The posture drifts in scope, in the order of the rules."""
    found = [finding for rule in RULES for finding in rule.check(desired, snapshot)]
    if scope.registries is None:
        return tuple(found)
    return tuple(f for f in found if _concerns(f, snapshot) & scope.registries)


def _concerns(finding: Finding, snapshot: Snapshot) -> set[str]:
    endpoint = snapshot.endpoints.get(finding.target)
    return {finding.target.key, *(t.resource.key for t in endpoint.targets)} if endpoint else {finding.target.key}

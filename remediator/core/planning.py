"""From findings to a plan: mend the most decisive finding in memory, look again, until nothing is left to mend.

Each path is judged again after each remedy, which gives the fewest changes; then all of them are, which mends what the
plan itself would break (the first endpoint of a registry hides it from networks that link a zone without it). A plan
that breaks something is tried again with other ways that findings offer, then without what breaks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from remediator.core.blast import touched_by
from remediator.core.change import Change
from remediator.core.desired import DesiredState
from remediator.core.drafting import Draft, Errand, FindingKey, PathKey, Remedy, Scope, changed, drafted
from remediator.core.foresight import Foresight, compare
from remediator.core.plan import Plan, ordered
from remediator.core.pull_path import HopName, PullPath, Verdict
from remediator.core.shadow import Hidden, answers_alone, fall_back, find_link, newly_hidden
from remediator.core.snapshot import Snapshot
from remediator.core.walk import Walked, walk

# How often a plan that breaks something is tried in another way.
MAX_TRIES = 6
_BEHIND_DNS = (HopName.ROUTE, HopName.FIREWALL, HopName.IMAGE)
# How many errands are tried without, when the whole plan does harm.
MAX_DECLINED = 12
_IN_VAIN = "what was tried would not make the pull work for sure, or would take it from another app"


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan, and what it would do to the pull paths.

    `declined` says, by the keys of findings, why what they offer is not part of it; `missed` are the paths for which
    something was tried in vain; `errands` what it was drafted for, in order.
    """

    plan: Plan
    foresight: Foresight
    declined: Mapping[FindingKey, str] = field(default_factory=dict)
    missed: frozenset[PathKey] = frozenset()
    errands: tuple[Errand, ...] = ()

    @property
    def harm(self) -> int:
        """How many paths and networks it would take something from."""
        return len(self.foresight.broken) + len(self.foresight.cut_off)

    @property
    def regret(self) -> tuple[int, int]:
        """What speaks against it: harm first, then what it leaves broken in vain."""
        return (self.harm, len(self.missed))


def plan_for(desired: DesiredState, snapshot: Snapshot, scope: Scope, walked: tuple[Walked, ...]) -> Planned:
    """The fewest changes that mend what is in scope, and every path not broken before that they would break."""
    ways: dict[FindingKey, int] = {}
    draft = drafted(desired, snapshot, scope, walked, ways, frozenset())
    best = planned = _finished(desired, snapshot, draft, walked)
    chosen: Mapping[FindingKey, int] = {}
    for _ in range(MAX_TRIES):
        other = _other_way(draft, ways) if any(planned.regret) else None
        if other is None:
            break
        ways[other] = ways.get(other, 0) + 1
        draft = drafted(desired, snapshot, scope, walked, ways, frozenset())
        planned = _finished(desired, snapshot, draft, walked)
        if planned.plan and planned.regret < best.regret:
            best, chosen = planned, dict(ways)
    if best.harm:
        best = _without_harm(desired, snapshot, scope, walked, chosen, best)
    return _told(desired, snapshot, best, walked)


def _without_harm(
    desired: DesiredState,
    snapshot: Snapshot,
    scope: Scope,
    walked: tuple[Walked, ...],
    ways: Mapping[FindingKey, int],
    planned: Planned,
) -> Planned:
    """The plan without the errands that do harm, the last first; the whole one where nothing else is left of it."""
    best = planned
    declined: dict[Errand, str] = {}
    for errand in _suspects(planned, walked)[:MAX_DECLINED]:
        draft = drafted(desired, snapshot, scope, walked, ways, frozenset((*declined, errand)))
        fewer = _finished(desired, snapshot, draft, walked)
        if fewer.harm < best.harm:
            declined[errand] = _harm_in_words(best.foresight)
            best = fewer
        if not best.harm:
            break
    if not best.plan:
        return planned
    return replace(best, declined=declined)


def _suspects(planned: Planned, walked: tuple[Walked, ...]) -> list[Errand]:
    """The errands, those first for a registry that the harm speaks of, then the last."""
    hosts = {w.finding.key: w.path.host for w in walked if w.finding is not None}
    told = " ".join((*(path.host for path in planned.foresight.broken), *planned.foresight.cut_off))
    last_first = planned.errands[::-1]
    return sorted(last_first, key=lambda errand: hosts.get(errand, "?").split(".", 1)[0] not in told)


def _told(desired: DesiredState, snapshot: Snapshot, planned: Planned, walked: tuple[Walked, ...]) -> Planned:
    """With a reason for each path for which something was tried in vain: whom its own remedy would have hurt."""
    in_vain: dict[FindingKey, str] = {}
    before = tuple(w.path for w in walked)
    for one in walked:
        if one.finding is None or one.path.key not in planned.missed or one.finding.key in in_vain:
            continue
        then = walk(desired, changed(snapshot, one.finding.remedy)) if len(in_vain) < MAX_TRIES else walked
        harm = _harm_in_words(compare(before, tuple(w.path for w in then)))
        in_vain[one.finding.key] = harm or _IN_VAIN
    return replace(planned, declined={**in_vain, **planned.declined})


def _harm_in_words(foresight: Foresight) -> str:
    lost = [f"{path.consumer.name} → {path.host}" for path in foresight.broken]
    return "; ".join((*(f"it would break {one}" for one in lost[:3]), *foresight.cut_off[:3]))


def _other_way(draft: Draft, ways: Mapping[FindingKey, int]) -> FindingKey | None:
    """The last finding in the draft that has another way left."""
    for remedy in reversed(draft.remedies):
        if ways.get(remedy.finding.key, 0) < len(remedy.finding.alternatives):
            return remedy.finding.key
    return None


def _finished(desired: DesiredState, snapshot: Snapshot, draft: Draft, walked: tuple[Walked, ...]) -> Planned:
    """The draft without what mends nothing, with what keeps networks without known consumers from losing a registry."""
    before = tuple(w.path for w in walked)
    if not draft.remedies:
        return Planned(Plan(()), compare(before, before))
    changes, now = _useful(desired, snapshot, draft.remedies, walked, walk(desired, draft.world))
    tried = {key for remedy in draft.remedies for key in remedy.finding.paths}
    missed = frozenset(tried - _gained(walked, now) - _ok(walked))
    world = changed(snapshot, changes)
    shields = _shields(world, newly_hidden(snapshot, world, changes))
    if shields:
        changes = (*changes, *shields)
        world = changed(snapshot, changes)
        now = walk(desired, world)
    cut_off = _left_cut_off(world, newly_hidden(snapshot, world, changes))
    foresight = compare(before, tuple(w.path for w in now), cut_off)
    foresight = replace(foresight, touched=touched_by(desired, world, changes))
    errands = tuple(dict.fromkeys(remedy.errand for remedy in draft.remedies))
    return Planned(ordered(changes), foresight, missed=missed, errands=errands)


def _useful(
    desired: DesiredState,
    snapshot: Snapshot,
    remedies: list[Remedy],
    before: tuple[Walked, ...],
    now: tuple[Walked, ...],
) -> tuple[tuple[Change, ...], tuple[Walked, ...]]:
    """The changes without the remedies that mended nothing, and the paths that they lead to."""
    kept, last = list(remedies), len(remedies) + 1
    gained = _gained(before, now)
    while len(kept) < last:
        last = len(kept)
        for remedy in reversed(tuple(kept)):
            if not remedy.finding.paths or gained & set(remedy.finding.paths):
                continue
            fewer = [other for other in kept if other is not remedy]
            then = walk(desired, changed(snapshot, [c for r in fewer for c in r.changes]))
            if gained <= _gained(before, then) and _ok(now) <= _ok(then):
                kept, now = fewer, then
                gained = _gained(before, now)
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

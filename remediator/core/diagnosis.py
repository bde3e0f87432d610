"""diagnose(desired, snapshot): one function, used to plan, to detect staleness and to verify."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from remediator.core.cloud import login_server_of
from remediator.core.desired import DesiredState, Way
from remediator.core.drafting import PathKey, Scope, drifts
from remediator.core.finding import Finding, Severity
from remediator.core.foresight import Foresight
from remediator.core.plan import Plan
from remediator.core.planning import Planned, plan_for
from remediator.core.policy import Ruling, judge
from remediator.core.pull_error import PullError
from remediator.core.pull_path import PullPath
from remediator.core.resource_id import ResourceId
from remediator.core.root import shared_paths
from remediator.core.snapshot import Snapshot
from remediator.core.testimony import Testimony, weigh
from remediator.core.walk import Walked, walk


@dataclass(frozen=True, slots=True)
class Focus:
    """What was asked about: one registry, one consumer, or (both None) everything.

    With `about`, an incident's subject, whatever is broken by the same root belongs to it; the answer's focus then has
    the keys of those paths in `paths`. Where everything was asked and there are such paths, they alone are meant.
    `also` are registries that the one who wrote to `registry` made drift, too.
    """

    registry: ResourceId | None = None
    consumer: ResourceId | None = None
    about: ResourceId | None = None
    paths: tuple[PathKey, ...] = ()
    also: tuple[ResourceId, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The answer: findings (most decisive first), the pull paths, the plan, what it would do, and the ruling.

    `ruling` is None when there is nothing to do; `testimony` is what an error text adds, where there was one.
    """

    focus: Focus
    findings: tuple[Finding, ...]
    paths: tuple[PullPath, ...]
    plan: Plan
    foresight: Foresight
    ruling: Ruling | None
    testimony: Testimony | None = None


def diagnose(
    desired: DesiredState, snapshot: Snapshot, focus: Focus | None = None, said: PullError | None = None
) -> Diagnosis:
    """What is wrong with the paths that were asked about, and what would mend it.

    Findings: the deciding hop of each path in focus, broken before unknown, then posture drifts. Foresight covers
    every path of the snapshot, whether asked about or not. An error text (`said`) is set beside the paths that it is
    about and never adds a change.
    """
    focus = focus or Focus()
    walked = walk(desired, snapshot)
    focus = _with_shared_root(focus, walked)
    scope = _scope(focus, walked)
    asked = tuple(w for w in walked if scope.covers(w.path))
    planned = plan_for(desired, snapshot, scope, walked)
    foresight = planned.foresight
    on_paths = _merged(asked)
    weighed = weigh(said, _spoken_of(said, asked), snapshot) if said is not None else None
    on_paths = _as_one((*on_paths, *(weighed.findings if weighed else ())))
    known = {finding.key for finding in on_paths}
    drifted = tuple(f for f in drifts(desired, snapshot, scope) if f.key not in known)
    return Diagnosis(
        focus=focus,
        findings=tuple(_as_planned(f, planned) for f in (*on_paths, *drifted)),
        paths=tuple(w.path for w in asked),
        plan=planned.plan,
        foresight=foresight,
        ruling=judge(planned.plan, foresight, desired, _way(desired, scope)) if planned.plan else None,
        testimony=weighed.testimony if weighed else None,
    )


def _spoken_of(said: PullError, asked: tuple[Walked, ...]) -> tuple[PullPath, ...]:
    """The paths that an error text is about: those to its registry, where it names one that is known."""
    host = login_server_of(said.registry or "")
    paths = tuple(w.path for w in asked)
    return tuple(path for path in paths if login_server_of(path.host) == host) if host else paths


def _with_shared_root(focus: Focus, walked: tuple[Walked, ...]) -> Focus:
    """The focus with the paths that the root of what was asked about breaks too."""
    if focus.about is None:
        return focus
    scope = _scope(focus, walked)
    asked = tuple(w for w in walked if scope.covers(w.path))
    everything = focus.registry is None and focus.consumer is None
    return replace(focus, paths=tuple(sorted(shared_paths(asked, walked, focus.about, everything=everything))))


def _scope(focus: Focus, walked: tuple[Walked, ...]) -> Scope:
    consumer, paths = focus.consumer.key if focus.consumer else None, frozenset(focus.paths)
    if focus.registry is not None:
        asked = frozenset(rid.key for rid in (focus.registry, *focus.also))
        return Scope(asked, consumer, paths)
    if consumer is None:
        return Scope(frozenset(), None, paths) if paths else Scope()
    named = {w.path.registry.key for w in walked if w.path.consumer.key == consumer and w.path.registry}
    unread = any(w.path.registry is None for w in walked if w.path.consumer.key == consumer)
    return Scope(None if unread else frozenset(named), consumer, paths)


def _merged(asked: tuple[Walked, ...]) -> tuple[Finding, ...]:
    """Findings of one rule about one resource as one; broken before unknown, else in the order of the paths."""
    found = _as_one(walked.finding for walked in asked if walked.finding is not None)
    return tuple(sorted(found, key=lambda f: f.severity is not Severity.BROKEN))


def _as_one(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    found: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        known = found.get(finding.key)
        found[finding.key] = finding if known is None else _together(known, finding)
    return tuple(found.values())


def _together(one: Finding, other: Finding) -> Finding:
    changes = {change.key: change for change in (*one.remedy, *other.remedy)}
    return replace(
        one,
        evidence=tuple(dict.fromkeys((*one.evidence, *other.evidence, *_also(one, other)))),
        remedy=tuple(changes.values()),
        paths=tuple(dict.fromkeys((*one.paths, *other.paths))),
    )


def _also(one: Finding, other: Finding) -> tuple[str, ...]:
    """What the other one says in its own words, such as another network that the same zone is not linked to."""
    return () if other.summary == one.summary else (f"also: {other.summary}",)


def _as_planned(finding: Finding, planned: Planned) -> Finding:
    """A finding with what the plan has taken up of its ways; the rest would have mended nothing, or done harm."""
    in_plan = {change.key for change in planned.plan.changes}
    taken = dict.fromkeys(c.key for way in (finding.remedy, *finding.alternatives) for c in way if c.key in in_plan)
    remedy = tuple(change for change in planned.plan.changes if change.key in taken)
    why_not = planned.declined.get(finding.key)
    advice = f"Not planned, because {why_not}. {finding.advice}".strip() if why_not else finding.advice
    return replace(finding, remedy=remedy, alternatives=(), advice=advice)


def _way(desired: DesiredState, scope: Scope) -> Way:
    """The most careful way that any registry in scope is given."""
    ways = {desired.intent_for(ResourceId(key)).way for key in scope.registries or ()} or {desired.registries[0].way}
    return max(ways, key=list(Way).index)

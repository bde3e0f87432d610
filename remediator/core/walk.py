"""From legs to pull paths: each hop asks its rules in order, and the first that is not ok decides."""

from __future__ import annotations

from dataclasses import dataclass

from remediator.core import zone_choice
from remediator.core.answers import answers, wrong_answers
from remediator.core.arrivals import arrivals
from remediator.core.candidates import candidates
from remediator.core.desired import DesiredState
from remediator.core.finding import Finding
from remediator.core.leg import Leg, legs
from remediator.core.pull_path import Hop, HopName, PullPath, Verdict
from remediator.core.rules import RULES
from remediator.core.snapshot import Registry, Snapshot

CONSUMER_TYPES = ("Microsoft.App/containerApps", "Microsoft.App/jobs")
_BY_HOP = {
    hop: tuple((rule.id, judge) for rule in RULES if (judge := rule.judge_at(hop)) is not None) for hop in HopName
}


_NOT_ASKED = {HopName.IMAGE: "not asked: which tags exist is not read from the registry"}


@dataclass(frozen=True, slots=True)
class Walked:
    """A path and the finding that its deciding hop carries."""

    path: PullPath
    finding: Finding | None


def walk(desired: DesiredState, snapshot: Snapshot) -> tuple[Walked, ...]:
    """Every pull path of the snapshot, by consumer and host; consumers that could not be read are unknown paths."""
    # the document is kept with its paths, so that its id is not given to another one
    return snapshot.remember(("walk", id(desired)), lambda: (_walk(desired, snapshot), desired))[0]


def _walk(desired: DesiredState, snapshot: Snapshot) -> tuple[Walked, ...]:
    walked = [walk_leg(leg) for leg in legs(desired, snapshot)]
    unread = [
        Walked(PullPath(rid, "", None, (Hop(HopName.ENVIRONMENT, Verdict.UNKNOWN, why.reason),)), None)
        for rid, why in snapshot.unreadable.items()
        if any(rid.is_a(kind) for kind in CONSUMER_TYPES)
    ]
    return tuple(sorted((*walked, *unread), key=lambda w: w.path.key))


def all_paths(desired: DesiredState, snapshot: Snapshot) -> tuple[PullPath, ...]:
    """Every pull path of the snapshot, without findings, plan or foresight."""
    return tuple(walked.path for walked in walk(desired, snapshot))


def forget_legs() -> None:
    """Drop what was worked out for the last legs: each holds its whole snapshot, and nobody asks for them again."""
    for known in (answers, wrong_answers, candidates, arrivals):
        known.cache_clear()
    zone_choice.forget()


def walk_leg(leg: Leg) -> Walked:
    """One leg, hop by hop, until the first hop that is not ok; without a finding where it is to be left alone."""
    hops: list[Hop] = []
    finding: Finding | None = None
    for name in HopName:
        hop, finding = _ask(name, leg)
        hops.append(hop)
        if hop.verdict is not Verdict.OK:
            break
    registry = leg.registry.id if isinstance(leg.registry, Registry) else None
    if leg.desired.excludes(registry):
        finding = None
    resolved = tuple((a.host, a.addresses) for a in answers(leg) if a.addresses)
    return Walked(PullPath(leg.consumer.id, leg.host, registry, tuple(hops), resolved), finding)


def _ask(name: HopName, leg: Leg) -> tuple[Hop, Finding | None]:
    detail, said_by = _NOT_ASKED.get(name, "not asked: nothing here concerns it"), None
    for rule, judge in _BY_HOP[name]:
        judgement = judge(leg)
        if judgement is None:
            continue
        if judgement.verdict is not Verdict.OK:
            return Hop(name, judgement.verdict, judgement.detail, rule), judgement.finding
        if said_by is None:
            detail, said_by = judgement.detail, rule
    return Hop(name, Verdict.OK, detail), None

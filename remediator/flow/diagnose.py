"""Live, desired, diff: what is wrong now, and would a plan mend it? Called by `advance` for an OPEN incident.

`look` is the same look that `apply` takes before its first write and `verify` after its last. The letters and the
versions of the case file were read before the snapshot, so that a signal which comes meanwhile is never lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from remediator.core.choices import is_open
from remediator.core.code_request import Purpose
from remediator.core.desired import Decision, DesiredState, Way
from remediator.core.diagnosis import Diagnosis, Focus
from remediator.core.drafting import Scope, drifts
from remediator.core.errors import Misconfigured, Transient
from remediator.core.incident import Incident, Status
from remediator.core.opening import Opening, with_openings
from remediator.core.opening_plan import opening_diagnosis
from remediator.core.pull_error import PullError
from remediator.core.pull_path import PullPath
from remediator.core.record_writers import two_writers
from remediator.core.resource_id import ResourceId
from remediator.core.selftest import ENDED as SELFTEST
from remediator.core.selftest import is_selftest
from remediator.core.snapshot import Snapshot
from remediator.core.subject import concerned, focus_with_root
from remediator.core.told import told
from remediator.core.two_owners import TwoOwners, two_owners
from remediator.core.words import counted
from remediator.flow.code_side import CodeSide, reachable
from remediator.flow.echo import joined_to_its_writer, kept_quiet_as_echo
from remediator.flow.joining import root_in_hand, told_to_look_again, with_the_same_root
from remediator.flow.quiet import kept_quiet, kept_quiet_between_two
from remediator.flow.turn import Turn, tell
from remediator.flow.who_did_it import Traced, earlier_ones, from_signals, who_did_it
from remediator.flow.wider import with_what_else_was_written
from remediator.ports import Clock, DesiredStates, Held, History, Ids, Incidents, Leases, Observer

Diagnose = Callable[[DesiredState, Snapshot, Focus, PullError | None], Diagnosis]
UNREAD_TRIES = 3
Walk = Callable[[DesiredState, Snapshot], tuple[PullPath, ...]]


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the estate: what was asked about; every path can be walked too, since a plan may touch others.

    `judge` diagnoses the same snapshot again, for an incident that has been told more since.
    """

    incident: Incident
    live: Snapshot
    desired: DesiredState
    diagnosis: Diagnosis
    walk: Walk
    judge: Callable[[Incident], Diagnosis]

    def paths(self) -> tuple[PullPath, ...]:
        """Every pull path of the estate, walked when it is asked for."""
        return self.walk(self.desired, self.live)


def look(
    incident: Incident,
    *,
    observer: Observer,
    desired_states: DesiredStates,
    diagnose: Diagnose,
    walk: Walk,
    openings: Iterable[Opening] = (),
) -> Look:
    """Observe, load the desired state, and diagnose what the incident is about.

    What other incidents have let in for a while (`openings`) is no drift.
    `Transient("estate-unread")` when something could not be read for a reason that may pass: three times in a row, then
    it is unknown, and the incident goes on without it.
    """
    live = observer.observe()
    if live.passing and incident.attempts < UNREAD_TRIES:
        more = f", and {len(live.passing) - 1} more" if len(live.passing) > 1 else ""
        raise Transient("estate-unread", f"looking at the estate: {live.passing[0]}{more}")
    desired = with_openings(desired_states.load(), openings)

    def judge(case: Incident) -> Diagnosis:
        """Texts count while the incident is open; later looks judge the estate alone."""
        if case.opening is not None:
            return opening_diagnosis(case.opening, desired, live)
        said = told(case) if case.status is Status.OPEN else None
        return diagnose(desired, live, focus_with_root(case, live), said)

    return Look(incident, live, desired, judge(incident), walk, judge)


def diagnose(
    held: Held,
    *,
    look: Callable[[Incident], Look],
    incidents: Incidents,
    history: History | None,
    identities: Iterable[str],
    leases: Leases,
    code: CodeSide | None,
    clock: Clock,
    ids: Ids,
    recipients: Sequence[str],
) -> Turn:
    """OPEN → NO_DRIFT, JOINED, REPORTED, PLANNED, or NEEDS_HUMAN between two owners whose code has no home."""
    echo = joined_to_its_writer(held.incident, incidents, identities, clock.now())
    if echo is not None:
        return Turn(held, echo)
    seen = look(held.incident)
    if is_selftest(held.incident.subject):
        return Turn(held, seen.incident.to(Status.NO_DRIFT, clock.now(), SELFTEST))
    found = seen.diagnosis
    registries = concerned(found)
    now = clock.now()
    incident = replace(seen.incident, diagnosis=found, registries=registries).looked(now)
    if not found.findings and not found.plan:
        why = f": {found.testimony.why}" if found.testimony else ""
        return Turn(held, incident.to(Status.NO_DRIFT, now, f"nothing to do{why}"))
    incident = from_signals(incident, found, identities, now)
    elsewhere = with_the_same_root(incident, incidents, now)
    if elsewhere is not None:
        return _joined(held, incident, elsewhere, incidents, ids, now)
    earlier = earlier_ones(incident, incidents)
    quiet = kept_quiet_as_echo(incident, incidents, identities, now) or kept_quiet(incident, found, incidents, now)
    if quiet is not None:
        return Turn(held, quiet)
    traced = who_did_it(incident, found, earlier, history=history, identities=identities, now=now)
    everywhere = partial(drifts, seen.desired, seen.live, Scope())
    traced = with_what_else_was_written(traced, drifts=everywhere, judge=seen.judge, history=history, now=now)
    people = to_tell(traced.incident.registries, seen.desired, recipients)
    after = _alone(traced, seen, earlier, code, now, people)
    return _unless_joined(Turn(held, after), traced.incident, incidents=incidents, leases=leases, clock=clock, ids=ids)


def to_tell(registries: Sequence[ResourceId], desired: DesiredState, recipients: Sequence[str]) -> tuple[str, ...]:
    """Who hears of a plan or finding: those whom the desired state names for the registries, and the default ones."""
    named = (name for registry in registries for name in desired.intent_for(registry).approvers.notify)
    return tuple(dict.fromkeys((*named, *recipients)))


def _unless_joined(
    turn: Turn, incident: Incident, *, incidents: Incidents, leases: Leases, clock: Clock, ids: Ids
) -> Turn:
    """The turn with the root's lease, so that nobody else saves a plan for it; JOINED where somebody was first."""
    lease = root_in_hand(incident, leases=leases, ids=ids, clock=clock)
    alone = False
    try:
        first = with_the_same_root(incident, incidents, clock.now())
        alone = first is None
    finally:
        if lease is not None and not alone:
            lease.release()
    if first is None:
        return replace(turn, lease=lease)
    return _joined(turn.held, incident, first, incidents, ids, clock.now())


def _joined(held: Held, incident: Incident, leader: Incident, incidents: Incidents, ids: Ids, now: datetime) -> Turn:
    joined_to = told_to_look_again(leader, incident, incidents=incidents, ids=ids, now=now)
    joined = replace(incident, joined_to=joined_to, registries=_its_own(incident))
    return Turn(held, joined.to(Status.JOINED, now, f"incident {joined_to} has the same cause"))


def _its_own(incident: Incident) -> tuple[ResourceId, ...]:
    """The registries that the incident itself was opened about, without those that only share its root."""
    found = incident.diagnosis
    if found is None or found.focus == Focus(about=found.focus.about, paths=found.focus.paths):
        return incident.registries
    asked, consumer = found.focus.registry, found.focus.consumer
    named = {path.registry for path in found.paths if path.consumer == consumer}
    return (asked,) if asked is not None else tuple(sorted(rid for rid in named if rid is not None))


def _alone(
    traced: Traced,
    seen: Look,
    earlier: Sequence[Incident],
    code: CodeSide | None,
    now: datetime,
    people: Sequence[str],
) -> Incident:
    """What becomes of an incident that no other one has the root of."""
    incident, found = traced.incident, traced.incident.diagnosis or seen.diagnosis
    if not found.plan:
        return _reported(incident, found, now, people)
    at_odds = _at_odds(traced, seen, earlier, now)
    if at_odds is not None and (handed := _handed_over(incident, at_odds, seen, code, now)) is not None:
        return handed
    if at_odds is not None:
        known = kept_quiet_between_two(incident, found, earlier, now)
        return known or _stopped(incident, at_odds, now, people)
    what = f"planned {counted(len(found.plan.changes), 'change')} for {counted(len(found.findings), 'finding')}"
    return incident.to(Status.PLANNED, now, what)


def _at_odds(traced: Traced, seen: Look, earlier: Sequence[Incident], now: datetime) -> TwoOwners | None:
    found, writers = traced.incident.diagnosis or seen.diagnosis, two_writers(seen.live)
    return two_owners(traced.incident, found.plan, earlier, traced.writes, traced.own, now, writers)


def _handed_over(
    incident: Incident, at_odds: TwoOwners, seen: Look, code: CodeSide | None, now: datetime
) -> Incident | None:
    """Where the code has a home, the code settles who owns it: the plan goes by pull request alone, after asking."""
    found = incident.diagnosis or seen.diagnosis
    ruling = found.ruling
    if ruling is None or ruling.decision is Decision.FORBID:
        return None
    if not is_open(incident, seen.desired, Purpose.INSTEAD, reachable(code)):
        return None
    careful = max(ruling.way, Way.PULL_REQUEST, key=list(Way).index)
    why = "two owners overwrite each other: the code settles it, and nothing is applied"
    asking = replace(ruling, decision=Decision.ASK, way=careful, approvals=max(1, ruling.approvals))
    planned = replace(incident, diagnosis=replace(found, ruling=replace(asking, reasons=(why, *ruling.reasons))))
    for note in (at_odds.sentence, *at_odds.notes):
        planned = planned.note(now, note)
    return planned.to(Status.PLANNED, now, f"planned a pull request: {why}")


def _stopped(incident: Incident, at_odds: TwoOwners, now: datetime, people: Sequence[str]) -> Incident:
    """A plan that would make us the third writer is not proposed: people decide who owns the resource."""
    hint = (
        "Let one of them own it (Terraform ignore_changes, private_endpoints_manage_dns_zone_group = false, "
        "a policy exemption), then ask again"
    )
    problem = Misconfigured("two-owners", at_odds.sentence, context={"target": at_odds.target.text}, hint=hint)
    for note in at_odds.notes:
        incident = incident.note(now, note)
    return tell(incident.needs_human(now, problem), "needs-human", now, people)


def _reported(incident: Incident, found: Diagnosis, now: datetime, people: Sequence[str]) -> Incident:
    findings = counted(len({finding.key for finding in found.findings}), "finding")
    what = f"{findings}, and nothing that the program may change"
    return tell(incident.to(Status.REPORTED, now, what), "reported", now, people)

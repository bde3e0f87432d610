"""Did it help, and did it hurt? Called by `advance` for an APPLIED incident.

The same look as before the plan, and a look from inside where somebody can take one: a probe that the desired state
names is started and followed by `probing`, from call to call. Not whole yet is no failure: DNS answers live on for a
while and the puller backs off, so it looks again later, for 15 minutes. What a look means is decided in
`core.verification`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from remediator.core.diagnosis import Diagnosis
from remediator.core.errors import Stale
from remediator.core.execution import Execution
from remediator.core.incident import Incident, Status
from remediator.core.probe import words_of
from remediator.core.pull_path import PullPath, Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot, Unknown
from remediator.core.verification import (
    Outcome,
    PathKey,
    ProbeResult,
    Proof,
    Said,
    Verification,
    asks_own_dns,
    decide,
    levels,
    next_look,
    spoken,
    together,
)
from remediator.flow.diagnose import Look
from remediator.flow.probing import PAUSE, Probing, in_hand, without_probes
from remediator.flow.restarting import Restarting, advice
from remediator.flow.seen_in_logs import may_come, pulled_since
from remediator.flow.turn import Turn, tell
from remediator.ports import Held, Prober, PullLogs


@dataclass(frozen=True, slots=True)
class Inside:
    """Who can say more than the model: a prober that looks at once, probes that are started, logs, and replicas."""

    prober: Prober | None
    probing: Probing
    logs: PullLogs | None
    restarting: Restarting

    def heard(self, held: Held, seen: Look, paths: Sequence[PullPath], now: datetime) -> tuple[Said, bool]:
        """What each of them says of paths that are whole by the model; and whether anybody may say something yet."""
        over_at = held.incident.execution.over_at if held.incident.execution else now
        probed = words_of(in_hand(held.incident), paths, seen.live)
        pulls = _pulls(paths, seen.live, self.prober) if self.prober is not None else {}
        logged = pulled_since(paths, seen.live, logs=self.logs, since=over_at, now=now) if self.logs else {}
        unproven = own_dns(paths, seen.live)
        speaks = self.prober is not None or bool(probed) or (self.logs is not None and may_come(unproven, logged))
        return together(pulls, probed, logged), speaks


def verify(held: Held, *, look: Callable[[Incident], Look], inside: Inside, recipients: Sequence[str]) -> Turn:
    """APPLIED → RESOLVED, UNDOING, NEEDS_HUMAN, or APPLIED again with a later look."""
    incident, probing, clock = held.incident, inside.probing, inside.probing.clock
    planned, execution, last = incident.diagnosis, incident.execution, incident.verification
    if planned is None or execution is None:
        raise Stale("execution-missing", f"incident {incident.id} is applied and has no execution")
    if in_hand(incident):
        held, wait = probing.follow(held)
        if wait is not None:
            return Turn(held, held.incident, clock.now() + timedelta(seconds=wait))
    elif last is not None and (again := _next_at(last, execution)) > clock.now():
        return Turn(held, incident, again)
    seen = look(held.incident)
    asked = asked_for(planned)
    everything = seen.paths()
    paths = [path for path in everything if path.key in asked]
    left = left_of(planned, seen.diagnosis)
    hurt = any(path.verdict is Verdict.BROKEN for path in everything if path.key in execution.worked)
    whole = bool(paths) and not hurt and not left and all(path.verdict is Verdict.OK for path in paths)
    if whole and not in_hand(held.incident):
        held = probing.begin(held, paths, seen.live, seen.desired)
        if not all(run.over(clock.now()) for run in in_hand(held.incident)):
            return Turn(held, held.incident, clock.now() + timedelta(seconds=PAUSE))
    now = clock.now()
    said, speaks = inside.heard(held, seen, paths, now) if whole else ({}, False)
    outcome, proof, reason = decide(
        frozenset(execution.worked),
        everything,
        said,
        last.looks + 1 if last else 1,
        now - execution.over_at,
        asked=asked,
        left=left,
        own_dns=own_dns(paths, seen.live),
        probing=speaks,
    )
    if outcome is Outcome.WAIT and whole:
        apps, allowed = _unseen(paths, said), seen.desired.limits.allow_restart
        held = inside.restarting.where_stuck(held, apps, execution.over_at, allowed=allowed)
    checked = _verification(outcome, proof, reason, said, now, last)
    found = replace(without_probes(held.incident), verification=checked)
    return _turn(held, found, outcome, f"{reason} ({spoken(checked.spoke)})", now, recipients)


def own_dns(paths: Sequence[PullPath], live: Snapshot) -> frozenset[PathKey]:
    """The paths of which the model alone proves nothing."""
    return frozenset(path.key for path in paths if asks_own_dns(path, live))


def _unseen(paths: Sequence[PullPath], said: Said) -> list[ResourceId]:
    """The consumers of which no pull was seen, and whose paths nobody has seen broken from inside."""
    words = {path: [one for one in said.get(path.key, ()) if isinstance(one, ProbeResult)] for path in paths}
    return [path.consumer for path, ones in words.items() if all(o.whole and o.proof is not Proof.PULL for o in ones)]


def _verification(
    outcome: Outcome, proof: Proof, reason: str, said: Said, now: datetime, last: Verification | None
) -> Verification:
    results = tuple(one for words in said.values() for one in words if isinstance(one, ProbeResult))
    return Verification(now, outcome, proof, reason, results, last.looks + 1 if last else 1, levels(said))


def asked_for(planned: Diagnosis) -> frozenset[PathKey]:
    """The paths that the plan was to mend: those that foresight promised, and those of findings with a remedy."""
    promised = {path.key for path in planned.foresight.mended}
    return frozenset(promised | {key for finding in planned.findings if finding.remedy for key in finding.paths})


def _next_at(last: Verification, execution: Execution) -> datetime:
    return last.at + next_look(last.looks, last.at - execution.over_at)


def left_of(planned: Diagnosis, now: Diagnosis) -> tuple[str, ...]:
    """The summaries of the plan's changes that a fresh diagnosis still asks for."""
    ours = {change.key for change in planned.plan.changes}
    return tuple(change.summary for change in now.plan.changes if change.key in ours)


def _pulls(paths: Sequence[PullPath], live: Snapshot, prober: Prober) -> Mapping[PathKey, ProbeResult | Unknown]:
    """How pulls end from inside, for each path whose consumer names an image on its host."""
    results: dict[PathKey, ProbeResult | Unknown] = {}
    for path in paths:
        consumer = live.consumers.get(path.consumer)
        images = consumer.images if consumer else ()
        image = next((i for i in images if i.lower().startswith(f"{path.host}/")), None)
        if image is not None:
            results[path.key] = prober.probe(path.consumer, image)
    return results


def _turn(
    held: Held, incident: Incident, outcome: Outcome, reason: str, now: datetime, recipients: Sequence[str]
) -> Turn:
    match outcome:
        case Outcome.RESOLVED:
            return Turn(held, tell(incident.to(Status.RESOLVED, now, reason), "resolved", now, recipients, reason))
        case Outcome.UNDO if incident.execution is not None and not incident.execution.wrote:
            stopped = replace(incident, error=("merged-and-broken", reason)).to(Status.NEEDS_HUMAN, now, reason)
            return Turn(held, tell(stopped, "needs-human", now, recipients, reason))
        case Outcome.UNDO:
            return Turn(held, incident.to(Status.UNDOING, now, f"undoing our own changes: {reason}"))
        case Outcome.HUMAN:
            stopped = replace(incident, error=("not-verified", reason)).to(Status.NEEDS_HUMAN, now, reason)
            return Turn(held, tell(stopped, "needs-human", now, recipients, reason, advice=advice(incident)))
        case Outcome.WAIT:
            waiting = incident.to(Status.APPLIED, now, f"looking again later: {reason}")
            if incident.verification is None or incident.execution is None:
                return Turn(held, waiting, now)
            return Turn(held, waiting, _next_at(incident.verification, incident.execution))

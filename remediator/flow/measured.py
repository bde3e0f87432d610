"""What does an incident's way through the flow tell of itself? Spans and measures around the ports.

`advance` puts the observer and the applier in here, bootstrap hangs `CaseMeasures` on the store (`flow.heard`): the
steps themselves think of no measure. What each one means is in `core.measures`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from remediator.core import measures
from remediator.core.approval import ApprovedPlan
from remediator.core.change import Change, LiveState
from remediator.core.how_long import minutes_of_exposure, minutes_to_mend
from remediator.core.incident import Incident, JournalLine, Status
from remediator.core.pull_log import Ended, LogLine, LogPlace
from remediator.core.signal import Signal
from remediator.core.snapshot import Snapshot
from remediator.core.unknown import Unknown
from remediator.flow.turn import Turn
from remediator.ports import Applier, Held, Log, Observer, PullLogs, Started, TakenIn, Telemetry

NO_RULE = "none"
Step = Callable[[Held, datetime], Turn]


def measured(telemetry: Telemetry, step: Step, held: Held, ends: datetime) -> Turn:
    """The step with its span; the step of an ended incident, which does nothing, has none."""
    incident = held.incident
    kind = measures.STEPS.get(incident.status)
    if kind is None:
        return step(held, ends)
    known = {"incident": incident.id, "status": incident.status.value, **correlated(incident.correlation)}
    with telemetry.span(kind, **known) as facts:
        turn = step(held, ends)
        facts["outcome"] = turn.incident.status.value
        return turn


def correlated(known: str | None) -> dict[str, str]:
    """The sender's correlation id as a fact, where there is one."""
    return {"correlation": known} if known else {}


@dataclass(frozen=True, slots=True)
class MeasuredObserver:
    """`ports.Observer` with a span for each snapshot."""

    inner: Observer
    telemetry: Telemetry

    def observe(self) -> Snapshot:
        """As `ports.Observer.observe`."""
        with self.telemetry.span(measures.OBSERVE) as facts:
            seen = self.inner.observe()
            facts |= {"registries": len(seen.registries), "consumers": len(seen.consumers), "gaps": len(seen.gaps)}
            return seen


@dataclass(frozen=True, slots=True)
class MeasuredApplier:
    """`ports.Applier` with a span for each write."""

    inner: Applier
    telemetry: Telemetry

    def compare(self, change: Change) -> LiveState:
        """As `ports.Applier.compare`."""
        return self.inner.compare(change)

    def start(self, approved: ApprovedPlan, change: Change) -> Started:
        """As `ports.Applier.start`."""
        with self.telemetry.span(measures.CHANGE, kind=change.kind.value, target=change.target.text, undo="no"):
            return self.inner.start(approved, change)

    def poll(self, approved: ApprovedPlan, operation: str) -> float | None:
        """As `ports.Applier.poll`."""
        return self.inner.poll(approved, operation)

    def compare_undo(self, change: Change) -> LiveState:
        """As `ports.Applier.compare_undo`."""
        return self.inner.compare_undo(change)

    def start_undo(self, approved: ApprovedPlan, change: Change) -> Started:
        """As `ports.Applier.start_undo`."""
        with self.telemetry.span(measures.CHANGE, kind=change.kind.value, target=change.target.text, undo="yes"):
            return self.inner.start_undo(approved, change)


@dataclass(frozen=True, slots=True)
class MeasuredPullLogs:
    """`ports.PullLogs` with a span for each question."""

    inner: PullLogs
    telemetry: Telemetry

    def lines(self, place: LogPlace, ended: Ended, since: datetime, until: datetime) -> tuple[LogLine, ...] | Unknown:
        """As `ports.PullLogs.lines`."""
        with self.telemetry.span(measures.LOGS, ended=ended.value) as facts:
            found = self.inner.lines(place, ended, since, until)
            known = not isinstance(found, Unknown)
            facts |= {"answered": "yes" if known else "no", "lines": 0 if isinstance(found, Unknown) else len(found)}
            return found


@dataclass(frozen=True, slots=True)
class CaseMeasures:
    """`heard.Listener`: counts what came in and what became of it, and says in the log how an incident ended."""

    telemetry: Telemetry
    log: Log

    def took_in(self, signal: Signal, taken: TakenIn, fresh: Incident) -> None:
        """A signal is in an incident; `fresh` is what was opened unless it joined."""
        joined = "yes" if taken.joined else "no"
        self.telemetry.add(measures.SIGNALS, source=signal.source.value, joined=joined)
        for line in fresh.journal if not taken.joined else ():
            self._reached(line, fresh)

    def saved(self, before: Incident, after: Incident) -> None:
        """An incident was saved."""
        for line in after.journal[len(before.journal) :]:
            self._reached(line, after)
        for what, tries in _retries(before, after).items():
            if tries > 0:
                self.telemetry.add(measures.RETRIES, tries, what=what)

    def _reached(self, line: JournalLine, incident: Incident) -> None:
        if line.status is None:
            return
        rule = _rule(incident)
        self.telemetry.add(measures.INCIDENTS, status=line.status.value, rule=rule)
        if line.status is Status.RESOLVED:
            self.telemetry.add(measures.EXPOSURE, minutes_of_exposure(incident, line.at), rule=rule)
            self.telemetry.add(measures.MENDING, minutes_to_mend(incident, line.at), rule=rule)
        if line.status.ended:  # the journal's hash, in a place where whoever writes to the store cannot change it
            number = incident.journal.index(line) + 1
            known = {"incident": incident.id, "status": line.status.value}
            self.log.info("an incident has ended", **known, line=number, hash=line.hash or "")


def _rule(incident: Incident) -> str:
    findings = incident.diagnosis.findings if incident.diagnosis else ()
    return findings[0].rule if findings else NO_RULE


def _retries(before: Incident, after: Incident) -> dict[str, int]:
    """How many tries beyond the first ones this save is about: of a step, of a change, of a notice."""
    return {
        "step": after.attempts - before.attempts,
        "change": _tries(after) - _tries(before),
        "notice": _deliveries(after) - _deliveries(before),
    }


def _tries(incident: Incident) -> int:
    return sum(step.tries for step in incident.execution.steps) if incident.execution else 0


def _deliveries(incident: Incident) -> int:
    return sum(max(0, notice.attempts - 1) for notice in incident.outbox)

"""Have the probes of the desired state looked from inside, and what did they see? Called by `verify`.

Starting a probe is a write: it is made with the approved plan of the execution at hand, under its lease and the switch.
A probe outlives a function call: the intent is saved, then it is started, then its name is saved, and it is followed
from call to call. One that was started by a run that was killed meanwhile is found by its mark and not started again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from remediator.core.approval import ApprovedPlan, NotApproved
from remediator.core.desired import DesiredState
from remediator.core.errors import RemediatorError, Transient
from remediator.core.incident import Incident
from remediator.core.probe import LONGEST_RUN, ProbeRun, by_environment, names_for
from remediator.core.pull_path import PullPath
from remediator.core.snapshot import Snapshot
from remediator.core.words import counted
from remediator.flow.turn import IN_HAND, keep
from remediator.flow.write_guard import guarded
from remediator.ports import Clock, Held, Ids, Incidents, Leases, Probes, Switch

# Seconds between two looks at a probe: it takes half a minute or more until its container runs.
PAUSE = 15.0
# A list of executions may lag behind: a start without an answer is not repeated sooner.
LATE = timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class Probing:
    """Everything that running probes takes; `probes` is None where nobody can run any."""

    probes: Probes | None
    incidents: Incidents
    leases: Leases
    switch: Switch
    ids: Ids
    clock: Clock

    def begin(self, held: Held, paths: Iterable[PullPath], live: Snapshot, desired: DesiredState) -> Held:
        """Start a probe in each environment of these paths that has one; nothing where none has."""
        if self.probes is None:
            return held
        runs = []
        for environment, ours in by_environment(paths, live).items():
            job, names = desired.probe_in(environment), names_for(ours, live)
            if job is not None and names:
                mark = f"{held.incident.id}-{self.ids.new()}"
                runs.append(ProbeRun(environment, job, names, mark, self.clock.now()))
        for run in runs:
            where = f"job {run.job.name} looks from inside {run.environment.name} at {counted(len(run.names), 'name')}"
            held = self._saved(held, (*in_hand(held.incident), run), f"starting a probe: {where}")
        for run in runs:
            held = self._replaced(held, self._started(self.probes, held, run))
        return held

    def follow(self, held: Held) -> tuple[Held, float | None]:
        """Look how far the probes in hand are; the seconds until the next look, None when all are over."""
        for run in in_hand(held.incident):
            if not run.over(self.clock.now()):
                held = self._replaced(held, self._followed(held, run))
        return held, None if all(run.over(self.clock.now()) for run in in_hand(held.incident)) else PAUSE

    def _followed(self, held: Held, run: ProbeRun) -> ProbeRun:
        now = self.clock.now()
        if self.probes is None:
            return run.gone_wrong("nobody can look any more", now)
        try:
            if run.execution is None:
                run = self._named(self.probes, held, run)
            seen = self.probes.look(run) if run.execution is not None else run
        except Transient as problem:
            if now - run.asked_at <= LONGEST_RUN:
                raise
            return run.gone_wrong(f"after {_minutes(LONGEST_RUN)} minutes: {problem.message}", now)
        except RemediatorError as problem:
            return run.gone_wrong(str(problem), now)
        if seen.passed is not None and seen.ended_at is None:
            seen = replace(seen, ended_at=now)
        if seen.passed is None and seen.unknown is None and now - seen.asked_at > LONGEST_RUN:
            return seen.gone_wrong(f"it has not ended within {_minutes(LONGEST_RUN)} minutes", now)
        return seen

    def _named(self, probes: Probes, held: Held, run: ProbeRun) -> ProbeRun:
        """The run with the name of its execution, where there is one by now; started, where it surely is not."""
        name = probes.found(run)
        if name is not None:
            return replace(run, sent=True, execution=name)
        if run.sent or self.clock.now() - run.asked_at <= LATE:
            return run
        return self._started(probes, held, run)

    def _started(self, probes: Probes, held: Held, run: ProbeRun) -> ProbeRun:
        """The run after its start; `Transient` when it may be tried again."""
        now = self.clock.now()
        approved = held.incident.approved(now)
        if isinstance(approved, NotApproved):
            return run.gone_wrong(f"it may not be started: {approved.reason}", now)
        try:
            return replace(run, sent=True, execution=self._start(probes, held.incident, approved, run))
        except Transient:
            raise
        except RemediatorError as problem:
            return run.gone_wrong(str(problem), now)

    def _start(self, probes: Probes, incident: Incident, approved: ApprovedPlan, run: ProbeRun) -> str | None:
        with guarded(incident, leases=self.leases, switch=self.switch, ids=self.ids) as guard:
            guard.check(run.job)
            return probes.start(approved, run)

    def _replaced(self, held: Held, run: ProbeRun) -> Held:
        before = next(one for one in in_hand(held.incident) if one.mark == run.mark)
        if before == run:
            return held
        runs = tuple(run if one.mark == run.mark else one for one in in_hand(held.incident))
        named = f"the probe {run.execution or run.job.name} in {run.environment.name}"
        over = run.over(self.clock.now())
        return self._saved(held, runs, f"{named}: {run.summary}" if over else "")

    def _saved(self, held: Held, runs: tuple[ProbeRun, ...], what: str) -> Held:
        execution, now = held.incident.execution, self.clock.now()
        if execution is None:
            return held
        after = replace(held.incident, execution=replace(execution, probes=runs))
        return keep(self.incidents, held, after.note(now, what) if what else after, now + IN_HAND)


def in_hand(incident: Incident) -> tuple[ProbeRun, ...]:
    """The probes that were begun since the last look."""
    return incident.execution.probes if incident.execution is not None else ()


def without_probes(incident: Incident) -> Incident:
    """The incident once a look has made use of what its probes said."""
    execution = incident.execution
    if execution is None or not execution.probes:
        return incident
    return replace(incident, execution=replace(execution, probes=()))


def _minutes(time: timedelta) -> int:
    return int(time.total_seconds() // 60)

"""Take an incident as far as it goes. Called for every queue message; read `_step` first: it is the program.

A message is an incident's id and nothing else. `advance` loads the case file, runs the step of its status, saves with
the version it read, and goes on until it must wait or is done. It catches every error that we know; a bug is raised,
ends in the poison queue, and comes back as `poisoned`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from remediator.core.approval import Answer, Person
from remediator.core.diagnosis import diagnose as core_diagnose
from remediator.core.errors import Misconfigured, Rejected, RemediatorError, Transient
from remediator.core.incident import Incident, Status
from remediator.core.measures import ADVANCE, INTAKE, Unmeasured
from remediator.core.signal import Signal
from remediator.core.walk import all_paths
from remediator.flow.apply import apply
from remediator.flow.await_approval import await_approval
from remediator.flow.deliver import deliver
from remediator.flow.diagnose import Diagnose, Look, Walk, diagnose, look
from remediator.flow.intake import intake
from remediator.flow.measured import MeasuredApplier, MeasuredObserver, correlated, measured
from remediator.flow.record_approval import record_approval
from remediator.flow.request_approval import request_approval
from remediator.flow.sweep import left_behind, wake_due
from remediator.flow.trouble import OTHERS_AT_WORK, is_due, later, pause, settle
from remediator.flow.turn import IN_HAND, RUN, Turn, keep, open_case
from remediator.flow.undo import undo
from remediator.flow.verify import verify
from remediator.ports import (
    Applier,
    Channel,
    Clock,
    DesiredStates,
    Held,
    History,
    Ids,
    Incidents,
    Leases,
    Log,
    Observer,
    Preflight,
    Prober,
    Switch,
    TakenIn,
    Telemetry,
    Tokens,
    WorkQueue,
)

# Longer waits are left to the minute timer.
LONGEST_DELAY = timedelta(minutes=15)
MERGE_LOOKS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Flow:
    """The verbs with the ports that they use. `recipients` are told besides those whom the desired state names;
    `fallbacks` are those who are told when a channel gives up; `identities` are the ids by which our own
    writes are known."""

    incidents: Incidents
    queue: WorkQueue
    clock: Clock
    ids: Ids
    observer: Observer
    desired_states: DesiredStates
    tokens: Tokens
    applier: Applier
    leases: Leases
    switch: Switch
    log: Log
    channels: Mapping[str, Channel] = field(default_factory=dict)
    preflight: Preflight | None = None
    prober: Prober | None = None
    history: History | None = None
    telemetry: Telemetry = field(default_factory=Unmeasured)
    identities: frozenset[str] = frozenset()
    recipients: tuple[str, ...] = ()
    fallbacks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    diagnosed_by: Diagnose = core_diagnose
    walked_by: Walk = all_paths

    def take_in(self, signal: Signal) -> TakenIn:
        """See `flow.intake`."""
        with self.telemetry.span(INTAKE, source=signal.source.value, **correlated(signal.correlation_id)) as facts:
            taken = intake(signal, incidents=self.incidents, queue=self.queue, clock=self.clock, ids=self.ids)
            facts |= {"incident": taken.incident, "joined": "yes" if taken.joined else "no"}
            return taken

    def answer(self, incident: str, token: str, answer: Answer, person: Person) -> Incident:
        """See `flow.record_approval`."""
        return record_approval(
            incident,
            token,
            answer,
            person,
            incidents=self.incidents,
            desired_states=self.desired_states,
            tokens=self.tokens,
            queue=self.queue,
            clock=self.clock,
        )

    def wake_due(self) -> tuple[str, ...]:
        """See `flow.sweep`."""
        return wake_due(incidents=self.incidents, queue=self.queue, clock=self.clock)

    def left_behind(self) -> tuple[str, ...]:
        """See `flow.sweep`."""
        return left_behind(incidents=self.incidents, clock=self.clock, log=self.log)

    def advance(self, incident: str, *, force: bool = False) -> None:
        """Run the steps of an incident until it must wait or is done, then deliver its notices.

        An incident that is not due is left alone, unless `force`. Of the errors that we know none is raised: what may
        pass is tried again later, what a person must mend is in the case file.
        """
        rest: datetime | None
        try:
            held = open_case(self.incidents, incident)
            if not force and not is_due(held, self.clock.now()):
                return
            with self.telemetry.span(ADVANCE, incident=incident, **correlated(held.incident.correlation)):
                rest = self._run(incident, self.clock.now() + RUN)
                self._deliver(incident, rest)
        except Transient as problem:
            self.log.info("advancing an incident: later", incident=incident, code=problem.code)
            rest = self.clock.now() + pause(problem, 0)
        except Rejected as problem:
            if problem.code != "incident-unknown":
                raise
            self.log.error("advancing an incident: there is none of this id", incident=incident)
            return
        if rest is not None and (delay := rest - self.clock.now()) <= LONGEST_DELAY:
            self.queue.send(incident, max(0.0, delay.total_seconds()))

    def poisoned(self, incident: str) -> None:
        """Called for a message that failed for the last time: a bug, so a person must look."""
        self.log.error("poisoned", incident=incident)
        problem = Misconfigured(
            "bug",
            f"advancing incident {incident} failed for a reason that the program does not know",
            context={"incident": incident},
            hint="the log has the traceback under this incident's id",
        )
        settle(incident, problem, incidents=self.incidents, clock=self.clock, recipients=self.recipients)
        self.queue.send(incident)

    def _step(self, held: Held, ends: datetime) -> Turn:
        """The step that an incident's status asks for."""
        match held.incident.status:
            case Status.OPEN:
                return self._diagnose(held)
            case Status.PLANNED:
                return self._request_approval(held)
            case Status.AWAITING_APPROVAL:
                return self._await_approval(held)
            case Status.APPROVED | Status.APPLYING:
                return self._apply(held, ends)
            case Status.AWAITING_MERGE:
                return Turn(held, held.incident, self.clock.now() + MERGE_LOOKS)
            case Status.APPLIED:
                return self._verify(held)
            case Status.UNDOING:
                return self._undo(held, ends)
            case _:
                return Turn(held, held.incident)

    def _run(self, incident: str, ends: datetime) -> datetime | None:
        """Turn after turn; gives the time at which to look again, None when the case is over."""
        while True:
            held = open_case(self.incidents, incident)
            self.log.info("advancing an incident", incident=incident, status=held.incident.status.value)
            try:
                turn = measured(self.telemetry, self._step, held, ends)
                rest, ended = turn.rest, turn.incident.status.ended
                if rest is None and not ended and self.clock.now() >= ends:
                    rest = self.clock.now()
                self._keep(turn, rest)
            except Transient as problem:
                if problem.code == "signal-at-closing-time" and self.clock.now() < ends:
                    continue
                if problem.code in OTHERS_AT_WORK:
                    raise
                self.log.info("advancing an incident: later", incident=incident, code=problem.code)
                return later(incident, problem, incidents=self.incidents, clock=self.clock, recipients=self.recipients)
            except RemediatorError as problem:
                self.log.error("advancing an incident", incident=incident, code=problem.code)
                settle(incident, problem, incidents=self.incidents, clock=self.clock, recipients=self.recipients)
                continue
            if rest is not None or ended:
                return rest

    def _keep(self, turn: Turn, rest: datetime | None) -> None:
        """Save what a turn made of the incident, where it made anything of it."""
        now = self.clock.now()
        notices_wait = any(notice.waiting for notice in turn.incident.outbox)
        wake = now + IN_HAND if rest is None or (notices_wait and rest > now + IN_HAND) else rest
        after = replace(turn.incident, attempts=0)
        if turn.held.letters or after.rest(wake) != turn.held.incident:
            keep(self.incidents, turn.held, after, wake)

    def _look(self, incident: Incident) -> Look:
        return look(
            incident,
            observer=MeasuredObserver(self.observer, self.telemetry),
            desired_states=self.desired_states,
            diagnose=self.diagnosed_by,
            walk=self.walked_by,
        )

    def _diagnose(self, held: Held) -> Turn:
        return diagnose(
            held,
            look=self._look,
            incidents=self.incidents,
            history=self.history,
            identities=self.identities,
            clock=self.clock,
            recipients=self.recipients,
        )

    def _request_approval(self, held: Held) -> Turn:
        return request_approval(
            held,
            preflight=self.preflight,
            desired_states=self.desired_states,
            tokens=self.tokens,
            clock=self.clock,
            recipients=self.recipients,
        )

    def _await_approval(self, held: Held) -> Turn:
        return await_approval(held, look=self._look, clock=self.clock, recipients=self.recipients)

    def _apply(self, held: Held, ends: datetime) -> Turn:
        return apply(
            held,
            look=self._look,
            incidents=self.incidents,
            applier=MeasuredApplier(self.applier, self.telemetry),
            leases=self.leases,
            switch=self.switch,
            clock=self.clock,
            ids=self.ids,
            ends=ends,
            recipients=self.recipients,
        )

    def _verify(self, held: Held) -> Turn:
        return verify(held, look=self._look, prober=self.prober, clock=self.clock, recipients=self.recipients)

    def _undo(self, held: Held, ends: datetime) -> Turn:
        return undo(
            held,
            incidents=self.incidents,
            applier=MeasuredApplier(self.applier, self.telemetry),
            leases=self.leases,
            switch=self.switch,
            clock=self.clock,
            ids=self.ids,
            ends=ends,
            recipients=self.recipients,
        )

    def _deliver(self, incident: str, rest: datetime | None) -> None:
        deliver(
            incident,
            rest,
            incidents=self.incidents,
            channels=self.channels,
            fallbacks=self.fallbacks,
            clock=self.clock,
            log=self.log,
        )

"""Take an incident as far as it goes. Called for every queue message; which step follows is in `steps`.

A message is an incident's id and nothing else. `advance` loads the case file, runs the step of its status, saves with
the version it read, and goes on until it must wait or is done. It catches every error that we know; a bug is raised,
ends in the poison queue, and comes back as `poisoned`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from remediator.core.approval import Answer, Person
from remediator.core.choices import choices
from remediator.core.desired import Way
from remediator.core.errors import Misconfigured, Rejected, RemediatorError, Transient
from remediator.core.incident import Incident
from remediator.core.measures import ADVANCE, INTAKE
from remediator.core.signal import Signal
from remediator.flow.code_moved import code_moved
from remediator.flow.code_side import reachable
from remediator.flow.intake import intake
from remediator.flow.measured import correlated, measured
from remediator.flow.record_approval import record_approval
from remediator.flow.steps import Steps
from remediator.flow.sweep import left_behind, wake_due
from remediator.flow.trouble import OTHERS_AT_WORK, is_due, later, pause, settle
from remediator.flow.turn import IN_HAND, RUN, Turn, keep, open_case
from remediator.ports import (
    TakenIn,
)

# Longer waits are left to the minute timer.
LONGEST_DELAY = timedelta(minutes=15)
_ID = re.compile(r"[A-Za-z0-9_-]{1,120}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Flow(Steps):
    """The verbs that the doors call."""

    def take_in(self, signal: Signal, *others: Signal) -> TakenIn:
        """See `flow.intake`."""
        with self.telemetry.span(INTAKE, source=signal.source.value, **correlated(signal.correlation_id)) as facts:
            taken = intake(signal, *others, incidents=self.incidents, queue=self.queue, clock=self.clock, ids=self.ids)
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
            code=self.code,
            queue=self.queue,
            clock=self.clock,
        )

    def choices(self, incident: Incident) -> tuple[Way, ...]:
        """The ways that an approver may choose, see `core.choices`."""
        return choices(incident, self.desired_states.load(), reachable(self.code))

    def code_moved(self, branch: str) -> str | None:
        """See `flow.code_moved`."""
        return code_moved(branch, incidents=self.incidents, queue=self.queue, clock=self.clock)

    def wake_due(self) -> tuple[str, ...]:
        """See `flow.sweep`; while every write is stopped, each minute's log says so."""
        if self.switch.stopped() is not None:
            self.log.error("every write is stopped")
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
                rest = self._follow(incident, self._run(incident, self.clock.now() + RUN))
                self._deliver(incident, rest)
        except Transient as problem:
            self.log.info("advancing an incident: later", incident=_named(incident), code=problem.code)
            rest = self.clock.now() + pause(problem, 0)
        except Rejected as problem:
            if problem.code != "incident-unknown":
                raise
            self.log.error("advancing an incident: there is none of this id", incident=_named(incident))
            return
        if rest is not None and (delay := rest - self.clock.now()) <= LONGEST_DELAY:
            self.queue.send(incident, max(0.0, delay.total_seconds()))

    def poisoned(self, incident: str) -> None:
        """Called for a message that failed for the last time: a bug, so a person must look."""
        self.log.error("poisoned", incident=_named(incident))
        problem = Misconfigured(
            "bug",
            f"advancing incident {incident} failed for a reason that the program does not know",
            context={"incident": incident},
            hint="the log has the traceback under this incident's id",
        )
        settle(incident, problem, incidents=self.incidents, clock=self.clock, recipients=self.recipients)
        self.queue.send(incident)

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
                again = settle(
                    incident, problem, incidents=self.incidents, clock=self.clock, recipients=self.recipients
                )
                if again is not None:
                    return again
                continue
            if rest is not None or ended:
                return rest

    def _keep(self, turn: Turn, rest: datetime | None) -> None:
        """Save what a turn made of the incident, where it made anything of it."""
        try:
            self._save(turn, rest)
        finally:
            if turn.lease is not None:
                turn.lease.release()

    def _save(self, turn: Turn, rest: datetime | None) -> None:
        now = self.clock.now()
        notices_wait = any(notice.waiting for notice in turn.incident.outbox)
        wake = now + IN_HAND if rest is None or (notices_wait and rest > now + IN_HAND) else rest
        after = replace(turn.incident, attempts=0)
        if turn.held.letters or after.rest(wake) != turn.held.incident:
            keep(self.incidents, turn.held, after, wake)


def _named(message: str) -> str:
    """What the log shows of a message: the id that it is, or how long a text it is that somebody else put there."""
    return message if _ID.fullmatch(message) else f"no id, {len(message)} characters"

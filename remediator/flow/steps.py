"""Which step belongs to which status, and what does it work with? Read `_step` first: it is the program.

`advance` calls a step, saves what it made of the case file, and calls the next one. Each step has a file of its own and
gets exactly the ports that it uses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from remediator.core.choices import BY_REQUEST
from remediator.core.diagnosis import diagnose as core_diagnose
from remediator.core.incident import Incident, Status
from remediator.core.measures import Unmeasured
from remediator.core.restart import Revisions
from remediator.core.walk import all_paths
from remediator.flow.apply import apply
from remediator.flow.await_approval import await_approval
from remediator.flow.await_merge import await_merge
from remediator.flow.code_follows import code_follows
from remediator.flow.code_side import CodeSide
from remediator.flow.deliver import deliver
from remediator.flow.diagnose import Diagnose, Look, Walk, diagnose, look
from remediator.flow.evidence import with_evidence
from remediator.flow.keep_open import begun, closed, diagnose_opening, keep_open, standing
from remediator.flow.measured import MeasuredApplier, MeasuredObserver, MeasuredPullLogs
from remediator.flow.open_request import open_request
from remediator.flow.probing import Probing
from remediator.flow.put_forward import CodeDesk
from remediator.flow.request_approval import request_approval
from remediator.flow.restarting import Restarting
from remediator.flow.turn import Turn
from remediator.flow.undo import undo
from remediator.flow.verify import Inside, verify
from remediator.flow.write_guard import Budget
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
    Pace,
    Preflight,
    Prober,
    Probes,
    PullLogs,
    Switch,
    Telemetry,
    Tokens,
    WorkQueue,
)


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps with the ports that they use. `recipients` are told besides those whom the desired state names;
    `fallbacks` are those who are told when a channel gives up or nobody answers; `identities` are the ids by which our
    own writes are known."""

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
    pace: Pace | None = None
    prober: Prober | None = None
    probes: Probes | None = None
    revisions: Revisions | None = None
    history: History | None = None
    logs: PullLogs | None = None
    code: CodeSide | None = None
    telemetry: Telemetry = field(default_factory=Unmeasured)
    identities: frozenset[str] = frozenset()
    recipients: tuple[str, ...] = ()
    fallbacks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    diagnosed_by: Diagnose = core_diagnose
    walked_by: Walk = all_paths

    def _step(self, held: Held, ends: datetime) -> Turn:
        """The step that an incident's status asks for."""
        match held.incident.status:
            case Status.OPEN if held.incident.opening is not None:
                return diagnose_opening(held, look=self._look, clock=self.clock)
            case Status.OPEN:
                return self._diagnose(held)
            case Status.PLANNED:
                return self._request_approval(held)
            case Status.AWAITING_APPROVAL:
                return self._await_approval(held)
            case Status.APPROVED if held.incident.chosen_way in BY_REQUEST:
                return self._open_request(held)
            case Status.APPROVED | Status.APPLYING:
                return self._apply(held, ends)
            case Status.AWAITING_MERGE:
                return await_merge(held, look=self._look, desk=self._desk, recipients=self.recipients)
            case Status.APPLIED if (opening := held.incident.opening) is not None:
                return keep_open(held, opening, clock=self.clock, recipients=self.recipients)
            case Status.APPLIED:
                return self._verify(held)
            case Status.UNDOING:
                return self._undo(held, ends)
            case _:
                return Turn(held, held.incident)

    def _look(self, incident: Incident) -> Look:
        return look(
            incident,
            observer=MeasuredObserver(self.observer, self.telemetry),
            desired_states=self.desired_states,
            diagnose=self.diagnosed_by,
            walk=self.walked_by,
            openings=() if incident.opening is not None else standing(self.incidents),
        )

    @property
    def _logs(self) -> PullLogs | None:
        return MeasuredPullLogs(self.logs, self.telemetry) if self.logs is not None else None

    def _look_and_ask(self, incident: Incident) -> Look:
        return with_evidence(self._look(incident), logs=self._logs, now=self.clock.now())

    def _diagnose(self, held: Held) -> Turn:
        return diagnose(
            held,
            look=self._look_and_ask,
            incidents=self.incidents,
            history=self.history,
            identities=self.identities,
            leases=self.leases,
            code=self.code,
            clock=self.clock,
            ids=self.ids,
            recipients=self.recipients,
        )

    def _request_approval(self, held: Held) -> Turn:
        return request_approval(
            held,
            preflight=self.preflight,
            desired_states=self.desired_states,
            incidents=self.incidents,
            code=self.code,
            tokens=self.tokens,
            clock=self.clock,
            recipients=self.recipients,
        )

    def _await_approval(self, held: Held) -> Turn:
        return await_approval(
            held, look=self._look, clock=self.clock, recipients=self.recipients, fallbacks=self.fallbacks
        )

    def _apply(self, held: Held, ends: datetime) -> Turn:
        return apply(
            begun(held, incidents=self.incidents, clock=self.clock),
            look=self._look,
            incidents=self.incidents,
            applier=MeasuredApplier(self.applier, self.telemetry),
            leases=self.leases,
            switch=self.switch,
            budget=Budget(self.pace, self.desired_states),
            clock=self.clock,
            ids=self.ids,
            ends=ends,
            recipients=self.recipients,
        )

    @property
    def _desk(self) -> CodeDesk | None:
        if self.code is None:
            return None
        return CodeDesk(self.code, self.leases, self.switch, self.clock, self.ids)

    def _open_request(self, held: Held) -> Turn:
        return open_request(
            held, look=self._look, desk=self._desk, incidents=self.incidents, recipients=self.recipients
        )

    def _follow(self, incident: str, rest: datetime | None) -> datetime | None:
        return code_follows(
            incident,
            rest,
            incidents=self.incidents,
            look=self._look,
            desk=self._desk,
            clock=self.clock,
            log=self.log,
            recipients=self.recipients,
        )

    def _verify(self, held: Held) -> Turn:
        probing = Probing(self.probes, self.incidents, self.leases, self.switch, self.ids, self.clock)
        restarting = Restarting(self.revisions, self.incidents, self.leases, self.switch, self.ids, self.clock)
        inside = Inside(self.prober, probing, self._logs, restarting)
        return verify(held, look=self._look, inside=inside, recipients=self.recipients)

    def _undo(self, held: Held, ends: datetime) -> Turn:
        turn = undo(
            held,
            incidents=self.incidents,
            applier=MeasuredApplier(self.applier, self.telemetry),
            leases=self.leases,
            switch=self.switch,
            budget=Budget(self.pace),
            clock=self.clock,
            ids=self.ids,
            ends=ends,
            recipients=self.recipients,
        )
        return turn if held.incident.opening is None else closed(turn, clock=self.clock, recipients=self.recipients)

    def _deliver(self, incident: str, rest: datetime | None) -> None:
        deliver(
            incident,
            rest,
            incidents=self.incidents,
            channels=self.channels,
            fallbacks=self.fallbacks,
            switch=self.switch,
            clock=self.clock,
            log=self.log,
        )

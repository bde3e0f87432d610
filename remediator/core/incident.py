"""The case file of one incident: its statuses, the allowed transitions, its outbox and its journal.

What may follow what, who may not decide, what a signal adds: answered here, and asked by `flow`. Where the file is
kept and when the next step is taken is not its business.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import reduce

from remediator.core.approval import Approval, ApprovalRequest, ApprovedPlan, NotApproved, gate
from remediator.core.azure_write import AzureWrite
from remediator.core.chain import chained
from remediator.core.change import Change
from remediator.core.code_request import CodeRequest
from remediator.core.desired import Way
from remediator.core.diagnosis import Diagnosis
from remediator.core.errors import Rejected, RemediatorError
from remediator.core.execution import Execution, Step
from remediator.core.opening import Opening
from remediator.core.policy import Ruling
from remediator.core.pull_log import LogLine
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource, last_few
from remediator.core.verification import Verification
from remediator.core.words import bounded as bounded

# An incident keeps this many signals with their texts, no fewer than the mailbox does; all of them are counted.
MAX_SIGNALS = 20
# The world may move under a plan twice; the third time a person is called (house, section 4).
MAX_CONFLICTS = 3


class Status(StrEnum):
    """Where an incident stands (house, section 4)."""

    OPEN = "OPEN"
    PLANNED = "PLANNED"
    AWAITING_APPROVAL = "AWAITING_APPROVAL"
    APPROVED = "APPROVED"
    AWAITING_MERGE = "AWAITING_MERGE"
    APPLYING = "APPLYING"
    APPLIED = "APPLIED"
    UNDOING = "UNDOING"
    NO_DRIFT = "NO_DRIFT"
    REPORTED = "REPORTED"
    JOINED = "JOINED"
    RESOLVED = "RESOLVED"
    ROLLED_BACK = "ROLLED_BACK"
    FORBIDDEN = "FORBIDDEN"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    NEEDS_HUMAN = "NEEDS_HUMAN"

    @property
    def ended(self) -> bool:
        """Whether only a person can open it again."""
        return self in ENDED


NEXT: dict[Status, frozenset[Status]] = {
    Status.OPEN: frozenset({Status.NO_DRIFT, Status.REPORTED, Status.JOINED, Status.PLANNED}),
    Status.PLANNED: frozenset(
        {Status.FORBIDDEN, Status.AWAITING_APPROVAL, Status.APPROVED, Status.REPORTED, Status.OPEN}
    ),
    Status.AWAITING_APPROVAL: frozenset({Status.APPROVED, Status.REJECTED, Status.EXPIRED, Status.OPEN}),
    Status.APPROVED: frozenset({Status.APPLYING, Status.AWAITING_MERGE, Status.OPEN}),
    Status.AWAITING_MERGE: frozenset({Status.APPLIED, Status.REJECTED, Status.NO_DRIFT, Status.OPEN}),
    Status.APPLYING: frozenset({Status.APPLIED, Status.UNDOING, Status.OPEN}),
    Status.APPLIED: frozenset({Status.RESOLVED, Status.UNDOING, Status.APPLIED}),
    Status.UNDOING: frozenset({Status.ROLLED_BACK}),
}
ENDED: frozenset[Status] = frozenset(Status) - frozenset(NEXT)


def may_go(current: Status, target: Status) -> bool:
    """Whether a transition is allowed; everything open may also need a human, and an ended one may be opened again."""
    if current in ENDED:
        return target is Status.OPEN
    return target is Status.NEEDS_HUMAN or target in NEXT[current]


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One thing that happened; `who` is a non-personal id or the program itself.

    `hash` seals the line and all lines before it; None for a line that is older than the chain.
    """

    at: datetime
    what: str
    who: str = "remediator"
    status: Status | None = None
    hash: str | None = None

    def hashed(self, before: str) -> str:
        """The hash that the line has behind a line of the hash `before`."""
        return chained(before, self.at, self.what, self.who, self.status)


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that waits in the outbox: a template and its parameters, never a finished text.

    `key` makes it the same notice when it is asked for twice; `attempts` and `next_at` belong to delivery.
    """

    key: str
    template: str
    channel: str
    parameters: tuple[tuple[str, str], ...] = ()
    attempts: int = 0
    next_at: datetime | None = None
    delivered_at: datetime | None = None
    gave_up: bool = False

    @property
    def waiting(self) -> bool:
        """Whether it still has to be delivered."""
        return self.delivered_at is None and not self.gave_up


@dataclass(frozen=True, slots=True)
class Incident:
    """Everything we know of one subject, from the first signal to the end.

    `subject` is a registry, or the zone or network at the root of many; `wake_at` is set while the status is
    open or a notice waits. `caused_by` is the write behind the findings, where one is known; `evidence` are lines of
    logs that we have asked ourselves. `pull_request` is the one that carries its plan, if any. `looked_at` is when
    the estate was last looked at for a plan, and `looked_count` how many signals were known then. Times are UTC.
    """

    id: str
    subject: ResourceId
    opened_at: datetime
    status: Status = Status.OPEN
    updated_at: datetime | None = None
    wake_at: datetime | None = None
    registries: tuple[ResourceId, ...] = ()
    app: ResourceId | None = None
    signals: tuple[Signal, ...] = ()
    signal_count: int = 0
    way: str | None = None
    requester: str | None = None
    diagnosis: Diagnosis | None = None
    request: ApprovalRequest | None = None
    approvals: tuple[Approval, ...] = ()
    execution: Execution | None = None
    verification: Verification | None = None
    outbox: tuple[Notice, ...] = ()
    journal: tuple[JournalLine, ...] = ()
    conflicts: int = 0
    attempts: int = 0
    error: tuple[str, str] | None = None
    joined_to: str | None = None
    tags: tuple[str, ...] = field(default=())
    caused_by: AzureWrite | None = None
    correlation: str | None = None
    evidence: tuple[LogLine, ...] = ()
    looked_at: datetime | None = None
    looked_count: int = 0
    opening: Opening | None = None
    pull_request: CodeRequest | None = None

    @property
    def unlooked(self) -> bool:
        """Whether a signal came in for which nobody has looked at the estate yet."""
        return self.signal_count > self.looked_count

    def looked(self, at: datetime) -> Incident:
        """The incident after a look for a plan."""
        return replace(self, looked_at=at, looked_count=self.signal_count)

    @property
    def fingerprint(self) -> str:
        """What makes two signals the same incident: the subject."""
        return self.subject.key

    @property
    def seal(self) -> str:
        """What the first line's hash goes on from, so that no journal fits another incident."""
        return chained("", "journal", self.subject.key, self.opened_at)

    def note(self, at: datetime, what: str, who: str = "remediator", status: Status | None = None) -> Incident:
        """The same incident with one more journal line, chained to those before it."""
        before = self.journal[-1].hash if self.journal else None
        if before is None:
            before = reduce(lambda sealed, line: line.hashed(sealed), self.journal, self.seal)
        line = JournalLine(at, bounded(what), who, status)
        line = replace(line, hash=line.hashed(before))
        return replace(self, journal=(*self.journal, line), updated_at=at)

    def to(self, status: Status, at: datetime, what: str, who: str = "remediator") -> Incident:
        """The incident after a transition and its journal line; `Rejected` when the transition is not allowed."""
        if not may_go(self.status, status):
            raise Rejected(
                "transition-not-allowed",
                f"incident {self.id} is {self.status.value} and cannot become {status.value}",
                context={"incident": self.id},
            )
        return replace(self.note(at, what, who, status), status=status, attempts=0)

    def notify(self, *notices: Notice) -> Incident:
        """The incident with more notices; one that is already there by its key is not asked for again."""
        known = {notice.key for notice in self.outbox}
        return replace(self, outbox=(*self.outbox, *(n for n in notices if n.key not in known)))

    @property
    def busy(self) -> bool:
        """Whether somebody must look at it again without being told."""
        followed = self.pull_request is not None and not self.pull_request.over
        return not self.status.ended or followed or any(notice.waiting for notice in self.outbox)

    def rest(self, at: datetime) -> Incident:
        """The incident with the time at which it is looked at again: `at` while it is busy, None when it is over."""
        return replace(self, wake_at=at if self.busy else None)

    def receive(self, signals: Iterable[Signal]) -> Incident:
        """The incident with more signals: each is counted once by its id, the last few are kept.

        A person's signal names the requester, the way and the app, where nobody has named one yet. A signal that
        tells who caused the drift outlives one that does not: that person cannot approve.
        """
        incident = self
        for signal in signals:
            if any(kept.id == signal.id and kept.source is signal.source for kept in incident.signals):
                continue
            manual = signal.source is SignalSource.MANUAL
            incident = replace(
                incident,
                signals=last_few((*incident.signals, signal), MAX_SIGNALS),
                signal_count=incident.signal_count + 1,
                requester=incident.requester or (signal.actor if manual else None),
                way=incident.way or signal.requested_way,
                app=incident.app or signal.app_id,
                correlation=incident.correlation or signal.correlation_id,
                opening=incident.opening or signal.opening,
            )
        return incident

    @property
    def steps(self) -> tuple[tuple[Change, Step], ...]:
        """Each change of the plan that was executed, with its step; nothing once the plan is another one."""
        plan, execution = self.diagnosis.plan if self.diagnosis else None, self.execution
        if plan is None or execution is None or execution.digest != plan.digest:
            return ()
        return tuple(zip(plan.changes, execution.steps, strict=False))

    @property
    def interested(self) -> frozenset[str]:
        """The ids of those who asked for the change or caused the drift: none of them can approve it."""
        cause = self.caused_by.actor.id if self.caused_by else None
        ids = (self.requester, cause, *(signal.actor for signal in self.signals))
        return frozenset(who.casefold() for who in ids if who)

    def approved(self, now: datetime, ruling: Ruling | None = None) -> ApprovedPlan | NotApproved:
        """The right to apply the plan, or why not; `ruling` is a fresher one than that of the diagnosis."""
        ruling = ruling or (self.diagnosis.ruling if self.diagnosis else None)
        if self.diagnosis is None or ruling is None:
            return NotApproved("approval-void", "there is no plan to approve")
        counted = tuple(a for a in self.approvals if not a.yes or a.person.casefold() not in self.interested)
        return gate(self.diagnosis.plan, ruling, self.request, counted, requester=self.requester, now=now)

    @property
    def named_way(self) -> Way:
        """The most careful of the ways that the policy and the requester name, before anybody has approved."""
        named = [self.diagnosis.ruling.way] if self.diagnosis and self.diagnosis.ruling else []
        named += [way for way in Way if way.value == self.way]
        return max(named, key=list(Way).index, default=Way.REPORT)

    @property
    def chosen_way(self) -> Way:
        """The most careful of the ways that the policy, the requester and the approvers name."""
        digest = self.diagnosis.plan.digest if self.diagnosis else ""
        words = [a.way for a in self.approvals if a.yes and a.digest == digest]
        return max((self.named_way, *(way for way in Way if way.value in words)), key=list(Way).index)

    def moved(self, at: datetime, problem: RemediatorError) -> Incident:
        """The incident after the world moved: approvals are void and all is diagnosed again.

        The third time, and where the status has no way back, a person is called.
        """
        counted = replace(self, conflicts=self.conflicts + 1)
        if counted.conflicts >= MAX_CONFLICTS or not may_go(self.status, Status.OPEN):
            return counted.needs_human(at, problem)
        void = replace(counted, approvals=(), request=None)
        return void.to(Status.OPEN, at, f"the world moved, looking again: {problem}")

    def needs_human(self, at: datetime, problem: RemediatorError) -> Incident:
        """The incident that cannot go on by itself, with the error and its hint."""
        text = f"{problem}. {problem.hint}" if problem.hint else str(problem)
        failed = replace(self, error=(problem.code, bounded(text.removeprefix(f"{problem.code}: "))))
        return failed.to(Status.NEEDS_HUMAN, at, text)

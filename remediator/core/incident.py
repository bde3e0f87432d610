"""The case file of one incident: its statuses, the allowed transitions, its outbox and its journal."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from remediator.core.approval import Approval, ApprovalRequest
from remediator.core.diagnosis import Diagnosis
from remediator.core.errors import Rejected
from remediator.core.execution import Execution
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal
from remediator.core.verification import Verification


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
    Status.PLANNED: frozenset({Status.FORBIDDEN, Status.AWAITING_APPROVAL, Status.APPROVED, Status.REPORTED}),
    Status.AWAITING_APPROVAL: frozenset({Status.APPROVED, Status.REJECTED, Status.EXPIRED, Status.OPEN}),
    Status.APPROVED: frozenset({Status.APPLYING, Status.AWAITING_MERGE, Status.OPEN}),
    Status.AWAITING_MERGE: frozenset({Status.APPLIED, Status.REJECTED, Status.NO_DRIFT}),
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
    """One thing that happened; `who` is a non-personal id or the program itself."""

    at: datetime
    what: str
    who: str = "remediator"
    status: Status | None = None


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
    open or a notice waits. Times are UTC.
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

    @property
    def fingerprint(self) -> str:
        """What makes two signals the same incident: the subject."""
        return self.subject.key

    def note(self, at: datetime, what: str, who: str = "remediator") -> Incident:
        """The same incident with one more journal line."""
        return replace(self, journal=(*self.journal, JournalLine(at, what, who)), updated_at=at)

    def to(self, status: Status, at: datetime, what: str, who: str = "remediator") -> Incident:
        """The incident after a transition and its journal line; `Rejected` when the transition is not allowed."""
        if not may_go(self.status, status):
            raise Rejected(
                "transition-not-allowed",
                f"incident {self.id} is {self.status.value} and cannot become {status.value}",
                context={"incident": self.id},
            )
        line = JournalLine(at, what, who, status)
        return replace(self, status=status, journal=(*self.journal, line), updated_at=at, attempts=0)

    def notify(self, *notices: Notice) -> Incident:
        """The incident with more notices; one that is already there by its key is not asked for again."""
        known = {notice.key for notice in self.outbox}
        return replace(self, outbox=(*self.outbox, *(n for n in notices if n.key not in known)))

    @property
    def busy(self) -> bool:
        """Whether somebody must look at it again without being told."""
        return not self.status.ended or any(notice.waiting for notice in self.outbox)

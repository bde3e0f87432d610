"""Approvals: one person's yes or no to one digest, and the gate that turns enough of them into an `ApprovedPlan`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from remediator.core.desired import Decision
from remediator.core.plan import Plan
from remediator.core.policy import Ruling


@dataclass(frozen=True, slots=True)
class ApprovalLink:
    """A link that was sent: only the hash of its token is kept, bound to one recipient."""

    token_hash: str
    recipient: str


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """An open question to people: which digest, until when, over which links."""

    digest: str
    asked_at: datetime
    expires_at: datetime
    links: tuple[ApprovalLink, ...] = ()
    required: int = 1
    code: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """A decision. `person` is a stable object id; `name` is for pages that the person's colleagues may see."""

    digest: str
    person: str
    yes: bool
    at: datetime
    reason: str = ""
    way: str | None = None
    token_hash: str = ""


@dataclass(frozen=True, slots=True)
class NotApproved:
    """Why a plan may not be applied (yet)."""

    code: str
    reason: str


class ApprovedPlan:
    """The only thing that can be applied. `gate` makes it; nothing else can."""

    __slots__ = ("by", "digest", "plan")
    plan: Plan
    digest: str
    by: tuple[str, ...]

    def __init__(self, seal: object, plan: Plan, by: tuple[str, ...]) -> None:
        if seal is not _SEAL:
            raise TypeError("an ApprovedPlan comes from core.approval.gate and from nowhere else")
        self.plan, self.digest, self.by = plan, plan.digest, by


_SEAL = object()


def gate(
    plan: Plan,
    ruling: Ruling,
    request: ApprovalRequest | None,
    approvals: tuple[Approval, ...],
    *,
    requester: str | None,
    now: datetime,
) -> ApprovedPlan | NotApproved:
    """Whether this plan may be applied now.

    A `no` to this digest stops it; a `yes` counts once for a person, not from the one who asked for the change,
    not after the request has expired, and only for this very digest. When a check cannot be made the answer is no.
    """
    if ruling.decision is Decision.FORBID:
        return NotApproved("plan-forbidden", "the policy forbids this plan")
    if ruling.decision is Decision.AUTO:
        return ApprovedPlan(_SEAL, plan, ("policy",))
    if request is None or request.digest != plan.digest:
        return NotApproved("approval-void", "nobody was asked about exactly this plan")
    ours = [a for a in approvals if a.digest == plan.digest]
    if any(not a.yes for a in ours):
        return NotApproved("plan-rejected", "somebody said no to this plan")
    people = tuple(
        sorted({a.person for a in ours if a.person and a.person != requester and a.at <= request.expires_at})
    )
    if not people and now > request.expires_at:
        return NotApproved("approval-expired", "nobody said yes in time")
    if len(people) < max(1, request.required, ruling.approvals):
        wanted = max(1, request.required, ruling.approvals)
        return NotApproved("approval-missing", f"{len(people)} of {wanted} approvals are there")
    return ApprovedPlan(_SEAL, plan, people)

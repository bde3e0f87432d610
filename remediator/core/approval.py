"""Approvals: one person's yes or no to one digest, and the gate that turns enough of them into an `ApprovedPlan`.

`refusal` says why an answer does not count, `gate` whether the answers are enough. Who somebody is was checked by the
door that signed the person in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from remediator.core.desired import Approvers, Decision
from remediator.core.plan import Plan
from remediator.core.policy import Ruling


@dataclass(frozen=True, slots=True)
class ApprovalLink:
    """A link that was sent: only the hash of its token is kept, bound to one recipient."""

    token_hash: str
    recipient: str


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """An open question to people: which digest, until when, over which links.

    `remarks` are what the preflight could not find out, or found to bar the way back: they are told with the question.
    """

    digest: str
    asked_at: datetime
    expires_at: datetime
    links: tuple[ApprovalLink, ...] = ()
    required: int = 1
    code: str = ""
    remarks: tuple[str, ...] = ()


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
class Person:
    """Somebody who has signed in. `id` is the stable object id; `all_groups` is False when the token could not carry
    them all, and such a person is not an approver (house, section 6)."""

    id: str
    name: str = ""
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    all_groups: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said to the plan that was shown: `digest` is the shown one, `confirmation` what was typed."""

    yes: bool
    digest: str
    reason: str = ""
    way: str | None = None
    confirmation: str = ""


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


def refusal(
    request: ApprovalRequest,
    answer: Answer,
    person: Person,
    *,
    approvers: tuple[Approvers, ...],
    interested: frozenset[str],
    now: datetime,
) -> NotApproved | None:
    """Why this answer of this person does not count, None when it does.

    `approvers` are those of each registry that the plan concerns: the person must be one for all of them.
    `interested` holds the case-folded ids of those who asked for the change or caused the drift: they may say no.
    """
    if now > request.expires_at:
        return NotApproved("approval-expired", f"the question was open until {request.expires_at:%Y-%m-%d %H:%M} UTC")
    if answer.digest != request.digest:
        return NotApproved("approval-void", "the plan has changed since it was shown")
    if not all(is_approver(person, allowed) for allowed in approvers):
        return NotApproved("approver-not-allowed", "this person may not decide on changes of every registry concerned")
    if answer.yes and person.id.casefold() in interested:
        return NotApproved("approver-is-requester", "the one who asked for a change or caused it cannot approve it")
    if answer.yes and answer.confirmation.strip().casefold() != request.code.casefold():
        return NotApproved("confirmation-wrong", f"what was typed is not {request.code!r}")
    return None


def is_approver(person: Person, allowed: Approvers) -> bool:
    """Whether the person is named by id, group or role; anybody who is signed in where nobody is named."""
    if not person.id or not person.all_groups:
        return False
    if not (allowed.users or allowed.groups or allowed.roles):
        return True
    return (
        _meet((person.id,), allowed.users) or _meet(person.groups, allowed.groups) or _meet(person.roles, allowed.roles)
    )


def _meet(has: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return not {item.casefold() for item in has}.isdisjoint(item.casefold() for item in wanted)

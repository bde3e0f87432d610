"""Approvals: which answer counts, in which order it is refused, and what the gate lets through."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from remediator.core.approval import (
    Answer,
    Approval,
    ApprovalRequest,
    ApprovedPlan,
    NotApproved,
    Person,
    gate,
    refusal,
)
from remediator.core.desired import Approvers, Decision, Way
from remediator.core.plan import Plan
from remediator.core.policy import Ruling

AT = datetime(2026, 3, 1, tzinfo=UTC)
PLAN = Plan(())
REQUEST = ApprovalRequest(PLAN.digest, AT, AT + timedelta(hours=24), code="acrone")
YES = Answer(True, PLAN.digest, confirmation="acrone")
NO = Answer(False, PLAN.digest)
ALICE = Person("alice")
ASK = Ruling(Decision.ASK, Way.DIRECT, ("kinds",))


@pytest.mark.parametrize(
    ("answer", "person", "after", "code"),
    [
        (YES, ALICE, 1, None),
        (NO, ALICE, 1, None),
        (YES, ALICE, 25, "approval-expired"),
        (NO, ALICE, 25, "approval-expired"),
        (replace(YES, digest="d1:other"), ALICE, 1, "approval-void"),
        (YES, Person("mallory"), 1, "approver-not-allowed"),
        (YES, Person(""), 1, "approver-not-allowed"),
        (YES, Person("bob", groups=("team",)), 1, None),
        (YES, Person("bob", groups=("team",), all_groups=False), 1, "approver-not-allowed"),
        (YES, Person("carol", groups=("TEAM",)), 1, "approver-is-requester"),
        (NO, Person("carol", groups=("team",)), 1, None),
        (replace(YES, confirmation="acrtwo"), ALICE, 1, "confirmation-wrong"),
        (replace(YES, confirmation=" ACRONE "), ALICE, 1, None),
    ],
)
def test_which_answer_counts(answer: Answer, person: Person, after: int, code: str | None) -> None:
    """An answer counts in time, for the shown plan, from an approver who is not interested, with the code typed."""
    allowed = Approvers(users=("alice",), groups=("team",))
    now = AT + timedelta(hours=after)
    refused = refusal(REQUEST, answer, person, approvers=(allowed,), interested=frozenset({"carol"}), now=now)
    assert (refused.code if refused else None) == code


def test_an_approver_of_every_registry() -> None:
    """A plan that concerns two registries needs somebody who is an approver of both."""
    both = (Approvers(users=("alice",)), Approvers(users=("bob",)))
    refused = refusal(REQUEST, YES, ALICE, approvers=both, interested=frozenset(), now=AT)
    assert refused is not None
    assert refused.code == "approver-not-allowed"


@pytest.mark.parametrize(
    ("said", "requester", "after", "code"),
    [
        ((), None, 1, "approval-missing"),
        ((), None, 25, "approval-expired"),
        ((("alice", True, 1),), None, 2, None),
        ((("alice", True, 1),), None, 48, None),
        ((("alice", True, 25),), None, 26, "approval-expired"),
        ((("alice", True, 1),), "alice", 2, "approval-missing"),
        ((("alice", True, 1), ("bob", False, 1)), None, 2, "plan-rejected"),
    ],
)
def test_the_gate(said: tuple[tuple[str, bool, int], ...], requester: str | None, after: int, code: str | None) -> None:
    """The gate opens for a yes in time of somebody else than the requester, and not beside a no."""
    approvals = tuple(Approval(PLAN.digest, who, yes, AT + timedelta(hours=at)) for who, yes, at in said)
    verdict = gate(PLAN, ASK, REQUEST, approvals, requester=requester, now=AT + timedelta(hours=after))
    assert (verdict.code if isinstance(verdict, NotApproved) else None) == code


def test_nobody_else_makes_an_approved_plan() -> None:
    """An approved plan comes from the gate only."""
    with pytest.raises(TypeError):
        ApprovedPlan(object(), PLAN, ("alice",))

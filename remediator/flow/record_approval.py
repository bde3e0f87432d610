"""A person says yes or no. Called by the approval page and the terminal, for a person who has signed in.

Whether the answer counts is `core.approval.refusal`. A replay changes nothing, two people at once both count: the save
is conditional and tried again. The incident is woken afterwards, always.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import datetime

from remediator.core.approval import Answer, Approval, ApprovalRequest, NotApproved, Person, refusal
from remediator.core.choices import choices
from remediator.core.desired import Way
from remediator.core.errors import Rejected, Transient
from remediator.core.incident import Incident, Status
from remediator.core.subject import approvers_of
from remediator.flow.code_side import CodeSide, reachable
from remediator.flow.turn import keep, open_case
from remediator.ports import Clock, DesiredStates, Held, Incidents, Tokens, WorkQueue

TRIES = 5


def record_approval(
    incident: str,
    token: str,
    answer: Answer,
    person: Person,
    *,
    incidents: Incidents,
    desired_states: DesiredStates,
    tokens: Tokens,
    code: CodeSide | None,
    queue: WorkQueue,
    clock: Clock,
) -> Incident:
    """The incident after the answer.

    `Rejected` with the code approval-link-unknown, approval-expired, approval-void, approver-not-allowed,
    approver-is-requester, confirmation-wrong, way-not-offered or already-decided; `Transient` when others kept saving.
    """
    for _ in range(TRIES):
        held = open_case(incidents, incident)
        after = _answered(held, tokens.hash(token), answer, person, desired_states, code, clock.now())
        try:
            saved = held if after is held.incident else keep(incidents, held, after, clock.now())
        except Transient as problem:
            if problem.code not in ("lost-race", "signal-at-closing-time"):
                raise
            continue
        queue.send(incident)
        return saved.incident
    raise Transient("lost-race", f"recording an approval for incident {incident}: others keep saving it", retry_after=5)


def _answered(
    held: Held,
    token_hash: str,
    answer: Answer,
    person: Person,
    desired_states: DesiredStates,
    code: CodeSide | None,
    now: datetime,
) -> Incident:
    incident = held.incident
    request = incident.request
    if request is None or not _sent_out(request, token_hash):
        raise _refused(incident, "approval-link-unknown", "this link does not belong to an open question")
    earlier = [a for a in incident.approvals if a.person == person.id and a.digest == answer.digest]
    if any(a.yes == answer.yes for a in earlier):
        return incident
    if incident.status is not Status.AWAITING_APPROVAL:
        raise _refused(incident, *_too_late(incident))
    desired = desired_states.load()
    approvers = approvers_of(incident.registries, desired)
    refused = refusal(request, answer, person, approvers=approvers, interested=incident.interested, now=now)
    if refused is not None:
        raise _refused(incident, refused.code, refused.reason)
    if answer.yes and answer.way is not None:
        _check_choice(incident, answer.way, choices(incident, desired, reachable(code)))
    said = Approval(request.digest, person.id, answer.yes, now, answer.reason, answer.way, token_hash)
    return _decided(replace(incident, approvals=(*incident.approvals, said)), held, person.id, answer.yes, now)


def _check_choice(incident: Incident, way: str, offered: tuple[Way, ...]) -> None:
    """Whether the way that was chosen is one of those that are offered for this plan."""
    if way not in {one.value for one in offered}:
        ways = ", ".join(one.value for one in offered) or "none"
        raise _refused(incident, "way-not-offered", f"the way {way[:40]!r} is not offered for this plan ({ways})")


def _sent_out(request: ApprovalRequest, token_hash: str) -> bool:
    """Whether one of the links has this token; every link is compared, in constant time."""
    matches = [hmac.compare_digest(link.token_hash.encode(), token_hash.encode()) for link in request.links]
    return any(matches)


def _decided(incident: Incident, held: Held, person: str, yes: bool, now: datetime) -> Incident:
    """The status after an answer. A no ends the case, unless a signal came in that nobody has looked at yet."""
    if not yes:
        target = Status.OPEN if held.letters else Status.REJECTED
        return incident.to(target, now, "said no to the plan", who=person)
    verdict = incident.approved(now)
    if isinstance(verdict, NotApproved):
        return incident.note(now, f"said yes to the plan: {verdict.reason}", who=person)
    return incident.to(Status.APPROVED, now, "said yes to the plan", who=person)


def _too_late(incident: Incident) -> tuple[str, str]:
    match incident.status:
        case Status.EXPIRED:
            return "approval-expired", "the time to answer is over"
        case Status.OPEN | Status.PLANNED | Status.NO_DRIFT | Status.JOINED | Status.REPORTED | Status.FORBIDDEN:
            return "approval-void", "the plan that this link was about is void"
        case _:
            return "already-decided", f"this plan is decided: the incident is {incident.status.value}"


def _refused(incident: Incident, code: str, reason: str) -> Rejected:
    return Rejected(code, f"incident {incident.id}: {reason}", context={"incident": incident.id})

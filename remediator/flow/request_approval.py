"""Who must say yes to the plan? Called by `advance` for a PLANNED incident.

The ruling came with the diagnosis. Before anybody is asked, and before the policy's own yes counts, the plan goes
through the preflight (`held_up`). People are asked once: while a question about exactly this plan is open, the same
links and notices stand. Notices wait in the outbox and are saved with the state; tokens are kept as hashes only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from remediator.core.approval import ApprovalLink, ApprovalRequest
from remediator.core.code_request import closed_by_a_person
from remediator.core.desired import Decision, DesiredState, Way
from remediator.core.diagnosis import Diagnosis
from remediator.core.errors import Misconfigured, Stale
from remediator.core.incident import Incident, Status
from remediator.core.policy import Ruling
from remediator.core.preflight import PreflightResult
from remediator.core.words import counted
from remediator.flow.code_side import CodeSide, check_way
from remediator.flow.diagnose import to_tell
from remediator.flow.held_up import for_a_pipeline, held_up, noted
from remediator.flow.turn import Turn, tell
from remediator.ports import Clock, DesiredStates, Held, Incidents, Preflight, Tokens

# In a storm there is always one more signal: people are asked all the same, and the estate is looked at beside that.
LOOKED_AT = 100
LOOK_AGAIN, MOST_AGAIN = "a signal came in after the diagnosis", 3


def request_approval(
    held: Held,
    *,
    preflight: Preflight | None,
    desired_states: DesiredStates,
    incidents: Incidents,
    code: CodeSide | None,
    tokens: Tokens,
    clock: Clock,
    recipients: Sequence[str],
) -> Turn:
    """PLANNED → FORBIDDEN, REPORTED, APPROVED or AWAITING_APPROVAL; OPEN when a signal came after the diagnosis, a few
    times at most.

    NEEDS_HUMAN when something surely stops the plan.
    """
    incident, now = held.incident, clock.now()
    if held.letters and sum(line.what == LOOK_AGAIN for line in incident.journal) < MOST_AGAIN:
        return Turn(held, incident.to(Status.OPEN, now, LOOK_AGAIN))
    found = incident.diagnosis
    if found is None or found.ruling is None:
        raise Stale("plan-missing", f"incident {incident.id} is planned and has no ruling")
    desired = desired_states.load()
    people = to_tell(incident.registries, desired, recipients)
    reasons = "; ".join(found.ruling.reasons)
    if _only_reported(incident, found.ruling, desired):
        return Turn(held, tell(incident.to(Status.REPORTED, now, "report only"), "reported", now, people, reasons))
    if found.ruling.decision is Decision.FORBID:
        forbidden = incident.to(Status.FORBIDDEN, now, f"the policy forbids the plan: {reasons}")
        return Turn(held, tell(forbidden, "forbidden", now, people, reasons))
    check_way(incident, desired, code)
    checked = preflight.check(found.plan) if preflight is not None else PreflightResult()
    if incident.named_way is Way.PULL_REQUEST:
        checked = for_a_pipeline(checked)
    if checked.obstacles:
        return Turn(held, held_up(incident, checked, now, people))
    incident = noted(incident, checked, now)
    incident, found = _asked_again(incident, found, found.ruling, incidents)
    if found.ruling is not None and found.ruling.decision is Decision.AUTO:
        return Turn(held, incident.to(Status.APPROVED, now, f"approved by the policy: {reasons}", who="policy"))
    return Turn(held, _ask(incident, found, checked.remarks, desired, people, tokens, now))


def _asked_again(
    incident: Incident, found: Diagnosis, ruling: Ruling, incidents: Incidents
) -> tuple[Incident, Diagnosis]:
    """Where a person has closed the pull request of this very plan, the policy's own yes does not open another one."""
    if ruling.decision is not Decision.AUTO or incident.named_way not in (Way.BOTH, Way.PULL_REQUEST):
        return incident, found
    earlier = (one for rid in incident.registries for one in incidents.find(registry=rid, limit=LOOKED_AT))
    closed = next((one for one in earlier if one.id != incident.id and _was_closed(one, found.plan.digest)), None)
    if closed is None:
        return incident, found
    reason = f"a person closed the pull request of the same plan (incident {closed.id})"
    asking = replace(ruling, decision=Decision.ASK, reasons=(reason,), approvals=max(1, ruling.approvals))
    found = replace(found, ruling=asking)
    return replace(incident, diagnosis=found), found


def _was_closed(incident: Incident, digest: str) -> bool:
    request = incident.pull_request
    return (request is not None and request.digest == digest and request.made is not None) and closed_by_a_person(
        request.made
    )


def _only_reported(incident: Incident, ruling: Ruling, desired: DesiredState) -> bool:
    """Whether somebody wants to be told and no more: the requester, or the document for every registry concerned."""
    if incident.way == Way.REPORT.value:
        return True
    intents = [desired.intent_for(registry) for registry in incident.registries]
    return ruling.decision is Decision.FORBID and bool(intents) and all(i.way is Way.REPORT for i in intents)


def _ask(
    incident: Incident,
    found: Diagnosis,
    remarks: tuple[str, ...],
    desired: DesiredState,
    people: Sequence[str],
    tokens: Tokens,
    now: datetime,
) -> Incident:
    digest = found.plan.digest
    open_question = incident.request
    if open_question is not None and open_question.digest == digest and now <= open_question.expires_at:
        return incident.to(Status.AWAITING_APPROVAL, now, "the open question is about exactly this plan")
    if not people:
        raise Misconfigured(
            "nobody-to-ask",
            f"the plan of incident {incident.id} needs an approval, and nobody is named who could be asked",
            context={"incident": incident.id},
            hint="name approvers.notify in the desired state, or recipients by default in the settings",
        )
    links = tuple(ApprovalLink(tokens.hash(tokens.token(incident.id, digest, who)), who) for who in people)
    required = max(1, found.ruling.approvals if found.ruling else 1)
    expires = now + timedelta(hours=desired.limits.approval_hours)
    code = (incident.registries[0] if incident.registries else incident.subject).name
    request = ApprovalRequest(digest, now, expires, links, required, code, remarks)
    asked = replace(incident, request=request, approvals=()).to(
        Status.AWAITING_APPROVAL, now, f"asked {counted(len(links), 'recipient')} for {counted(required, 'approval')}"
    )
    return tell(asked, "approval", now, (), digest=digest, expires=expires.isoformat())

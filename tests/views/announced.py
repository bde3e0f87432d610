"""One incident for each type of event, with something in every place from which a person or a secret could leak.

`python -m tests.views.announced`, from the repository's root, writes the golden files: a type's fields never change, so
do that only while it has not been released.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from remediator.core.announcement import EventType, announcements
from remediator.core.approval import ApprovalLink
from remediator.core.execution import Execution, StepState
from remediator.core.incident import Incident, Notice, Status
from remediator.core.resource_id import ResourceId
from remediator.core.verification import Outcome, Proof, Verification
from remediator.views.event import cloud_event
from tests.codec.example_incident import START, full_incident

DATA = Path(__file__).parents[1] / "data" / "events"
URL = "https://remediator.example"
SECRETS = ("wang.li@contoso.example", "s3cret-token", "hunter2", "22222222-2222-2222-2222-222222222222", "Lin Wang")


def leaky() -> Incident:
    """The golden incident with every secret in every text that people, senders or Azure can write."""
    said = " ".join(SECRETS)
    full = full_incident()
    assert full.diagnosis and full.request and full.execution and full.verification
    finding = replace(full.diagnosis.findings[0], summary=said, evidence=(said,), advice=said)
    steps = tuple(replace(one, error=("azure-policy", said), operation=said) for one in full.execution.steps)
    return replace(
        full,
        signals=tuple(replace(one, text=said, id=said, environment=said) for one in full.signals),
        requester=said,
        diagnosis=replace(full.diagnosis, findings=(finding,)),
        request=replace(full.request, links=(ApprovalLink(said, said),), code=said),
        approvals=tuple(replace(one, person=said, reason=said, token_hash=said) for one in full.approvals),
        execution=replace(full.execution, steps=steps, approved_by=(said,)),
        verification=replace(full.verification, reason=said),
        outbox=(Notice("asked:1", "approval", "mail", (("recipient", said),)),),
        error=("azure-policy", said),
        journal=(),
        joined_to=None,
    )


def story(kind: EventType) -> tuple[Incident | None, Incident]:
    """The incident before the transition of which an event of this type tells, and after it."""
    full = leaky()
    if kind is EventType.OPENED:
        bare = replace(full, status=Status.OPEN, diagnosis=None, request=None, approvals=(), execution=None)
        bare = replace(bare, registries=(), verification=None, error=None)
        return None, bare.note(START, " ".join(SECRETS), status=Status.OPEN)
    before, after = _steps()[kind]
    opened = replace(full, status=before).note(START, "opened", status=before)
    if kind is EventType.RESOLVED:
        proven = Verification(START, Outcome.RESOLVED, Proof.PULL, " ".join(SECRETS))
        opened = replace(opened, verification=proven)
    if kind is EventType.ROLLED_BACK:
        assert full.execution
        undone = tuple(replace(one, state=StepState.UNDONE) for one in full.execution.steps)
        opened = replace(opened, execution=Execution(full.execution.digest, undone, START))
    if kind is EventType.CLOSED:
        opened = replace(opened, joined_to="0123456789ab-01hw")
    return opened, opened.to(after, START + timedelta(minutes=30), " ".join(SECRETS), who=" ".join(SECRETS))


def _steps() -> dict[EventType, tuple[Status, Status]]:
    return {
        EventType.PROPOSED: (Status.OPEN, Status.PLANNED),
        EventType.APPROVED: (Status.AWAITING_APPROVAL, Status.APPROVED),
        EventType.APPLIED: (Status.APPLYING, Status.APPLIED),
        EventType.RESOLVED: (Status.APPLIED, Status.RESOLVED),
        EventType.ROLLED_BACK: (Status.UNDOING, Status.ROLLED_BACK),
        EventType.NEEDS_HUMAN: (Status.APPLYING, Status.NEEDS_HUMAN),
        EventType.CLOSED: (Status.OPEN, Status.JOINED),
    }


def event(kind: EventType) -> dict[str, Any]:
    """The event of that story."""
    before, after = story(kind)
    (notice,) = announcements(before, after)
    return cloud_event(notice, after, URL)


def misnamed() -> dict[str, Any]:
    """An event of an incident whose sender put an address into the name of the app."""
    before, after = story(EventType.NEEDS_HUMAN)
    app = ResourceId("/subscriptions/s/providers/Microsoft.App/containerApps/wang.li@contoso.example")
    (notice,) = announcements(before, replace(after, app=app))
    return cloud_event(notice, after, URL)


def pretty(document: dict[str, Any]) -> str:
    """An event as its golden file shows it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for each in EventType:
        (DATA / f"{each.value}.json").write_text(pretty(event(each)), encoding="utf-8")

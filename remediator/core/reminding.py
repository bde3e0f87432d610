"""A question that nobody has answered: who is reminded of it, who is told besides, and when?

`flow/await_approval` asks while the question is open. Each step is taken once, which its notice in the outbox shows;
where several are due at once, as after an outage, only the latest is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from remediator.core.approval import ApprovalRequest
from remediator.core.incident import Incident, Notice
from remediator.core.outbox import channel_of, notices

TEMPLATE = "reminder"
TEAMS = "teams"
# A workflow says 202 and may never post: where no mail was sent either, it follows after this long (azure-facts 11).
NO_WORD_FROM_TEAMS = timedelta(minutes=15)


class Stage(StrEnum):
    """The steps, in the order in which they are taken."""

    BY_MAIL = "by-mail"
    LAST_QUARTER = "last-quarter"
    OTHERS = "others"


def due_reminders(incident: Incident, now: datetime, fallbacks: Mapping[str, Sequence[str]]) -> tuple[Notice, ...]:
    """The notices of the step that is due now, none where none is or it was taken.

    `fallbacks` are the recipients that stand in for each channel: they get the link of the one for whom they stand in.
    """
    request = incident.request
    if request is None:
        return ()
    due = [stage for stage, at in _times(request) if at <= now and not _taken(incident, request, stage)]
    for stage in reversed(due):
        made = _notices(stage, request, now, fallbacks)
        if made:
            return made
    return ()


def next_reminder(request: ApprovalRequest, now: datetime) -> datetime | None:
    """When the next step will be due; None when none is left."""
    return min((at for _, at in _times(request) if at > now), default=None)


def _times(request: ApprovalRequest) -> list[tuple[Stage, datetime]]:
    span = request.expires_at - request.asked_at
    only_teams = bool(request.links) and all(channel_of(link.recipient) == TEAMS for link in request.links)
    early = [(Stage.BY_MAIL, request.asked_at + min(NO_WORD_FROM_TEAMS, span / 2))] if only_teams else []
    return [*early, (Stage.LAST_QUARTER, request.expires_at - span / 4), (Stage.OTHERS, request.expires_at - span / 8)]


def _taken(incident: Incident, request: ApprovalRequest, stage: Stage) -> bool:
    """Whether this step, or a later one, was taken for this question."""
    told = (dict(notice.parameters) for notice in incident.outbox if notice.template == TEMPLATE)
    taken = {Stage(known["stage"]) for known in told if known["asked"] == request.asked_at.isoformat()}
    return not taken.isdisjoint(list(Stage)[list(Stage).index(stage) :])


def _notices(
    stage: Stage, request: ApprovalRequest, now: datetime, fallbacks: Mapping[str, Sequence[str]]
) -> tuple[Notice, ...]:
    asked = [link.recipient for link in request.links]
    said = {"stage": stage.value, "asked": request.asked_at.isoformat(), "digest": request.digest}
    if stage is Stage.LAST_QUARTER:
        return notices(TEMPLATE, asked, now, **said)
    stand_ins = {other: one for one in reversed(asked) for other in fallbacks.get(channel_of(one), ())}
    return tuple(
        notice
        for other, one in stand_ins.items()
        if other not in asked
        for notice in notices(TEMPLATE, (one,), now, instead=other, **said)
    )

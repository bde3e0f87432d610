"""What does a notice say? Subject, sentences and the blocks below them, for every channel.

A notice in the outbox holds a template's name and parameters, never a finished text; mail and cards lay these out.
A template that is not known falls back on the incident's status, so that no notice goes out empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from remediator.core.incident import MAX_SIGNALS, Incident, Notice, Status
from remediator.core.outbox import STOPPED
from remediator.core.reminding import TEMPLATE as REMINDER
from remediator.views import changes, deciding, picture, request_state, wording
from remediator.views.caused_by import who_did_it
from remediator.views.plain import moment, plain, without_addresses
from remediator.views.standing import registries_named, stopped_sentence

_SUBJECT = 78
_WIDTH = 72
_SUBJECTS: dict[Status, str] = {
    Status.AWAITING_APPROVAL: "Approval wanted",
    Status.AWAITING_MERGE: "Pull request opened",
    Status.RESOLVED: "Resolved",
    Status.NO_DRIFT: "Nothing to do",
    Status.REPORTED: "Reported",
    Status.ROLLED_BACK: "Undone",
    Status.FORBIDDEN: "Forbidden by the policy",
    Status.REJECTED: "Rejected",
    Status.EXPIRED: "Nobody answered",
    Status.NEEDS_HUMAN: "Needs you",
}
_SENTENCES: dict[Status, str] = {
    Status.AWAITING_APPROVAL: "A plan would mend this. Nothing is changed until somebody approves exactly this plan.",
    Status.AWAITING_MERGE: "A pull request would mend this. Nothing is changed until it is merged.",
    Status.APPROVED: "The plan is approved; the changes start now.",
    Status.APPLYING: "The changes are being made.",
    Status.APPLIED: "The changes are made; the paths are being checked.",
    Status.UNDOING: "A pull that worked before has stopped working, or a change failed: the changes are being undone.",
    Status.RESOLVED: "The changes are made and the path is whole again.",
    Status.NO_DRIFT: "Nothing is wrong any more, and nothing was changed.",
    Status.REPORTED: "The program may not or cannot mend this; a person has to act.",
    Status.ROLLED_BACK: "The changes were taken back: a pull stopped working, a change failed, or the time is over.",
    Status.FORBIDDEN: "There is a plan, and the policy forbids it. Nothing was changed.",
    Status.REJECTED: "The plan was rejected. Nothing was changed.",
    Status.EXPIRED: "Nobody answered in time. Nothing was changed.",
    Status.NEEDS_HUMAN: "The program has stopped and does nothing more until a person looks.",
    Status.JOINED: "It has the same cause as another incident and is mended there.",
}
_BESIDE: dict[str, tuple[str, str]] = {
    "request-opened": (
        "Pull request opened",
        "The network is mended. A pull request says the same in code, so that its next run does not take it back.",
    ),
    "request-closed": ("Pull request closed", "A person closed the pull request that says what was applied."),
    "request-trouble": (
        "No pull request",
        "The network is mended, and the code does not say so: its next run may take the changes back.",
    ),
}
_MENDED = {Status.RESOLVED, Status.NO_DRIFT, Status.ROLLED_BACK}
_SHOWS_PLAN = {Status.AWAITING_APPROVAL, Status.AWAITING_MERGE, Status.FORBIDDEN}


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """A notice in words. `blocks` are (title, text that keeps its line breaks); `action` names the link.

    `footer` has the ids by which the incident is found in logs and traces, here and at the sender's.
    """

    subject: str
    headline: str
    paragraphs: tuple[str, ...]
    blocks: tuple[tuple[str, str], ...]
    action: str
    footer: str


def asks(notice: Notice) -> bool:
    """Whether this notice asks for a decision, so that it carries an approval link."""
    return notice.template in ("approval", REMINDER)


def parameter(notice: Notice, name: str) -> str:
    """One parameter of a notice, "" where it has none of that name."""
    return dict(notice.parameters).get(name, "")


def words(notice: Notice, incident: Incident) -> NoticeWords:
    """The words of a notice about the incident as it stands."""
    asking = asks(notice)
    status = status_of(notice, incident)
    headline = wording.incident_headline(incident)
    name = plain(incident.subject.name, 50)
    beside = _BESIDE.get(notice.template)
    subject = f"{_SUBJECTS.get(status, wording.STATUSES[status].capitalize())}: {name}"
    if notice.template == REMINDER:
        subject = f"Reminder: {subject[:1].lower()}{subject[1:]}"
    if beside:
        subject = f"{beside[0]}: {name}"
    paragraphs = [beside[1] if beside else _SENTENCES.get(status, f"It is now {wording.STATUSES[status]}.")]
    if asking and incident.request:
        if notice.template == REMINDER:
            paragraphs.append("Nobody has decided yet, and without an answer nothing is mended.")
        paragraphs.append(f"Please answer until {moment(incident.request.expires_at)}.")
        paragraphs += deciding.covers((incident.named_way,))
        paragraphs += [f"Before you decide: {without_addresses(one, 400)}." for one in incident.request.remarks]
    pull = request_state.shown(incident.pull_request)
    if pull is not None and pull.url and not asking:
        paragraphs.append(f"The pull request is {pull.state}: {pull.url}")
    if incident.error and not asking and not beside:
        paragraphs.append(f"{plain(incident.error[0], 80)}: {without_addresses(incident.error[1], 400)}")
    if incident.verification and status is Status.RESOLVED:
        heard = wording.levels(incident.verification)
        paragraphs.append(f"It is {wording.PROOFS[incident.verification.proof]}; {heard}.")
    if incident.signal_count > MAX_SIGNALS:
        paragraphs.append(f"{incident.signal_count:,} signals have told of it so far.")
    paragraphs += _told(dict(notice.parameters))
    if incident.caused_by and status not in _MENDED:
        paragraphs.append(f"Who did it: {who_did_it(incident.caused_by)}.")
    return NoticeWords(
        subject=plain(f"[remediator] {subject}", _SUBJECT),
        headline=headline,
        paragraphs=tuple(paragraphs),
        blocks=_blocks(incident, status),
        action="Read and decide" if asking else "Open the incident",
        footer=f"Incident {plain(incident.id, 80)}"
        + (f", correlation {plain(incident.correlation, 80)}" if incident.correlation else ""),
    )


def shows_path(status: Status) -> bool:
    """Whether a notice of this status draws the pull path: not where all is well."""
    return status not in (Status.RESOLVED, Status.NO_DRIFT)


def shows_plan(status: Status) -> bool:
    """Whether a notice of this status lists the plan: while it may still be decided, or was forbidden."""
    return status in _SHOWS_PLAN


def status_of(notice: Notice, incident: Incident) -> Status:
    """The status that the notice tells of: its template names it, whatever the incident has become since."""
    if asks(notice):
        return Status.AWAITING_APPROVAL
    name = notice.template.upper().replace("-", "_")
    return Status[name] if name in Status.__members__ else incident.status


def _told(parameters: Mapping[str, str]) -> list[str]:
    """What the flow wants said besides: its `reason` and `advice`."""
    said = [without_addresses(parameters[key], 400) for key in ("reason", "advice") if parameters.get(key)]
    stopped = stopped_sentence(parameters.get(STOPPED, ""))
    return [*said, f"{stopped}."] if stopped else said


def _blocks(incident: Incident, status: Status) -> tuple[tuple[str, str], ...]:
    diagnosis = incident.diagnosis
    if diagnosis is None:
        return ()
    blocks = []
    pull = request_state.shown(incident.pull_request)
    if pull is not None and pull.instruction:
        blocks.append(("What a person would write", pull.instruction))
    registries = registries_named(incident.registries)
    if registries:
        blocks.append(("The registries", "\n".join(registries)))
    path = wording.decisive_path(diagnosis)
    if path is not None and shows_path(status):
        blocks.append(("The pull path", picture.terminal(path, _WIDTH)))
    if diagnosis.plan and shows_plan(status):
        blocks.append(("The plan", changes.terminal(diagnosis.plan, _WIDTH)))
        blocks.append(("What it would do to pulls", "\n".join(wording.foresight_lines(diagnosis.foresight))))
        blocks.append(("The way back", "\n".join(wording.undo_sentences(diagnosis.plan.changes))))
    advice = [f"{wording.rule_title(f.rule)}: {plain(f.advice)}" for f in diagnosis.findings if f.advice]
    if advice and status in (Status.REPORTED, Status.NEEDS_HUMAN, Status.FORBIDDEN):
        blocks.append(("What you can do", "\n".join(advice[:5])))
    return tuple(blocks)

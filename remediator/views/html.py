"""How do the pages look? Templates with autoescape, filled with values that were worded elsewhere.

`web` calls one function for each page and sends the result with `STYLE_SOURCE` in its content security policy. Nothing
here knows requests, sessions or who may do what.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from remediator.core.choices import BY_REQUEST
from remediator.core.desired import Way
from remediator.core.execution import StepState
from remediator.core.incident import Incident, Status
from remediator.views import changes, deciding, journal, picture_svg, request_state, wording
from remediator.views.caused_by import who_did_it
from remediator.views.plain import moment, plain, without_addresses
from remediator.views.standing import Standing, joined_lines, registries_named, stopped_sentence

STYLE = files("remediator.views").joinpath("templates/style.css").read_text("utf-8")
STYLE_SOURCE = "'sha256-" + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode() + "'"

# While one of these stands the page is worth loading again: changes are being made or checked.
UNDER_WAY = frozenset({Status.APPROVED, Status.APPLYING, Status.APPLIED, Status.UNDOING})
_STEPS = {
    StepState.WAITING: ("·", "", "waits"),
    StepState.STARTED: ("…", "unknown", "under way"),
    StepState.DONE: ("✓", "ok", "done"),
    StepState.SKIPPED: ("✓", "ok", "was so already"),
    StepState.FAILED: ("✗", "broken", "failed"),
    StepState.UNDOING: ("…", "unknown", "being taken back"),
    StepState.UNDONE: ("↶", "", "taken back"),
}
_GOOD = {Status.RESOLVED, Status.NO_DRIFT}
_BAD = {Status.NEEDS_HUMAN, Status.FORBIDDEN, Status.REJECTED, Status.EXPIRED, Status.ROLLED_BACK}


@dataclass(frozen=True, slots=True)
class DecisionForm:
    """What the decision's form carries: where it goes, its CSRF token, the word that must be typed, and the ways that
    may be chosen; none where the plan cannot go the way that was named."""

    action: str
    csrf: str
    code: str
    ways: tuple[Way, ...] = (Way.DIRECT,)


@dataclass(frozen=True, slots=True)
class OpeningForm:
    """The form by which an approver's own address is let in: where it goes, its CSRF token, the address as the platform
    saw it, and the minutes to choose from."""

    action: str
    csrf: str
    address: str
    minutes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """What this reader may do on an approval page: a form, a way to sign in, or only a note (`tone` good or bad).

    `stopped` is why every write is stopped, "" where it is not.
    """

    viewer: str = ""
    form: DecisionForm | None = None
    sign_in: str = ""
    note: str = ""
    tone: str = ""
    stopped: str = ""


@cache
def environment() -> Environment:
    """The templates of `views/templates/`; a name that is not given is an error, everything is escaped."""
    made = Environment(
        loader=PackageLoader("remediator.views"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["style"] = Markup(STYLE)  # noqa: S704 - our own file, no outside text
    made.filters.update(
        plain=plain,
        without_addresses=without_addresses,
        moment=moment,
        path_title=wording.path_title,
        place_of=wording.place_of,
        rule_title=wording.rule_title,
        touched_words=wording.touched_words,
    )
    return made


def approval_page(incident: Incident, page: ApprovalPage) -> str:
    """The page behind an approval link."""
    request = incident.request
    digest = request.digest if request else ""
    return _render(
        "approval.html",
        title=f"Approve changes for {incident.subject.name}",
        viewer=page.viewer,
        stopped=page.stopped,
        page=page,
        covers=deciding.covers(page.form.ways) if page.form else (),
        choices=deciding.offered(page.form.ways) if page.form else (),
        request=request,
        yes=len({a.person for a in incident.approvals if a.yes and a.digest == digest}),
        **_case(incident),
    )


def incident_page(
    incident: Incident, viewer: str, standing: Standing | None = None, opening: OpeningForm | None = None
) -> str:
    """The case file for a signed-in reader; with a form for an approver whose own address can be let in."""
    standing = standing or Standing()
    checked = incident.verification
    words = f"{moment(checked.at)}: {plain(checked.reason)} ({wording.PROOFS[checked.proof]})" if checked else ""
    heard = wording.levels(checked) if checked else ""
    return _render(
        "incident.html",
        title=wording.incident_title(incident),
        viewer=viewer,
        error=incident.error,
        verification=words,
        heard=heard,
        stopped=standing.stopped,
        joined=joined_lines(standing.joined),
        signals=f"{max(incident.signal_count, len(incident.signals)):,}",
        opening=opening,
        **_case(incident),
    )


def incidents_page(
    incidents: Sequence[Incident],
    viewer: str,
    *,
    status: Status | None = None,
    registry: str = "",
    stopped: str = "",
) -> str:
    """The list, as it was found, with the form by which it was asked for."""
    rows = [
        {
            "href": f"/incidents/{incident.id}",
            "tone": _tone(incident.status),
            "status": wording.STATUSES[incident.status],
            "name": plain(incident.subject.name, 80),
            "place": wording.place_of(incident.subject),
            "headline": wording.incident_headline(incident),
            "opened": moment(incident.opened_at),
        }
        for incident in incidents
    ]
    return _render(
        "incidents.html",
        title="Incidents",
        viewer=viewer,
        stopped=stopped,
        rows=rows,
        statuses=tuple((one.value, wording.STATUSES[one], one is status) for one in Status),
        registry=registry,
        filtered=bool(status or registry),
    )


def error_page(
    code: str, title: str, message: str, *, hint: str = "", sign_in: str = "", viewer: str = "", stopped: str = ""
) -> str:
    """A refusal or failure with its code, what was being done, and what to try."""
    told = {"code": code, "message": message, "hint": hint, "sign_in": sign_in}
    return _render("error.html", title=title, viewer=viewer, stopped=stopped, **told)


def signin_page(next_path: str, stopped: str = "") -> str:
    """The form of the local identity; `next_path` was checked by the caller."""
    return _render("signin.html", title="Who are you?", viewer="", stopped=stopped, next=next_path)


def _render(template: str, *, stopped: str = "", **values: object) -> str:
    return environment().get_template(template).render(stopped=stopped_sentence(stopped), **values)


def _case(incident: Incident) -> dict[str, object]:
    diagnosis = incident.diagnosis
    path = wording.decisive_path(diagnosis)
    plan = diagnosis.plan if diagnosis else None
    return {
        "incident": incident,
        "headline": wording.incident_headline(incident),
        "tone": _tone(incident.status),
        "status": wording.STATUSES[incident.status],
        "asked_by": wording.asked_by(incident),
        "registries": registries_named(incident.registries),
        "who_did_it": who_did_it(incident.caused_by),
        "testimony": wording.testimony_sentence(diagnosis),
        "ruling": wording.ruling_sentence(diagnosis.ruling if diagnosis else None),
        "path": path,
        "svg": Markup(picture_svg.svg(path)) if path else "",  # noqa: S704 - svg() escapes every text in it
        "changes": changes.shown(plan) if plan else (),
        "count": changes.count_sentence(plan) if plan else "",
        "digest": plan.digest if plan else "",
        "found": diagnosis.foresight if diagnosis else wording.NOTHING_FORESEEN,
        "undo": wording.undo_sentences(plan.changes) if plan else (),
        "findings": diagnosis.findings if diagnosis else (),
        "journal": journal.shown(incident),
        "steps": _steps(incident),
        "under_way": incident.status in UNDER_WAY,
        "by_request": incident.named_way is Way.PULL_REQUEST or incident.chosen_way in BY_REQUEST,
        "pull": request_state.shown(incident.pull_request),
    }


def _steps(incident: Incident) -> list[dict[str, str]]:
    """One line for each change of the execution: its mark, tone, state, what it is and what went wrong."""
    execution, diagnosis = incident.execution, incident.diagnosis
    if execution is None:
        return []
    planned = diagnosis.plan.changes if diagnosis else ()
    same = len(planned) == len(execution.steps)
    lines = []
    for index, step in enumerate(execution.steps):
        what = plain(planned[index].summary, 200) if same else f"change {index + 1}"
        wrong = f"{plain(step.error[0], 80)}: {without_addresses(step.error[1], 300)}" if step.error else ""
        mark, tone, state = _STEPS[step.state]
        lines.append({"mark": mark, "tone": tone, "state": state, "what": what, "wrong": wrong})
    return lines


def _tone(status: Status) -> str:
    if status in _GOOD:
        return "ok"
    return "broken" if status in _BAD else "unknown"

"""The approval link: everybody who has it may read, a signed-in approver may decide.

GET and HEAD change nothing, however often a mail scanner calls them. A decision is a POST with a form's CSRF token, a
word typed by hand and the digest that was shown; whether the answer counts is for the flow to say.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from urllib.parse import parse_qs

from starlette.responses import HTMLResponse, RedirectResponse, Response

from remediator.core.approval import Answer, Person
from remediator.core.desired import Way
from remediator.core.errors import Forbidden, Rejected, RemediatorError
from remediator.core.incident import Incident, Status
from remediator.views.deciding import said
from remediator.views.html import ApprovalPage, DecisionForm, approval_page
from remediator.views.links import read_approval
from remediator.views.plain import plain
from remediator.web import csrf
from remediator.web.access import decider
from remediator.web.door import Call
from remediator.web.identity import sign_in_link
from remediator.web.incidents import loading_again
from remediator.web.pace import keep_pace

_Form = dict[str, str]
_NO_WAY = (
    "The plan should go by pull request, and none can be opened: its code has no home in the desired state, or this "
    "program has no access to it. You can reject it."
)


def show(call: Call) -> Response:
    """`GET /approvals/{token}`."""
    incident, link = _find(call)
    return HTMLResponse(approval_page(incident, _page(call, incident, link)), headers=loading_again(incident))


def decide(call: Call) -> Response:
    """`POST /approvals/{token}`; afterwards the browser is sent to the page again, so that a reload decides nothing."""
    incident, token = _find(call)
    person = decider(call.runtime.settings, call.principal, incident, call.runtime.desired())
    keep_pace(call, "deciding", person.id, most=20, seconds=300)
    form = _form(call)
    _check_form(call, person, token, form)
    closed = _closed(call, incident, person)
    if closed is not None:
        raise closed
    answer = _answer(incident, form, call.runtime.choices(incident))
    call.runtime.record(incident.id, token, answer, person)
    call.runtime.log.info("recording a decision", incident=incident.id, yes=int(answer.yes))
    return RedirectResponse(call.path, 303)


def _find(call: Call) -> tuple[Incident, str]:
    """The incident and the token of the address; one and the same refusal for everything that is none."""
    unknown = Rejected(
        "approval-link-unknown",
        "opening an approval: this link is not, or no longer, good",
        hint="a newer plan has a newer link; the incident's page shows how it stands",
    )
    named = read_approval(call.request.path_params["token"])
    if named is None:
        raise unknown
    try:
        incident = call.runtime.load(named[0])
    except Rejected:
        raise unknown from None
    found = call.runtime.tokens.hash(named[1]).encode()
    links = incident.request.links if incident.request else ()
    if not any(hmac.compare_digest(link.token_hash.encode(), found) for link in links):
        raise unknown
    return incident, named[1]


def _page(call: Call, incident: Incident, token: str) -> ApprovalPage:
    return replace(_for_reader(call, incident, token), stopped=call.stopped)


def _for_reader(call: Call, incident: Incident, token: str) -> ApprovalPage:
    """What this reader sees besides the case: a form, a way to sign in, or why neither is there."""
    principal, settings = call.principal, call.runtime.settings
    name = principal.name if principal else ""
    closed = _closed(call, incident, Person(principal.id) if principal else None)
    if closed is not None:
        return ApprovalPage(name, note=closed.message, tone="good" if closed.code == "already-decided" else "")
    if principal is None:
        return ApprovalPage(sign_in=sign_in_link(settings, call.path))
    try:
        person = decider(settings, principal, incident, call.runtime.desired())
    except RemediatorError as error:
        return ApprovalPage(name, note=f"{error.message}. {error.hint or ''}", tone="bad")
    ways = call.runtime.choices(incident)
    form = DecisionForm(call.path, _csrf(call, person, token), _word(incident), ways)
    note = "" if ways else _NO_WAY
    if person.id.casefold() in incident.interested:
        note = "You asked for this change or caused it: you may reject it, and somebody else has to approve it."
    return ApprovalPage(name, form=form, note=note)


def _closed(call: Call, incident: Incident, person: Person | None) -> Rejected | None:
    """Why there is nothing left to decide over this link, None while there is."""
    request = incident.request
    digest = request.digest if request else ""
    mine = [a for a in incident.approvals if person and a.person == person.id and a.digest == digest]
    if mine:
        return Rejected("already-decided", f"{said(mine[-1].yes, mine[-1].way)}; it is recorded.")
    if request is None or incident.status is not Status.AWAITING_APPROVAL:
        return Rejected("already-decided", "Nobody is asked any more: the incident has moved on.")
    if call.runtime.clock.now() > request.expires_at:
        return Rejected("approval-expired", "The time to answer is over. If it is still broken, you are asked again.")
    return None


def _form(call: Call) -> _Form:
    if not call.whole:
        raise Rejected("body-too-long", "reading the form: it is longer than a form of ours can be")
    try:
        fields = parse_qs(call.body.decode("utf-8"), max_num_fields=16, keep_blank_values=True)
    except (UnicodeDecodeError, ValueError):
        raise Rejected("bad-form", "reading the form: it is not one that we sent") from None
    return {name: values[0] for name, values in fields.items() if len(values) == 1}


def _check_form(call: Call, person: Person, token: str, form: _Form) -> None:
    """The CSRF token, and what the browser says of where the form came from.

    With `Referrer-Policy: no-referrer` browsers send `Origin: null` for our own forms, so null is not refused here.
    """
    settings, headers = call.runtime.settings, call.request.headers
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    ours = settings.public_url.rstrip("/")
    foreign = (origin not in (None, "null") and origin != ours) or site not in (None, "same-origin")
    now = call.runtime.clock.now()
    if foreign or not csrf.holds(form.get("csrf", ""), settings.csrf_key, person.id, token, now):
        raise Forbidden(
            "csrf-failed",
            "deciding: this form was not sent from our page, by you, within the last hour",
            hint="open the link again and decide there; nothing was recorded",
        )


def _csrf(call: Call, person: Person, token: str) -> str:
    return csrf.issue(call.runtime.settings.csrf_key, person.id, token, call.runtime.clock.now())


def _answer(incident: Incident, form: _Form, ways: tuple[Way, ...]) -> Answer:
    """What was said; refuses a form that nobody filled in by hand."""
    reason = plain(form.get("reason", ""), 500)
    digest = plain(form.get("digest", ""), 200)
    confirmation = plain(form.get("confirm", ""), 200)
    decision = form.get("decision", "")
    match decision.partition(" ")[0]:
        case "reject":
            if not reason:
                raise Rejected("reason-missing", "rejecting: a reason is needed", hint="go back and say why")
            return Answer(False, digest, reason, confirmation=confirmation)
        case "approve":
            if confirmation.casefold() != _word(incident).casefold():
                raise Rejected(
                    "confirmation-wrong",
                    f"approving: the word {_word(incident)} was not typed",
                    hint="go back and type it; nothing was recorded",
                )
            way = decision.partition(" ")[2]
            if way and way not in {one.value for one in ways}:
                raise Rejected(
                    "way-not-offered",
                    f"approving: the way {plain(way, 40)} is not offered for this plan",
                    hint="open the link again: the page shows which ways there are; nothing was recorded",
                )
            return Answer(True, digest, reason, way or None, confirmation)
    raise Rejected("bad-form", "reading the form: it says neither approve nor reject")


def _word(incident: Incident) -> str:
    """What must be typed: the request's code."""
    return (incident.request.code if incident.request else "") or incident.subject.name

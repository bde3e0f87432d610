"""`POST /api/incidents/{id}/decisions`: a yes or no of the terminal, or of a change-management system.

The same gate as behind an approval link: who may decide, four eyes, the digest, the time. There is no form, so no word
is typed: whoever sends the digest has read it. An application decides only where the desired state or the settings name
it among the approvers by its object id or app role.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from remediator.core.approval import Answer
from remediator.core.errors import Forbidden, Rejected
from remediator.core.incident import Incident
from remediator.views.document import incident_document
from remediator.views.plain import plain
from remediator.web.access import decider_by_program
from remediator.web.door import Call
from remediator.web.pace import keep_pace

_WAYS = ("direct", "both", "pull-request", "intended")
_FIELDS = {
    "decision": "approve or reject",
    "digest": "the digest of the plan",
    "reason": "why; needed to reject",
    "way": f"how, with a yes: {', '.join(_WAYS)}",
}
_LONGEST = 500


def decide(call: Call) -> Response:
    """200 with the incident after the decision; `Rejected` names each wrong field, or says why it does not count."""
    _refuse_browsers(call)
    incident = call.runtime.load(call.request.path_params["incident"])
    person = decider_by_program(call.runtime.settings, call.principal, incident, call.runtime.desired())
    keep_pace(call, "deciding", person.id, most=60, seconds=300)
    answer = _answer(incident, _document(call))
    call.runtime.record(incident.id, _token(call, incident), answer, person)
    call.runtime.log.info("recording a decision", incident=incident.id, yes=int(answer.yes))
    return JSONResponse(incident_document(call.runtime.load(incident.id)))


def _refuse_browsers(call: Call) -> None:
    """A page of somebody else can send a form or a text with our cookies, but no JSON unless we let it."""
    kind = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    site = call.request.headers.get("sec-fetch-site")
    if kind != "application/json" or site not in (None, "same-origin", "none"):
        raise Forbidden(
            "csrf-failed",
            "deciding over HTTP: the request is not one of a program",
            hint="send application/json; people decide on the approval page",
        )


def _document(call: Call) -> Mapping[str, object]:
    try:
        document = json.loads(call.body) if call.whole else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise _wrong({"body": "must be a JSON object with `decision` and `digest`"})
    wrong = {
        plain(name, 80): f"is not known; the fields are {', '.join(_FIELDS)}" for name in set(document) - {*_FIELDS}
    }
    for name in document.keys() & _FIELDS.keys():
        if not isinstance(document[name], str):
            wrong[name] = f"must be a text: {_FIELDS[name]}"
    wrong |= {name: f"is missing: {_FIELDS[name]}" for name in ("decision", "digest") if name not in document}
    if document.get("decision") not in ("approve", "reject", None):
        wrong["decision"] = "must be approve or reject"
    if document.get("decision") == "reject" and not str(document.get("reason", "")).strip():
        wrong["reason"] = "is missing: a no says why"
    if isinstance(document.get("way"), str) and document["way"] not in _WAYS:
        wrong["way"] = f"must be one of {', '.join(_WAYS)}"
    if "way" in document and document.get("decision") == "reject":
        wrong["way"] = "goes with a yes only"
    if wrong:
        raise _wrong(wrong)
    return document


def _answer(incident: Incident, document: Mapping[str, object]) -> Answer:
    code = incident.request.code if incident.request else ""
    reason, digest = plain(document.get("reason", ""), _LONGEST), plain(document["digest"], 200)
    way = str(document["way"]) if "way" in document else None
    return Answer(document["decision"] == "approve", digest, reason, way, code)


def _token(call: Call, incident: Incident) -> str:
    """The token of the question's first link: programs have none of their own."""
    request = incident.request
    if request is None or not request.links:
        raise Rejected(
            "nothing-to-decide",
            f"incident {incident.id} is {incident.status.value}: nobody is asked",
            context={"incident": incident.id},
        )
    return call.runtime.tokens.token(incident.id, request.digest, request.links[0].recipient)


def _wrong(fields: Mapping[str, str]) -> Rejected:
    return Rejected("bad-request", "deciding over HTTP: the request is wrong", context=fields, hint="see `fields`")

"""The incidents for signed-in readers, as pages and as JSON. Nothing is changed here."""

from __future__ import annotations

import re

from starlette.responses import HTMLResponse, JSONResponse, Response

from remediator.core.errors import Rejected
from remediator.core.incident import Incident, Status
from remediator.core.resource_id import ResourceId, parse_resource_id
from remediator.views.document import SCHEMA, incident_document, incident_summary
from remediator.views.html import UNDER_WAY, incident_page, incidents_page
from remediator.views.standing import Standing, may_be_joined, standing_document
from remediator.web.access import reader
from remediator.web.door import Call
from remediator.web.openings import opening_form

ON_A_PAGE, IN_A_DOCUMENT, MOST = 50, 200, 5000
REFRESH = "5"  # seconds
_NAME = re.compile(r"[A-Za-z0-9-]{1,63}", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)


def list_page(call: Call) -> Response:
    """`GET /incidents`, with `?status=` and `?registry=` (its name or id), as the form on it sends them."""
    person = reader(call.runtime.settings, call.principal)
    status, registry = _filters(call)
    found = call.runtime.find(status, registry, ON_A_PAGE)
    return HTMLResponse(
        incidents_page(found, person.name, status=status, registry=_words(registry), stopped=call.stopped)
    )


def one_page(call: Call) -> Response:
    """`GET /incidents/{id}`."""
    person = reader(call.runtime.settings, call.principal)
    incident = _load(call)
    page = incident_page(incident, person.name, _standing(call, incident), opening_form(call, incident))
    return HTMLResponse(page, headers=loading_again(incident))


def loading_again(incident: Incident) -> dict[str, str]:
    """The header with which a page loads itself again, without JavaScript, while changes are being made or checked."""
    waits = incident.opening is not None and incident.status is Status.APPLIED
    return {"refresh": REFRESH} if incident.status in UNDER_WAY and not waits else {}


def list_document(call: Call) -> Response:
    """`GET /api/incidents`, with `?status=`, `?registry=` and `?limit=`; `more` says that there may be others."""
    reader(call.runtime.settings, call.principal)
    limit = _limit(call)
    found = call.runtime.find(*_filters(call), limit)
    document: dict[str, object] = {"schema": SCHEMA, "stopped": call.stopped or None}
    document |= {"incidents": [incident_summary(incident) for incident in found], "more": len(found) >= limit}
    return JSONResponse(document)


def one_document(call: Call) -> Response:
    """`GET /api/incidents/{id}`."""
    reader(call.runtime.settings, call.principal)
    incident = _load(call)
    return JSONResponse(incident_document(incident) | standing_document(_standing(call, incident)))


def _standing(call: Call, incident: Incident) -> Standing:
    return Standing(call.stopped, tuple(call.runtime.joined(incident.id)) if may_be_joined(incident) else ())


def _load(call: Call) -> Incident:
    name = call.request.path_params["incident"]
    if not _ID.fullmatch(name):
        raise Rejected("incident-unknown", "there is no incident of this id")
    return call.runtime.load(name)


def _limit(call: Call) -> int:
    asked = call.request.query_params.get("limit", "").strip() or str(IN_A_DOCUMENT)
    if asked.isascii() and asked.isdigit() and len(asked) <= 6 and 1 <= int(asked) <= MOST:
        return int(asked)
    words = f"a number from 1 to {MOST}"
    raise Rejected("bad-request", "listing incidents: this is no limit", context={"limit": words}, hint=words)


def _filters(call: Call) -> tuple[Status | None, ResourceId | str | None]:
    status = call.request.query_params.get("status", "").strip()
    registry = call.request.query_params.get("registry", "").strip()
    if status and status.upper() not in Status.__members__:
        raise Rejected(
            "bad-request",
            "listing incidents: there is no such status",
            context={"status": f"one of {', '.join(Status)}"},
            hint=f"one of {', '.join(Status)}",
        )
    return Status[status.upper()] if status else None, _registry(registry) if registry else None


def _registry(text: str) -> ResourceId | str:
    """A registry as people name it: by id, by login server, or by name."""
    if text.startswith("/"):
        return parse_resource_id(text)
    name = text.partition(".")[0]
    if not _NAME.fullmatch(name):
        raise Rejected(
            "bad-request",
            "listing incidents: this is no registry",
            context={"registry": "its name, its login server or its id"},
            hint="its name, its login server or its id",
        )
    return name


def _words(registry: ResourceId | str | None) -> str:
    return registry.text if isinstance(registry, ResourceId) else registry or ""

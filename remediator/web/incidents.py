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

REFRESH = "5"  # seconds
_NAME = re.compile(r"[A-Za-z0-9-]{1,63}", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)


def list_page(call: Call) -> Response:
    """`GET /incidents`, with `?status=` and `?registry=` (its name or id), as the form on it sends them."""
    person = reader(call.runtime.settings, call.principal)
    status, registry = _filters(call)
    found = call.runtime.find(status, registry)
    return HTMLResponse(
        incidents_page(found, person.name, status=status, registry=_words(registry), stopped=call.stopped)
    )


def one_page(call: Call) -> Response:
    """`GET /incidents/{id}`."""
    person = reader(call.runtime.settings, call.principal)
    incident = _load(call)
    page = incident_page(incident, person.name, _standing(call, incident))
    return HTMLResponse(page, headers=loading_again(incident))


def loading_again(incident: Incident) -> dict[str, str]:
    """The header with which a page loads itself again, without JavaScript, while changes are being made or checked."""
    return {"refresh": REFRESH} if incident.status in UNDER_WAY else {}


def list_document(call: Call) -> Response:
    """`GET /api/incidents`, with `?status=` and `?registry=`."""
    reader(call.runtime.settings, call.principal)
    found = call.runtime.find(*_filters(call))
    summaries = [incident_summary(incident) for incident in found]
    return JSONResponse({"schema": SCHEMA, "stopped": call.stopped or None, "incidents": summaries})


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

"""`POST /incidents/{id}/openings`: an approver asks that their own address be let in to a registry for a while.

The address is what the platform saw and nothing else: of `X-Forwarded-For` only the last entry, which the platform's
front end wrote (azure-facts 1.2 for what a registry's rules take). What follows is an incident of its own, with a plan
that somebody else approves.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.responses import RedirectResponse, Response

from remediator.core.errors import Forbidden, Rejected, RemediatorError
from remediator.core.incident import Incident
from remediator.core.opening import Opening, own_address
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from remediator.views.html import OpeningForm
from remediator.web import csrf
from remediator.web.access import decider
from remediator.web.door import Call
from remediator.web.pace import keep_pace
from remediator.web.runtime import IdentityKind

CHOICES = (15, 60, 240)


def ask(call: Call) -> Response:
    """303 to the page of the opening's incident; `Rejected` or `Forbidden` where it cannot be asked for."""
    runtime = call.runtime
    incident = runtime.load(call.request.path_params["incident"])
    person = decider(runtime.settings, call.principal, incident, runtime.desired())
    keep_pace(call, "asking for an opening", person.id, most=10, seconds=600)
    fields = {name: values[0] for name, values in parse_qs(call.body.decode("utf-8", "replace")).items()}
    now = runtime.clock.now()
    if not csrf.holds(fields.get("csrf", ""), runtime.settings.csrf_key, person.id, purpose(incident), now):
        raise Forbidden(
            "csrf-failed",
            "asking for an opening: this form was not sent from our page, by you, within the last hour",
            hint="open the incident's page again and ask there",
        )
    opening = Opening(_registry(incident, fields), own_address(caller_address(call)), _minutes(fields))
    signal = Signal(
        SignalSource.MANUAL,
        f"opening:{person.id}:{now:%Y%m%dT%H%M%S}",
        now,
        subject=opening.registry,
        actor=person.id,
        opening=opening,
    )
    taken = runtime.take_in(signal)
    runtime.log.info("asking for an opening", incident=taken.incident)
    return RedirectResponse(f"/incidents/{taken.incident}", 303)


def opening_form(call: Call, incident: Incident) -> OpeningForm | None:
    """The form for whoever may ask from where they are; None for others, and where there is no registry to open."""
    settings, principal = call.runtime.settings, call.principal
    if principal is None or not incident.registries:
        return None
    try:
        desired = call.runtime.desired()
        person = decider(settings, principal, incident, desired)
        address = own_address(caller_address(call))
    except RemediatorError:
        return None
    most = desired.limits.max_opening_minutes
    choices = tuple(minutes for minutes in CHOICES if minutes <= most)
    token = csrf.issue(settings.csrf_key, person.id, purpose(incident), call.runtime.clock.now())
    return OpeningForm(f"/incidents/{incident.id}/openings", token, address, choices) if choices else None


def purpose(incident: Incident) -> str:
    """What a form of this page is for, so that no other form of ours opens anything."""
    return f"opening of {incident.id}"


def caller_address(call: Call) -> str:
    """The address of whoever called, as the platform saw it: without its port."""
    if call.runtime.settings.identity is IdentityKind.PLATFORM:
        # A caller may send the header too: whoever stands nearest to us writes last, in its own line or behind a comma.
        lines = call.request.headers.getlist("x-forwarded-for") or [""]
        last = lines[-1].rsplit(",", 1)[-1].strip()
        host, colon, port = last.rpartition(":")
        return host if colon and port.isdigit() and ":" not in host else last
    return call.request.client.host if call.request.client else ""


def _registry(incident: Incident, fields: dict[str, str]) -> ResourceId:
    wanted = fields.get("registry", "").lower()
    found = next((one for one in incident.registries if one.key == wanted), None)
    if found is None:
        raise _wrong("registry", "one of the incident's registries")
    return found


def _minutes(fields: dict[str, str]) -> int:
    if fields.get("minutes") not in {str(choice) for choice in CHOICES}:
        raise _wrong("minutes", f"one of {', '.join(map(str, CHOICES))}")
    return int(fields["minutes"])


def _wrong(field: str, wanted: str) -> Rejected:
    return Rejected("bad-form", f"asking for an opening: {field} is wrong", context={field: wanted}, hint=wanted)

"""Azure Monitor's alerts: read, listed, moved to another state, with a history (Microsoft.AlertsManagement,
2019-05-05-preview). Nothing here fires: an alert is put by the estate or from behind, as New."""

from __future__ import annotations

from remediator.sandbox import errors
from remediator.sandbox.arm_id import Target
from remediator.sandbox.history import CLAIMS, claims_of
from remediator.sandbox.providers.reading import Handler, listing, read
from remediator.sandbox.wire import Body, Request, Response, reply
from remediator.sandbox.world import World

ALERTS = "microsoft.alertsmanagement/alerts"
STATES = ("New", "Acknowledged", "Closed")


def _alert(world: World, place: Target) -> Body:
    alert = world.state.get(place.parent)
    if alert is None:
        raise errors.ArmError(404, "NotFound", f"The alert {place.names[0]} was not found.")
    return alert


def _essentials(alert: Body) -> Body:
    held: Body = alert["properties"].setdefault("essentials", {})
    held.setdefault("alertState", STATES[0])
    return held


def change(world: World, request: Request, place: Target) -> Response:
    """Move an alert to the state that `newState` names; any state may follow any other."""
    alert = _alert(world, place)
    wanted = {state.lower(): state for state in STATES}.get(request.query.get("newstate", "").lower())
    if wanted is None:
        raise errors.bad_request("BadRequest", "The query parameter newState must be New, Acknowledged or Closed.")
    held = _essentials(alert)
    claims = claims_of(request.headers.get("authorization", ""))
    who = claims.get(CLAIMS["upn"]) or claims.get("appid", "")
    world.alert_history.setdefault(alert["id"].lower(), []).append(
        {
            "modificationEvent": "StateChange",
            "oldValue": held["alertState"],
            "newValue": wanted,
            "modifiedAt": world.now(),
            "modifiedBy": who,
        }
    )
    held |= {"alertState": wanted, "lastModifiedDateTime": world.now(), "lastModifiedUserName": who}
    return reply(200, world.state.shown(alert))


def history(world: World, request: Request, place: Target) -> Response:
    """What was done to an alert, newest first."""
    alert = _alert(world, place)
    done = world.alert_history.get(alert["id"].lower(), [])
    return reply(200, {"id": f"{alert['id']}/history", "properties": {"modifications": done[::-1]}})


ROUTES: dict[tuple[str, str, str], Handler] = {
    ("GET", ALERTS, "item"): read,
    ("GET", ALERTS, "list"): listing,
    ("GET", f"{ALERTS}/history", "list"): history,
    ("POST", f"{ALERTS}/changestate", "list"): change,
}

"""The doors of alerts and events: bodies become signals, and no body is lost.

An action group stops calling a slow endpoint for 15 minutes and Event Grid drops for ever what is answered 400, 401,
403 or 413 (azure-facts 5.3, 6.3): known callers are answered 202 at once, and the portal's test 200. What cannot be
understood is kept and reported; only a store that cannot be reached is answered 503, so that the sender tries again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from starlette.responses import JSONResponse, Response

from remediator.core.signal import Quarantined, Signal
from remediator.flow.accept import Parsed, accept
from remediator.signals import event_grid, monitor_alert
from remediator.signals.monitor_alert import TEST
from remediator.views.plain import plain, without_addresses
from remediator.web.access import caller
from remediator.web.door import KIB, Call

# Azure's own limits: 256 KiB for an alert, 1 MiB for a delivery of events (azure-facts 5.3, 6.1).
ALERT_LIMIT = 1024 * KIB
EVENT_LIMIT = 2048 * KIB
_KEPT = 48 * KIB
_LISTED = 50  # reasons in an answer
_AT_ONCE = 8  # subjects of one delivery
_ORIGIN = re.compile(r"[A-Za-z0-9.-]{1,253}", re.ASCII)
_RATE = re.compile(r"[0-9]{1,6}", re.ASCII)


def alerts(call: Call) -> Response:
    """`POST /api/alerts`: an action group's call."""
    caller(call.request, call.runtime.settings, call.principal)
    return _take_in(call, "alerts", monitor_alert.parse_alert)


def events(call: Call) -> Response:
    """`POST /api/events`: Event Grid as a webhook; the handshake is answered, batches are taken in."""
    caller(call.request, call.runtime.settings, call.principal)
    code = event_grid.handshake(call.body) if call.whole else None
    if code is not None:
        return JSONResponse({"validationResponse": code})
    return _take_in(call, "events", event_grid.parse_events)


def event_options(call: Call) -> Response:
    """`OPTIONS /api/events`: the CloudEvents abuse protection; allows the origin that asks, and nothing else.

    Source: CloudEvents HTTP webhook 1.0, section 4. The callback address is never called.
    """
    caller(call.request, call.runtime.settings, call.principal)
    headers = {"allow": "POST, OPTIONS"}
    origin = call.request.headers.get("webhook-request-origin", "")
    if _ORIGIN.fullmatch(origin):
        headers["webhook-allowed-origin"] = origin
        rate = call.request.headers.get("webhook-request-rate", "")
        headers["webhook-allowed-rate"] = rate if _RATE.fullmatch(rate) else "*"
    return Response(status_code=200, headers=headers)


def _take_in(call: Call, name: str, parse: Callable[[object], Sequence[Parsed]]) -> Response:
    parsed = parse(call.body) if call.whole else (Quarantined("a body that is longer than this route takes"),)
    accepted = accept(parsed, call.runtime.take_in, _at_once)
    answer: dict[str, object] = {
        "incidents": list(accepted.incidents),
        "ignored": [plain(reason) for reason in accepted.ignored[:_LISTED]],
        "quarantined": _keep(call, name, accepted.wrong),
    }
    tests = bool(parsed) and all(one == TEST for one in parsed)
    return JSONResponse(answer, 200 if tests else 202)


def _at_once(call: Callable[[list[Signal]], str], groups: Iterable[list[Signal]]) -> list[str]:
    """A delivery about many resources, some at a time; each in the context of its request (spans, log lines)."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        tasks = [pool.submit(copy_context().run, call, group) for group in groups]
        return [task.result() for task in tasks]


def _keep(call: Call, name: str, wrong: Sequence[str]) -> list[dict[str, str]]:
    """The body kept once, with every reason; `Transient` from the store reaches the sender, who still has the body."""
    if not wrong:
        return []
    reasons = list(dict.fromkeys(without_addresses(reason) for reason in wrong))
    body = call.body if call.whole else call.body[:_KEPT]
    kept = call.runtime.quarantine.keep(name, body, "; ".join(reasons)[:1000])
    call.runtime.log.error("keeping a payload that was not understood", door=name, name=kept, reasons=len(wrong))
    return [{"name": kept, "reason": reason} for reason in reasons[:_LISTED]]

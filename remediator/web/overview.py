"""The overview for signed-in readers: a page, its tables as CSV, and the whole as JSON. Nothing is changed here.

What is shown was made by the timer within the last minutes; a request reads one row.
"""

from __future__ import annotations

from starlette.responses import HTMLResponse, JSONResponse, Response

from remediator.core.errors import Rejected
from remediator.views.overview import overview_page
from remediator.views.overview_tables import TABLES, as_csv, overview_document
from remediator.web.access import reader
from remediator.web.door import Call

REFRESH = "60"  # seconds: a page on a wall loads itself again, without JavaScript


def page(call: Call) -> Response:
    """`GET /overview`."""
    person = reader(call.runtime.settings, call.principal)
    shown = overview_page(call.runtime.overview(), person.name, stopped=call.stopped)
    return HTMLResponse(shown, headers={"refresh": REFRESH})


def sheet(call: Call) -> Response:
    """`GET /overview/rules.csv`."""
    reader(call.runtime.settings, call.principal)
    name = call.request.path_params["table"].removesuffix(".csv")
    if name not in TABLES:
        words = f"one of {', '.join(TABLES)}"
        raise Rejected("bad-request", "exporting the overview: no such table", context={"table": words}, hint=words)
    told = as_csv(TABLES[name](call.runtime.overview()))
    headers = {"content-disposition": f'attachment; filename="overview-{name}.csv"'}
    return Response(told, media_type="text/csv; charset=utf-8", headers=headers)


def document(call: Call) -> Response:
    """`GET /api/overview`."""
    reader(call.runtime.settings, call.principal)
    return JSONResponse(overview_document(call.runtime.overview()))

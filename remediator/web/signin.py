"""The form of the local identity, for one machine: it believes the name that is typed."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.responses import HTMLResponse, RedirectResponse, Response

from remediator.core.errors import Forbidden, Rejected
from remediator.views.html import signin_page
from remediator.web.door import Call
from remediator.web.identity import COOKIE, local_cookie, safe_next


def show(call: Call) -> Response:
    """`GET /signin`."""
    return HTMLResponse(signin_page(safe_next(call.request.query_params.get("next", "")), call.stopped))


def sign_in(call: Call) -> Response:
    """`POST /signin`: a cookie with the name, sealed, and back to one of our own pages."""
    if call.request.headers.get("sec-fetch-site") not in (None, "same-origin"):
        raise Forbidden("csrf-failed", "signing in: the form was not sent from our page", hint="open /signin")
    try:
        fields = parse_qs(call.body.decode("utf-8"), max_num_fields=8)
    except ValueError:
        raise Rejected("bad-form", "signing in: the form is not one that we sent", hint="open /signin") from None
    cookie = local_cookie(call.runtime.settings, fields.get("user", [""])[0])
    if cookie is None:
        raise Rejected("bad-name", "signing in: a name has letters, digits, spaces, `.`, `_` and `-`, at most 64")
    answer = RedirectResponse(safe_next(fields.get("next", [""])[0]), 303)
    answer.set_cookie(COOKIE, cookie, max_age=8 * 3600, path="/", httponly=True, samesite="strict")
    return answer

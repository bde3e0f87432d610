"""How often may somebody call? Counted in the store, since the instances of the app share no memory.

Asked by the routes that change something, for a caller who is known by then. Alerts and events are never counted:
whoever sends them would take a refusal for an end. Nor is reading, which writes nothing.
"""

from __future__ import annotations

import hashlib
import json

from remediator.core.errors import Transient
from remediator.ports import Write
from remediator.web.door import Call

_PARTITION = "pace"
_TRIES = 5


def keep_pace(call: Call, what: str, who: str, *, most: int, seconds: int) -> None:
    """Count a call of `who`; beyond `most` within `seconds` `Transient("too-many-requests")` with the time to wait."""
    rows, now = call.runtime.rows, int(call.runtime.clock.now().timestamp())
    key = hashlib.sha256(f"{what}\n{who}".encode()).hexdigest()
    for _ in range(_TRIES):
        known = rows.get(_PARTITION, key)
        since, count = json.loads(known.body) if known else (now, 0)
        if now - since >= seconds:
            since, count = now, 0
        if count >= most:
            raise _too_many(what, most, seconds, wait=since + seconds - now)
        write = Write(key, json.dumps((since, count + 1)).encode(), version=known.version if known else "")
        try:
            rows.write(_PARTITION, [write])
        except Transient as lost:
            if lost.code != "lost-race":
                raise
        else:
            return
    # So many at once that counting them fails is too many as well.
    raise _too_many(what, most, seconds, wait=1)


def _too_many(what: str, most: int, seconds: int, wait: int) -> Transient:
    return Transient(
        "too-many-requests",
        f"{what}: more than {most} times in {seconds // 60} minutes",
        retry_after=float(max(1, wait)),
        hint="wait a little and try again; nothing was recorded",
    )

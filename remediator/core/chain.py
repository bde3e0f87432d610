"""How is a journal sealed? Each line's hash covers the line and the hash before it.

Asked by `core.incident` when a line is written, and by `core.journal_check`. No secret is in it: whoever may write to
the store can make a whole new chain, which a hash that was noted elsewhere gives away.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime


def chained(before: str, *parts: datetime | str | None) -> str:
    """SHA-256 in hex over the hash before ("" at the start) and the parts; None and "" differ.

    A time counts in UTC and half a surrogate pair as "?", which is how the codec stores both.
    """
    told = json.dumps([before, *map(_stored, parts)], separators=(",", ":"))
    return hashlib.sha256(told.encode("ascii")).hexdigest()


def _stored(part: datetime | str | None) -> str | None:
    if isinstance(part, datetime):
        return part.astimezone(UTC).isoformat()
    return part.encode("utf-8", "replace").decode() if part is not None else None

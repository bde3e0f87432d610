"""Did this person get this form from us, for this link and not long ago?

A token is an expiry and an HMAC over the person, what the form is for, and the expiry, keyed from the settings: it
holds on every instance and after a restart, and nothing is stored.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

_SECONDS = 3600


def issue(key: bytes, person: str, purpose: str, now: datetime) -> str:
    """A token for one person and one purpose, good for an hour."""
    until = int(now.timestamp()) + _SECONDS
    return f"{until}.{_mac(key, person, purpose, until)}"


def holds(token: str, key: bytes, person: str, purpose: str, now: datetime) -> bool:
    """Whether the token was issued for exactly this and has not expired."""
    stamp, _, mac = token.partition(".")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    until = int(stamp)
    expected = _mac(key, person, purpose, until)
    return hmac.compare_digest(mac.encode(), expected.encode()) and int(now.timestamp()) <= until


def _mac(key: bytes, person: str, purpose: str, until: int) -> str:
    parts = "\n".join(("csrf", str(len(person)), person, purpose, str(until)))
    return hmac.new(key, parts.encode(), hashlib.sha256).hexdigest()

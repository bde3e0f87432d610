"""Which addresses lead to an incident's pages? Channels write them, `web` reads them back.

An approval link names the incident and carries a token that is derived for one recipient; of the token only a hash is
stored. No link carries a function key.
"""

from __future__ import annotations

import re
from urllib.parse import quote

_PART = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)


def approval_link(public_url: str, incident: str, token: str) -> str:
    """`https://host/approvals/<incident>.<token>`."""
    return f"{public_url.rstrip('/')}/approvals/{quote(incident, safe='')}.{quote(token, safe='')}"


def incident_link(public_url: str, incident: str) -> str:
    """`https://host/incidents/<incident>`."""
    return f"{public_url.rstrip('/')}/incidents/{quote(incident, safe='')}"


def read_approval(text: str) -> tuple[str, str] | None:
    """The incident's id and the token of a link's last part, None when it cannot be one."""
    incident, _, token = text.partition(".")
    return (incident, token) if _PART.fullmatch(incident) and _PART.fullmatch(token) else None

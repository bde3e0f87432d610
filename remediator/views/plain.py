"""How much of an outside text may be shown, and in which form, before a medium escapes it?

Every view sends names, tags, log texts and messages through here: control characters, bidirectional overrides and line
breaks cannot rearrange a page, a terminal or a mail header. Escaping for a medium is left to that medium's view.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from remediator.core.pull_text import redacted
from remediator.core.resource_id import ResourceId

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SPACE = re.compile(r"[\s\x85\u2028\u2029]+")
# A user part, an @ and a dotted domain; `repository@sha256:…` has no dot behind the @ and stays.
_ADDRESS = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")

_ID = re.compile(r"/subscriptions/[^\s,;()'\"]+", re.IGNORECASE)


def plain(text: object, limit: int = 400) -> str:
    """One line of printable characters, at most `limit` of them; a longer text ends in `…`."""
    raw = _SPACE.sub(" ", str(text)[: limit * 4 + 64])
    kept = "".join(c for c in raw if c == " " or unicodedata.category(c) not in _DROPPED).strip()
    return kept if len(kept) <= limit else kept[: max(0, limit - 1)].rstrip() + "…"


def without_addresses(text: object, limit: int = 400) -> str:
    """`plain`, with every mail address replaced and every secret hidden: for texts that leave to people whom we do not
    know."""
    return _ADDRESS.sub("(address)", plain(redacted(str(text)[: limit * 4 + 64]), limit))


def with_short_ids(text: object, limit: int = 400) -> str:
    """`plain`, with every resource id as the name and group that people know it by: `zone1 in rg-dns`."""
    return plain(_ID.sub(lambda found: _short(ResourceId(found[0])), str(text)[: limit * 8]), limit)


def _short(rid: ResourceId) -> str:
    return f"{rid.name} in {rid.resource_group}" if rid.resource_group else rid.name


def moment(at: datetime | None) -> str:
    """A time as people and programs read it, in UTC to the second: `2026-08-01 08:00:12Z`; "" for none."""
    return at.strftime("%Y-%m-%d %H:%M:%SZ") if at else ""

"""How do we read JSON that others wrote, without believing its shape?

The translators of this folder call it. Every reader takes any JSON value, answers with a bounded value of the right
type or with nothing, and never raises.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from remediator.core.actor import Actor, actor_of
from remediator.core.errors import Rejected
from remediator.core.resource_id import ResourceId, parse_resource_id

MAX_WORD = 512
MAX_TEXT = 16 * 1024

_GO_TIME = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,9}))? \+0000(?: UTC)?")
_SEGMENT = re.compile(r"[\w.()@*-]+")


def decoded(value: object) -> object:
    """A JSON document inside a string (or bytes) as its value; everything else, and what is no JSON, as it is.

    Control characters are allowed inside strings: log lines come with real line breaks in them.
    """
    if not isinstance(value, str | bytes):
        return value
    try:
        return json.loads(value, strict=False)
    except (ValueError, RecursionError):
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def mapping(value: object) -> Mapping[str, object]:
    """The object, also where it came as JSON text; an empty one where there is none."""
    value = decoded(value)
    return value if isinstance(value, dict) else {}


def items(value: object) -> Sequence[object]:
    """The list, an empty one where there is none."""
    return value if isinstance(value, list) else []


def word(source: Mapping[str, object], *keys: str, limit: int = MAX_WORD) -> str | None:
    """The first non-empty string under one of the keys, stripped and cut at `limit` characters."""
    for key in keys:
        value = source.get(key)
        if isinstance(value, str) and (stripped := value[: limit + 64].strip()):
            return stripped[:limit]
    return None


def moment(text: str | None) -> datetime | None:
    """A time as Azure writes it: ISO 8601 with up to nine digits and any zone or none (taken as UTC), or Go's format
    (`2026-06-26 12:38:41.3751508 +0000 UTC`, azure-facts 2.5)."""
    if text is None:
        return None
    if go := _GO_TIME.fullmatch(text):
        text = f"{go[1]}T{go[2]}.{(go[3] or '0')[:6]:0<6}+00:00"
    try:
        parsed = datetime.fromisoformat(text)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def resource(text: str | None) -> ResourceId | None:
    """A full resource id whose segments are names and nothing else (no `..`, query or escape), or None."""
    if text is None:
        return None
    try:
        rid = parse_resource_id(text)
    except Rejected:
        return None
    segments = rid.text.split("/")[1:]
    plain = all(_SEGMENT.fullmatch(part) and part not in {".", ".."} for part in segments)
    return rid if plain and len(segments) % 2 == 0 else None


def actor(claims: object, authorization: object = None, caller: str | None = None) -> Actor:
    """Who caused it, as `core.actor` understands it.

    Claims and authorization come as objects, as JSON text or empty, and the evidence may be an empty list (azure-facts
    5.1, 6.2).
    """
    return actor_of(mapping(claims), mapping(mapping(authorization).get("evidence")), caller or "")


def fingerprint(value: object) -> str:
    """A stable id of a JSON value, for payloads that carry none."""
    try:
        canonical = json.dumps(value, sort_keys=True, default=repr)
    except (TypeError, ValueError, RecursionError):
        canonical = repr(type(value))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:32]

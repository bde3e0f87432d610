"""What does a person or a program ask for over HTTP or on the terminal?

The manual trigger calls it. It checks form and nothing else: whether the registry exists and who may ask is decided
elsewhere. Every mistake is listed, not just the first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from remediator.core.errors import Rejected
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from remediator.signals.loose_json import decoded, fingerprint, resource

MAX_TEXT_BYTES = 64 * 1024
WAYS = ("direct", "both", "pull-request", "report")
_FIELDS = ("registry", "app", "text", "way")
_REGISTRY = "Microsoft.ContainerRegistry/registries"
_CONSUMERS = ("Microsoft.App/containerApps", "Microsoft.App/jobs")
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def parse_manual(body: object, *, key: str | None = None) -> Signal:
    """A request `{"registry": id, "app": id?, "text": str?, "way": …?}` as a signal.

    `key` is the caller's Idempotency-Key, one to 200 printable characters: the same key is the same signal; without one
    the same body is. Raises `Rejected("bad-request")` whose context has a line for each wrong field; `body` stands for
    the document as a whole.
    """
    document = decoded(body)
    if not isinstance(document, dict):
        raise _rejected({"body": "must be a JSON object with at least `registry`"})
    errors: dict[str, str] = {
        str(name)[:80]: f"is not known; the fields are {', '.join(_FIELDS)}" for name in document if name not in _FIELDS
    }
    registry = _id(document, "registry", (_REGISTRY,), errors)
    app = _id(document, "app", _CONSUMERS, errors)
    if "registry" not in document:
        errors["registry"] = f"is missing: the full id of a {_REGISTRY}"
    text = _text(document, errors)
    way = document.get("way")
    if way is not None and way not in WAYS:
        errors["way"] = f"must be one of {', '.join(WAYS)}"
    if key is not None and not _KEY.fullmatch(key):
        errors["Idempotency-Key"] = "must be 1 to 200 printable characters without spaces"
    if errors or registry is None:
        raise _rejected(errors)
    return Signal(
        source=SignalSource.MANUAL,
        id=f"manual:{key or fingerprint(document)}",
        subject=registry,
        app=str(app) if app else None,
        text=text,
        requested_way=str(way) if way is not None else None,
    )


def _id(
    document: Mapping[str, object], field: str, kinds: tuple[str, ...], errors: dict[str, str]
) -> ResourceId | None:
    value = document.get(field)
    if value is None and field != "registry":
        return None
    rid = resource(value) if isinstance(value, str) else None
    if rid is not None and any(rid.is_a(kind) for kind in kinds):
        return rid
    errors[field] = (
        f"must be the full id of a {' or '.join(kinds)}: "
        f"/subscriptions/<id>/resourceGroups/<name>/providers/{kinds[0]}/<name>"
    )
    return None


def _text(document: Mapping[str, object], errors: dict[str, str]) -> str | None:
    text = document.get("text")
    if text is None:
        return None
    if not isinstance(text, str):
        errors["text"] = "must be a string"
        return None
    if len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT_BYTES:
        errors["text"] = f"must be at most {MAX_TEXT_BYTES // 1024} KiB"
        return None
    return text.strip() or None


def _rejected(errors: dict[str, str]) -> Rejected:
    listed = "; ".join(f"{field} {error}" for field, error in errors.items())
    return Rejected(
        "bad-request",
        f"the request was refused: {listed}"[:2000],
        context=errors,
        hint='send {"registry": "<full id>"} and, where known, app, text and way',
    )

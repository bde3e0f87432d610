"""What did Azure say, in which of its error shapes?

Called by `errors`. Shapes (corpus, ARM shapes): `{"error": {code, message, details, innererror}}`, a bare
`{"code", "message"}`, the same in capitals, `{"error": …, "status": "Failed"}` of a failed operation, an error as text,
and no JSON at all. What leaves here is bounded and carries no token, signature or mail address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

MOST = 600
_SECRETS = (
    (re.compile(r"(?i)bearer\s+[\w.~+/=-]+"), "Bearer …"),
    (re.compile(r"eyJ[\w-]{8,}(\.[\w-]*){1,2}"), "<token>"),
    (
        re.compile(r"(?i)([?&](?:sig|code|t|c|s|h|token|access_token|key)=)[^&\s'\"]+"),
        r"\1…",
    ),
    (re.compile(r"(?i)((?:password|secret|sharedaccesskey|accountkey)\"?\s*[=:]\s*\"?)[^\s;,\"]+"), r"\1…"),
    (re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]+\.[\w.-]+"), "<mail>"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """Azure's refusal: HTTP status (0 when there was none), its code and its words; `inner` are the codes below."""

    status: int
    code: str
    message: str
    inner: tuple[str, ...] = ()


def answer_of(status: int, body: object) -> Answer:
    """The refusal in a parsed body; `body` is None, text or JSON."""
    if isinstance(body, str):
        return Answer(status, "", redacted(body))
    error = _folded(body)
    inside = error.get("error", error)
    if isinstance(inside, str):  # {"error": "invalid_grant", "error_description": "…"} of the token endpoints
        return Answer(status, inside, redacted(str(error.get("error_description") or error.get("message") or inside)))
    folded = _folded(inside)
    message = str(folded.get("message") or "")
    inner = tuple(_inner(folded))
    details = "; ".join(text for _, text in (*inner, *_violations(folded, message)) if text and text not in message)
    words = f"{message} ({details})" if details else message
    return Answer(status, str(folded.get("code") or ""), redacted(words), tuple(code for code, _ in inner if code))


def redacted(text: str, most: int = MOST) -> str:
    """The text on one line, without tokens, signatures and mail addresses, and not longer than a person reads."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _inner(error: Mapping[str, object], depth: int = 0) -> list[tuple[str, str]]:
    """Codes and messages of `details` and `innererror`, outermost first."""
    found: list[tuple[str, str]] = []
    details = error.get("details")
    below = [*(details if isinstance(details, list) else ()), error.get("innererror")]
    for item in below:
        folded = _folded(item)
        if folded and depth < 4:
            found.append((str(folded.get("code") or ""), str(folded.get("message") or "")))
            found.extend(_inner(folded, depth + 1))
    return found


def _violations(error: Mapping[str, object], message: str) -> list[tuple[str, str]]:
    """The policies that `additionalInfo` names where the message does not (azure-facts 7)."""
    told = error.get("additionalinfo")
    infos = [_folded(_folded(one).get("info")) for one in (told if isinstance(told, list) else ())]
    named = (str(info.get("policyassignmentid") or "") for info in infos)
    return [("", f"policyAssignmentId: {one}") for one in named if one and one not in message]


def _folded(value: object) -> dict[str, object]:
    return {str(key).lower(): item for key, item in value.items()} if isinstance(value, Mapping) else {}

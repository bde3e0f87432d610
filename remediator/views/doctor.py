"""How is what the doctor found told? In lines, in one document for programs; and what a test notice says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from remediator.core.doctor import Check, State, worst
from remediator.views.card import envelope
from remediator.views.plain import plain

_MARKS = {State.OK: "✓", State.WARNING: "!", State.ERROR: "✗", State.UNKNOWN: "?", State.SKIPPED: "·"}
_WIDE = 19  # of the longest id
SUBJECT = "[remediator] a test notice"
LONGEST = 2000
MOST_LINES = 12


def lines(check: Check, width: int) -> list[str]:
    """A check: its mark, id and what was found, and below it what mends it; no line is wider than the terminal."""
    about = f"{plain(check.about, 200)}: " if check.about else ""
    found = _wrapped(f"{about}{plain(check.found, LONGEST)}", width - _WIDE - 3)
    pad = " " * (_WIDE + 3)
    shown = [f"{_MARKS[check.state]} {check.id.ljust(_WIDE)} {found[0]}", *(pad + line for line in found[1:])]
    if check.missing:
        shown += [pad + line for line in _role_lines(check.missing)]
    if check.fix and check.state not in (State.OK, State.SKIPPED):
        fix = _wrapped(f"→ {plain(check.fix, LONGEST)}", width - _WIDE - 3)
        shown += [pad + line for line in fix]
    return shown


def _role_lines(actions: Sequence[str]) -> list[str]:
    """Actions as they stand in a role definition, ready to be put in; of many the first ones."""
    found = [f'+ "{plain(action, 200)}",' for action in actions[:MOST_LINES]]
    more = len(actions) - MOST_LINES
    return [*found, f"  and {more} more, which the command below has"] if more > 0 else found


def summary(checks: Sequence[Check]) -> str:
    """How many of each, and what that comes to."""
    counts = _counts(checks)
    told = ", ".join(f"{counts[state]} {state}" for state in State if counts[state])
    end = {
        State.ERROR: "errors have to be mended",
        State.WARNING: "it works; look at the warnings",
        State.UNKNOWN: "nothing wrong was found, and not everything could be looked at",
    }.get(worst(checks), "everything is in order")
    return f"{told}: {end}"


def document(checks: Sequence[Check]) -> dict[str, Any]:
    """What was found, for programs; without `schema`."""
    return {
        "ok": worst(checks) is not State.ERROR,
        "state": worst(checks).value,
        "counts": {state.value: number for state, number in _counts(checks).items()},
        "checks": [
            {
                "id": check.id,
                "about": plain(check.about, 500) or None,
                "state": check.state.value,
                "found": plain(check.found, LONGEST),
                "fix": plain(check.fix, LONGEST) or None,
                "missing": [plain(action, 200) for action in check.missing],
            }
            for check in checks
        ],
    }


def test_text(public_url: str) -> str:
    """The words of a test notice."""
    return (
        f"This is a test of the remediator at {public_url}: `remediator doctor --send-test` sent it. "
        "Nothing has happened and nobody has to do anything. An incident's mail comes from the same sender."
    )


def test_card(public_url: str) -> dict[str, Any]:
    """The same as a card in Teams."""
    blocks = [
        {"type": "TextBlock", "text": "A test notice", "weight": "Bolder", "size": "Medium", "wrap": True},
        {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": test_text(public_url)}]},
    ]
    return envelope(
        {
            "type": "AdaptiveCard",
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "version": "1.5",
            "fallbackText": SUBJECT,
            "body": blocks,
        }
    )


def _counts(checks: Iterable[Check]) -> dict[State, int]:
    found = [check.state for check in checks]
    return {state: found.count(state) for state in State}


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns; a word that is longer stands whole, so that it can be copied."""
    found: list[str] = []
    for word in text.split():
        if found and len(found[-1]) + 1 + len(word) <= width:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found or [""]

"""How is a test of the chain told? A line for each part for people, one document for programs."""

from __future__ import annotations

from typing import Any

from remediator.core.selftest import Outcome, Part
from remediator.views.plain import plain

_SAID = {
    Part.DOOR: "the signal was taken in",
    Part.STORE: "its case file can be read",
    Part.QUEUE: "a worker took its message",
    Part.WORKER: "the worker read the estate and ended it",
}


def lines(outcome: Outcome) -> list[str]:
    """What was passed and when, and where it was lost."""
    passed = {one.part: one.seconds for one in outcome.passed}
    found = [f"✓ {part.value.ljust(6)} {_SAID[part]} ({passed[part]:.1f} s)" for part in Part if part in passed]
    if outcome.lost is not None:
        found += [
            f"✗ {outcome.lost.value.ljust(6)} lost here: {plain(outcome.found, 2000)}",
            f"  → {plain(outcome.fix, 1000)}",
        ]
    elif not outcome.watched:
        found += [f"? {plain(outcome.found, 2000)}", f"  → {plain(outcome.fix, 1000)}"]
    else:
        found.append(
            f"\nThe whole chain works. Incident {plain(outcome.incident, 120)} ended as NO_DRIFT; nothing was changed."
        )
    return found


def document(outcome: Outcome) -> dict[str, Any]:
    """The same for programs, without `schema`."""
    return {
        "ok": outcome.ok,
        "incident": outcome.incident or None,
        "passed": [{"part": one.part.value, "seconds": round(one.seconds, 3)} for one in outcome.passed],
        "lost": outcome.lost.value if outcome.lost else None,
        "watched": outcome.watched,
        "found": plain(outcome.found, 2000) or None,
        "fix": plain(outcome.fix, 1000) or None,
    }

"""How is said what would have become of the past? For the terminal and for programs.

`cli/replay` calls it; figures come from `core/replay`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from remediator.core.incident import Status
from remediator.core.replay import Difference, Played, Score, differences, score
from remediator.core.resource_id import ResourceId
from remediator.core.words import counted
from remediator.views.document import SCHEMA
from remediator.views.plain import moment, plain, without_addresses
from remediator.views.wording import STATUSES

MOST_SHOWN = 200
_CHANGES_SHOWN = 4


def sentence(found: Score) -> str:
    """`would have asked 4 times, mended 2 by itself, 0 wrong`."""
    yes = f", {found.mended_after_yes} more after a yes" if found.mended_after_yes else ""
    return f"would have asked {_times(found.asked)}, mended {found.mended_alone} by itself{yes}, {found.wrong} wrong"


def details(found: Score) -> str:
    """What became of the others."""
    parts = [counted(found.incidents, "incident")]
    parts += [f"{found.quiet} with nothing to do"] if found.quiet else []
    parts += [f"{found.reported} only reported"] if found.reported else []
    parts += [f"{found.forbidden} forbidden by the policy"] if found.forbidden else []
    return ", ".join(parts)


def terminal(played: Sequence[Played], width: int) -> list[str]:
    """Two lines for each incident: what it is and what became of it."""
    lines: list[str] = []
    for one in played[:MOST_SHOWN]:
        lines += _line(one, width)
    more = len(played) - MOST_SHOWN
    return [*lines, f"and {counted(more, 'more incident')}: --json has all of them"] if more > 0 else lines


def compared(found: Sequence[Difference], width: int) -> list[str]:
    """What the given policy does otherwise."""
    if not found:
        return ["both policies do the same"]
    lines = []
    for one in found[:MOST_SHOWN]:
        shown = one.ours or one.other
        about = _about(shown) if shown else ""
        lines += _folded(f"{about}: {_what(one.other)} → {_what(one.ours)}", width, "  ")
    more = len(found) - MOST_SHOWN
    return [*lines, f"and {more} more"] if more > 0 else lines


def replay_document(played: Sequence[Played], other: Sequence[Played] | None, notes: Sequence[str]) -> dict[str, Any]:
    """`replay --json`."""
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "sentence": sentence(score(played)),
        "score": asdict(score(played)),
        "incidents": [_document(one) for one in played],
        "notes": list(notes),
    }
    if other is not None:
        told["against"] = {"sentence": sentence(score(other)), "score": asdict(score(other))}
        told["differences"] = [
            {"given": _maybe(one.ours), "against": _maybe(one.other)} for one in differences(played, other)
        ]
    return told


def _line(one: Played, width: int) -> list[str]:
    mark = "✗" if one.wrong else "✓" if one.status in (Status.RESOLVED, Status.NO_DRIFT) else "?"
    many = f", {one.signals:,} signals" if one.signals > 1 else ""
    rules = ", ".join(plain(rule, 60) for rule in one.rules) or "nothing found"
    first = f"{mark} {_about(one)}: {rules}{many}"
    lines = _folded(first, width, "  ")
    if one.changes:
        lines += _folded(f"plan {_plan(one)}; ruling {_ruling(one)}", width, "    ", "  ")
    ended = f"{STATUSES[one.status]}{' – ' + one.wrong if one.wrong else ''}"
    return [*lines, *_folded(f"→ {ended}", width, "    ", "  ")]


def _about(one: Played) -> str:
    at = f"{moment(one.opened_at)[:16]} " if one.opened_at else ""
    where = f" ({plain(one.name, 60)})" if one.name else ""
    return f"{at}{plain(ResourceId(one.subject).name, 80)}{where}"


def _plan(one: Played) -> str:
    kinds = [kind for kind, _ in one.changes[:_CHANGES_SHOWN]]
    more = len(one.changes) - len(kinds)
    return ", ".join(kinds) + (f" and {more} more" if more else "")


def _ruling(one: Played) -> str:
    why = f" ({'; '.join(without_addresses(reason, 160) for reason in one.reasons)})" if one.reasons else ""
    return f"{one.decision}, {one.way}{why}"


def _what(one: Played | None) -> str:
    if one is None:
        return "no such incident"
    asked = "asked, " if one.asked else "by itself, " if one.alone else ""
    plan = f"{_plan(one)}, " if one.changes else ""
    return f"{plan}{asked}{STATUSES[one.status]}{' – ' + one.wrong if one.wrong else ''}"


def _document(one: Played) -> dict[str, Any]:
    return {
        "name": one.name or None,
        "subject": one.subject,
        "opened_at": moment(one.opened_at) or None,
        "signals": one.signals,
        "rules": list(one.rules),
        "plan": [{"kind": kind, "target": target} for kind, target in one.changes],
        "ruling": {"decision": one.decision, "way": one.way, "reasons": list(one.reasons)} if one.decision else None,
        "asked": one.asked,
        "by_itself": one.alone,
        "status": one.status.value,
        "wrong": one.wrong or None,
    }


def _maybe(one: Played | None) -> dict[str, Any] | None:
    return _document(one) if one is not None else None


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _folded(text: str, width: int, later: str, first: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        max(40, width),
        initial_indent=first,
        subsequent_indent=later,
        break_on_hyphens=False,
        break_long_words=False,
    )

"""How are the figures of the overview said? Numbers, spans of time and what changed, for the page and the terminal."""

from __future__ import annotations

from datetime import datetime

from remediator.core.overview import Overview, Since, Stand
from remediator.core.words import counted
from remediator.views.plain import moment

STATES = ("broken", "unknown", "drift", "fine")
LABELS = {
    "broken": "a pull is broken",
    "unknown": "not known",
    "drift": "differs, pulls work",
    "fine": "as it should be",
}
NO_SWEEP = "No sweep has run yet"
NO_SWEEP_MORE = (
    "How all registries stand is known once a sweep on the timer has ended, of the function app or of remediator "
    "serve. Until then there are only the incidents that events, alerts and people have reported."
)


def number(value: int) -> str:
    """`12,345`."""
    return f"{value:,}"


def span(minutes: float | None) -> str:
    """`42 min`, `3.5 h`, `12 days`; `–` for None."""
    if minutes is None:
        return "–"
    if minutes < 100:
        return f"{minutes:.0f} min" if minutes >= 1 or not minutes else "under 1 min"
    if minutes < 48 * 60:
        return f"{minutes / 60:.1f} h"
    days = minutes / 1440
    return f"{days:,.1f} days" if days < 20 else f"{days:,.0f} days"


def age(since: datetime, now: datetime) -> str:
    """How long ago."""
    return span(max(0.0, (now - since).total_seconds() / 60))


def ends_in(at: datetime | None, now: datetime) -> str:
    """When an opening ends."""
    if at is None:
        return "not opened yet"
    left = (at - now).total_seconds() / 60
    return f"closes in {span(left)}, at {at:%H:%M} UTC" if left > 0 else f"being closed since {at:%H:%M} UTC"


def difference(now: int, before: int | None) -> str:
    """`+5`, `−3`, `±0`; "" where there is nothing to compare with."""
    if before is None:
        return ""
    change = now - before
    return f"+{change:,}" if change > 0 else f"−{-change:,}" if change < 0 else "±0"


def headline(found: Overview) -> str:
    """The one sentence at the top."""
    if not found.swept:
        return NO_SWEEP
    if not found.stand.total:
        return "The sweep found no registries"
    if found.stand.fine == found.stand.total:
        return f"All {number(found.stand.total)} registries are as they should be"
    return f"{number(found.stand.fine)} of {number(found.stand.total)} registries are as they should be"


def share(stand: Stand) -> str:
    """`97.1 %`, never rounded up to a hundred."""
    if not stand.total:
        return ""
    part = 100 * stand.fine / stand.total
    return f"{min(part, 99.9) if stand.fine < stand.total else part:.1f} %".replace("100.0 %", "100 %")


def as_of(found: Overview) -> str:
    """Of when the figures are."""
    told = f"As of {moment(found.at)}"
    if found.swept_since is None or found.swept_until is None:
        return told
    first, last = f"{found.swept_since:%Y-%m-%d %H:%M}", f"{found.swept_until:%Y-%m-%d %H:%M}"
    swept = sum(1 for line in found.subscriptions if line.swept_at is not None)
    when = f"at {last}" if first == last else f"between {first} and {last}"
    return f"{told} · {counted(swept, 'subscription')} swept {when} UTC"


def since_lines(since: Since) -> tuple[str, ...]:
    """What the last 24 hours changed, a line for each thing."""
    alone = f", {number(since.alone)} without asking anybody" if since.alone else ""
    lines = [f"{counted(since.opened, 'incident')} opened, {number(since.mended)} mended{alone}"]
    lines += [f"{counted(since.rolled_back, 'change')} taken back"] if since.rolled_back else []
    lines += [f"{counted(since.called, 'incident')} called for a person"] if since.called else []
    lines += [f"{counted(since.missed, 'drift')} found by a sweep that no event had reported"] if since.missed else []
    return tuple(lines)


def since_when(since: Since) -> str:
    """With what the registries are compared."""
    return f"registries compared with {since.at:%Y-%m-%d %H:%M} UTC" if since.at else ""

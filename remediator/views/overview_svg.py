"""Which pictures has the overview? Bars as SVG, whose lengths are the figures and whose title and description say them.

Called by `overview`. Words stand beside the bars in HTML, so that they stay readable on a phone; a picture is stretched
to the width that it is given. Colours are classes of the page's stylesheet with presentation attributes as the
fallback; there is no script, link or style in a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from remediator.core.overview import DayLine, Stand
from remediator.views.overview_words import LABELS, STATES, number, share, span

_COLOURS = {"broken": "#c62f2f", "unknown": "#9a6700", "drift": "#0757b8", "fine": "#1a7f4b", "soft": "#8c959f"}
_WIDE, _HIGH = 600, 120
_GAP = 4


def stand_bar(stand: Stand) -> str:
    """All registries as one bar, a part for each state; a state that is there is never too thin to be seen."""
    told = "; ".join(f"{LABELS[state]}: {number(getattr(stand, state))}" for state in STATES)
    x, drawn = 0.0, []
    for state, width in zip(STATES, _widths(stand), strict=True):
        if width:
            drawn.append(_rect(x, 0, width, 24, state))
            x += width
    title = f"{share(stand)} of {number(stand.total)} registries are as they should be"
    return _svg("bar", 1000, 24, title, told, drawn)


def small_bar(stand: Stand) -> str:
    """The same beside figures that say it: an ornament."""
    x, drawn = 0.0, []
    for state, width in zip(STATES, _widths(stand), strict=True):
        if width:
            drawn.append(_rect(x, 0, width, 10, state))
            x += width
    return _ornament(1000, 10, drawn)


def length(value: float, most: float, state: str) -> str:
    """One figure beside others of its column: an ornament."""
    width = 1000 * value / most if most > 0 else 0
    return _ornament(1000, 10, [_rect(0, 0, max(width, 8), 10, state)] if value > 0 else [])


def incidents_by_day(days: Sequence[DayLine]) -> str:
    """Two bars for each day: what was opened and what was mended."""
    most = max([1, *(max(day.opened, day.mended) for day in days)])
    step = _WIDE / max(1, len(days))
    width = (step - _GAP) / 2
    drawn = [_base()]
    for index, day in enumerate(days):
        x = index * step + _GAP / 2
        drawn += _column(x, width, day.opened / most, "soft") + _column(x + width, width, day.mended / most, "fine")
    opened, mended = sum(day.opened for day in days), sum(day.mended for day in days)
    title = f"{number(opened)} incidents opened and {number(mended)} mended in {len(days)} days"
    told = _by_day(days, lambda day: f"{day.opened} opened, {day.mended} mended" if day.opened or day.mended else "")
    return _svg("days", _WIDE, _HIGH, title, told, drawn)


def exposure_by_day(days: Sequence[DayLine]) -> str:
    """A bar for each day: the minutes of exposure of all incidents together."""
    most = max([1.0, *(day.exposed for day in days)])
    step = _WIDE / max(1, len(days))
    drawn = [_base()]
    for index, day in enumerate(days):
        drawn += _column(index * step + _GAP / 2, step - _GAP, day.exposed / most, "broken")
    title = f"{span(sum(day.exposed for day in days))} of exposure in {len(days)} days"
    return _svg("days", _WIDE, _HIGH, title, _by_day(days, lambda day: span(day.exposed) if day.exposed else ""), drawn)


def trouble_by_day(days: Sequence[DayLine]) -> str:
    """A bar for each day on which somebody looked: how many registries were broken, unknown, or differed."""
    most = max([1, *(day.stand.total - day.stand.fine for day in days if day.stand)])
    step = _WIDE / max(1, len(days))
    drawn = [_base()]
    for index, day in enumerate(days):
        y = float(_HIGH - 1)
        for state in STATES[:3]:
            high = (_HIGH - 8) * (getattr(day.stand, state) if day.stand else 0) / most
            if high:
                y -= high
                drawn.append(_rect(index * step + _GAP / 2, y, step - _GAP, high, state))
    title = f"registries that are not as they should be, by day; {number(most)} at most"
    told = _by_day(days, lambda day: number(day.stand.total - day.stand.fine) if day.stand else "")
    return _svg("days", _WIDE, _HIGH, title, told, drawn)


def _widths(stand: Stand) -> list[float]:
    """Parts of a thousand, in the order of the states; each that is there has five at least."""
    if not stand.total:
        return [0.0 for _ in STATES]
    raw = [1000 * getattr(stand, state) / stand.total for state in STATES]
    shown = [max(5.0, one) if one else 0.0 for one in raw]
    return [1000 * one / sum(shown) for one in shown]


def _column(x: float, width: float, part: float, state: str) -> list[str]:
    high = (_HIGH - 8) * part
    return [_rect(x, _HIGH - 1 - max(high, 2), width, max(high, 2), state)] if part > 0 else []


def _by_day(days: Sequence[DayLine], say: Callable[[DayLine], str]) -> str:
    told = [f"{day.day:%d %b}: {words}" for day in days if (words := say(day))]
    return "; ".join(told) or "nothing on any day"


def _base() -> str:
    return f'<rect class="base" x="0" y="{_HIGH - 1}" width="{_WIDE}" height="1" fill="#8c959f"/>'


def _rect(x: float, y: float, width: float, height: float, state: str) -> str:
    return (
        f'<rect class="{state}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{_COLOURS[state]}"/>'
    )


def _svg(kind: str, width: int, height: int, title: str, told: str, drawn: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" viewBox="0 0 {width} {height}" role="img" '
        f'preserveAspectRatio="none"><title>{escape(title)}</title><desc>{escape(told)}</desc>{"".join(drawn)}</svg>'
    )


def _ornament(width: int, height: int, drawn: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="length" viewBox="0 0 {width} {height}" aria-hidden="true" '
        f'focusable="false" preserveAspectRatio="none">{"".join(drawn)}</svg>'
    )

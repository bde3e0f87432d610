"""How does a pull path look on a page? An SVG that says in words what it shows.

Called by the pages of `html`; rows and ends are those of `picture`. It is as many units wide as a phone has pixels to
spare, so that its letters stay readable there; it has a title and a description for readers who do not see it, and no
script or link. Colours are presentation attributes beside classes, so that a page's stylesheet may change them in the
dark.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from html import escape

from remediator.core.pull_path import PullPath, Verdict
from remediator.views.picture import Kind, Row, ends_of, rows
from remediator.views.plain import plain
from remediator.views.wording import HOPS, path_sentence

_WIDTH = 352
_LINE = 18
# How many letters fit beside the line, in the ordinary and in the bold face, and in a box.
_COLUMNS, _BOLD_COLUMNS, _BOX_COLUMNS = 37, 32, 38
_MOST_LINES = 6
_SOFT, _INK, _WAY = "#59636e", "#1f2328", "#8c959f"
_COLOURS = {Kind.OK: "#1a7f4b", Kind.BROKEN: "#c62f2f", Kind.UNKNOWN: "#9a6700"}
_GROUNDS = {Kind.BROKEN: "#ffebe9", Kind.UNKNOWN: "#fff8c5"}
_SIGNS = {Kind.OK: "✓", Kind.BROKEN: "✗", Kind.UNKNOWN: "?"}
_ENDINGS = {Kind.BROKEN: " – broken here", Kind.UNKNOWN: " – not known"}


def svg(path: PullPath) -> str:
    """The picture of one path."""
    ends = ends_of(path)
    body, y = _box(ends.consumer, 8, reached=True)
    for row in rows(path):
        drawn, y = _DRAWN[row.kind](row, y)
        body += drawn
    box, y = _box(ends.registry, y, reached=path.verdict is Verdict.OK)
    title = escape(path_sentence(path))
    told = escape("; ".join(f"{HOPS[h.name]}: {h.verdict.value}, {plain(h.detail, 200)}" for h in path.hops))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="path" viewBox="0 0 {_WIDTH} {y + 8}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="14"><title>{title}</title><desc>{told}</desc>'
        + "".join([*body, *box])
        + "</svg>"
    )


def _box(words: tuple[str, ...], y: int, *, reached: bool) -> tuple[list[str], int]:
    lines = [(line, index == 0) for index, word in enumerate(words) for line in _folded(word, _BOX_COLUMNS, 2)]
    height = 14 + _LINE * len(lines)
    dash = "" if reached else ' stroke-dasharray="4 4"'
    drawn = [
        f'<rect class="box" x="8" y="{y}" width="{_WIDTH - 16}" height="{height}" rx="8" fill="#ffffff" '
        f'stroke="{_WAY}"{dash}/>'
    ]
    for index, (line, name) in enumerate(lines):
        style = f'class="name" font-weight="600" fill="{_INK}"' if name else f'class="soft" fill="{_SOFT}"'
        drawn.append(_text(line, 20, y + 22 + index * _LINE, style))
    return drawn, y + height


def _passed(row: Row, y: int) -> tuple[list[str], int]:
    """A hop that lets the pull through: its name in small letters, what it is in ink."""
    lines = _folds(row.lines, _COLUMNS)
    height, middle = 14 + _LINE * (1 + len(lines)), y + 20
    drawn = [
        _line(y, y + height),
        f'<circle class="ok" cx="28" cy="{middle}" r="9" fill="{_COLOURS[Kind.OK]}"/>',
        _text(_SIGNS[Kind.OK], 28, middle + 5, 'text-anchor="middle" font-weight="700" font-size="12" fill="#ffffff"'),
        _text(row.label, 50, middle + 4, f'class="label soft" font-size="12" fill="{_SOFT}"'),
    ]
    return drawn + _written(lines, middle + 4, f'class="text" fill="{_INK}"'), y + height


def _unasked(row: Row, y: int) -> tuple[list[str], int]:
    """A hop that does not concern this pull: a dot and its name; the description says why."""
    middle = y + 14
    drawn = [
        _line(y, y + 26),
        f'<circle class="unasked" cx="28" cy="{middle}" r="4" fill="{_WAY}"/>',
        _text(f"{row.label}: not asked", 50, middle + 4, f'class="label soft" font-size="12" fill="{_SOFT}"'),
    ]
    return drawn, y + 26


def _ending(row: Row, y: int) -> tuple[list[str], int]:
    """The hop where the way ends: a card across the whole width."""
    rule = (f"rule {row.rule}",) if row.rule else ()
    lines = _folds(row.lines, _BOLD_COLUMNS)
    height = 18 + _LINE * (1 + len(lines) + len(rule))
    top, middle, colour, kind = y + 10, y + 28, _COLOURS[row.kind], row.kind.value
    mark = 'text-anchor="middle" font-weight="700" font-size="14" fill="#ffffff"'
    label = f'class="label {kind}" font-weight="700" font-size="15" fill="{colour}"'
    drawn = [
        _line(y, top),
        f'<rect class="alarm {kind}" x="8" y="{top}" width="{_WIDTH - 16}" height="{height}" rx="8" '
        f'fill="{_GROUNDS[row.kind]}" stroke="{colour}" stroke-width="2"/>',
        f'<circle class="{kind}" cx="28" cy="{middle}" r="11" fill="{colour}"/>',
        _text(_SIGNS[row.kind], 28, middle + 5, mark),
        _text(row.label + _ENDINGS[row.kind], 50, middle + 5, label),
        *_written(lines, middle + 5, f'class="text" font-weight="600" fill="{_INK}"'),
        *_written(rule, middle + 5 + _LINE * len(lines), f'class="soft" font-size="12" fill="{_SOFT}"'),
    ]
    return drawn, top + height


def _never_reached(row: Row, y: int) -> tuple[list[str], int]:
    lines = _folds((f"{row.label}: {row.lines[0]}",), _COLUMNS)
    height = 16 + _LINE * len(lines)
    drawn = [_line(y, y + height, ' stroke-dasharray="3 5"')]
    return drawn + _written(lines, y + 4, f'class="soft" fill="{_SOFT}"'), y + height


_DRAWN = {
    Kind.OK: _passed,
    Kind.UNASKED: _unasked,
    Kind.BROKEN: _ending,
    Kind.UNKNOWN: _ending,
    Kind.MISSED: _never_reached,
}


def _line(top: int, bottom: int, dash: str = "") -> str:
    return f'<path class="way" d="M28 {top}V{bottom}" stroke="{_WAY}" stroke-width="2"{dash}/>'


def _folded(words: str, columns: int, most: int) -> list[str]:
    return textwrap.wrap(plain(words, 300), columns, break_on_hyphens=False, max_lines=most, placeholder=" …")


def _folds(lines: Iterable[str], columns: int) -> list[str]:
    return [one for line in lines for one in _folded(line, columns, _MOST_LINES)][:_MOST_LINES]


def _written(lines: Iterable[str], y: int, attributes: str) -> list[str]:
    return [_text(line, 50, y + _LINE * (index + 1), attributes) for index, line in enumerate(lines)]


def _text(words: str, x: int, y: int, attributes: str) -> str:
    return f'<text x="{x}" y="{y}" {attributes}>{escape(words)}</text>'

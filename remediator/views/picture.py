"""What does a pull path look like? A picture for the terminal and one for pages, understood in five seconds.

Both show the consumer on top, the hops in the order in which a pull meets them, the registry below, and clearly where
the way ends. They draw what `core` judged and judge nothing.
"""

from __future__ import annotations

import textwrap
from html import escape

from remediator.core.pull_path import HopName, PullPath, Verdict
from remediator.views.plain import plain
from remediator.views.wording import HOPS, MARKS, path_end, path_sentence, place_of

_LABEL = max(len(label) for label in HOPS.values())
_NOT_REACHED = "not reached"


def terminal(path: PullPath, width: int = 100) -> str:
    """Boxes and marks of unicode text, readable without colour; no line is wider than `width` (at least 60)."""
    width = max(60, width)
    lines = _wrapped(f"{MARKS[path.verdict]} {path_end(path)}", width, "", "  ")
    lines += ["", *_box([plain(path.consumer.name, width - 4), place_of(path.consumer)], width, opens=True)]
    for hop in path.hops:
        lines += _row(path, hop.name, width)
    missed = _missed(path)
    if missed:
        words = f"{_NOT_REACHED}: {', '.join(HOPS[name] for name in missed)}"
        lines += _wrapped(words, width, "   ┊  ", "   ┊  ")
    lines += _box(_registry_lines(path, width - 4), width, opens=False)
    return "\n".join(lines)


def _row(path: PullPath, name: HopName, width: int) -> list[str]:
    hop = next(hop for hop in path.hops if hop.name is name)
    decides = hop is path.deciding
    words = plain(hop.detail)
    if decides:
        words = f"{'BROKEN HERE' if hop.verdict is Verdict.BROKEN else 'NOT KNOWN'}: {words}"
        words += f" (rule {plain(hop.rule, 60)})" if hop.rule else ""
    first = f"   {MARKS[hop.verdict]}  {HOPS[name].ljust(_LABEL)}  "
    rest = f"   {'┊' if decides else '│'}  {' ' * _LABEL}  "
    return _wrapped(words or "-", width, first, rest)


def _wrapped(words: str, width: int, first: str, rest: str) -> list[str]:
    return textwrap.wrap(words, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def _missed(path: PullPath) -> tuple[HopName, ...]:
    """The hops behind the one that decides: nobody judged them."""
    listed = {hop.name for hop in path.hops}
    return tuple(name for name in HopName if name not in listed) if path.deciding else ()


def _registry_lines(path: PullPath, room: int) -> list[str]:
    place = place_of(path.registry) if path.registry else "no registry of this name was read"
    addresses = [
        f"{plain(host, 120)} → {', '.join(plain(one, 45) for one in found[:8]) or 'no address'}"
        for host, found in path.addresses[:8]
    ]
    return [plain(line, room) for line in (path.host, place, *addresses)]


def _box(words: list[str], width: int, *, opens: bool) -> list[str]:
    inner = min(max(30, *(len(line) for line in words)), width - 4)
    top = "┌" + "─" * (inner + 2) + "┐"
    bottom = "└" + "─" * (inner + 2) + "┘"
    if opens:
        bottom = f"{bottom[:3]}┬{bottom[4:]}"
    else:
        top = f"{top[:3]}┴{top[4:]}"
    return [top, *(f"│ {plain(line, inner).ljust(inner)} │" for line in words), bottom]


_WIDTH = 400
_COLUMNS = 47
_LINE = 18
_COLOURS = {Verdict.OK: "#1a7f4b", Verdict.BROKEN: "#c62f2f", Verdict.UNKNOWN: "#9a6700"}
_CLASSES = {Verdict.OK: "ok", Verdict.BROKEN: "broken", Verdict.UNKNOWN: "unknown"}


def svg(path: PullPath) -> str:
    """An SVG of its own, 400 units wide, with title and description for readers who do not see it; no script or link.

    Colours are presentation attributes beside classes, so that a page's stylesheet may change them in the dark.
    """
    body, y = _svg_box([plain(path.consumer.name, 42), place_of(path.consumer)], 8)
    for hop in path.hops:
        decides = hop is path.deciding
        words = plain(hop.detail, 300)
        if decides and hop.rule:
            words += f" ({plain(hop.rule, 60)})"
        label = HOPS[hop.name] + (" – broken here" if decides and hop.verdict is Verdict.BROKEN else "")
        label += " – not known" if decides and hop.verdict is Verdict.UNKNOWN else ""
        drawn, y = _svg_hop(label, words, hop.verdict, y, decides)
        body += drawn
    missed = _missed(path)
    if missed:
        drawn, y = _svg_hop(_NOT_REACHED, ", ".join(HOPS[name] for name in missed), None, y, True)
        body += drawn
    box, y = _svg_box(_registry_lines(path, 44), y)
    title = escape(path_sentence(path))
    description = escape("; ".join(f"{HOPS[h.name]}: {h.verdict.value}, {plain(h.detail, 200)}" for h in path.hops))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="path" viewBox="0 0 {_WIDTH} {y + 8}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="14"><title>{title}</title><desc>{description}</desc>'
        + "".join([*body, *box])
        + "</svg>"
    )


def _svg_box(words: list[str], y: int) -> tuple[list[str], int]:
    height = 14 + _LINE * len(words)
    drawn = [
        f'<rect class="box" x="8" y="{y}" width="{_WIDTH - 16}" height="{height}" rx="8" fill="#ffffff" '
        'stroke="#8c959f"/>'
    ]
    for index, line in enumerate(words):
        style = 'class="name" font-weight="600" fill="#1f2328"' if index == 0 else 'class="soft" fill="#59636e"'
        drawn.append(_svg_text(line, 20, y + 22 + index * _LINE, style))
    return drawn, y + height


def _svg_hop(label: str, words: str, verdict: Verdict | None, y: int, dashed: bool) -> tuple[list[str], int]:
    lines = textwrap.wrap(words, _COLUMNS, break_on_hyphens=False)[:6]
    height = 18 + _LINE * (1 + len(lines))
    colour = _COLOURS[verdict] if verdict else "#8c959f"
    kind = _CLASSES[verdict] if verdict else "missed"
    dash = ' stroke-dasharray="3 5"' if dashed else ""
    middle = y + 22
    drawn = [f'<path class="way" d="M28 {y}V{middle}" stroke="#8c959f" stroke-width="2"/>'] if verdict else []
    if verdict is None:
        drawn.append(f'<path class="way" d="M28 {y}V{y + height}" stroke="#8c959f" stroke-width="2"{dash}/>')
    else:
        drawn.append(f'<path class="way" d="M28 {middle}V{y + height}" stroke="#8c959f" stroke-width="2"{dash}/>')
        drawn.append(f'<circle class="{kind}" cx="28" cy="{middle}" r="11" fill="{colour}"/>')
        mark = 'text-anchor="middle" font-weight="700" font-size="13" fill="#ffffff"'
        drawn.append(_svg_text(MARKS[verdict], 28, middle + 5, mark))
    weight = "700" if verdict in (Verdict.BROKEN, Verdict.UNKNOWN) else "600"
    drawn.append(_svg_text(label, 50, middle + 5, f'class="label {kind}" font-weight="{weight}" fill="{colour}"'))
    for index, line in enumerate(lines):
        drawn.append(_svg_text(line, 50, middle + 5 + _LINE * (index + 1), 'class="text" fill="#1f2328"'))
    return drawn, y + height


def _svg_text(words: str, x: int, y: int, attributes: str) -> str:
    return f'<text x="{x}" y="{y}" {attributes}>{escape(words)}</text>'

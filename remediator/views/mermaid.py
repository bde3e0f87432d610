"""How does a pull path look as a Mermaid diagram? For pull requests, where no picture of ours can stand.

Secrets and addresses of callers are hidden, and every label is encoded but for letters, digits and a few signs that
mean nothing to Mermaid: a name cannot end a label, open a directive or become markup.
"""

from __future__ import annotations

from itertools import pairwise

from remediator.core.pull_path import PullPath
from remediator.views.picture import CRIES, SIGNS, Kind, Row, ends_of, rows
from remediator.views.request_redacted import redacted_text

_HARMLESS = frozenset(" .,:/_-()'+?→✓✗·…")
_LONGEST = 160
_STYLES = {
    Kind.BROKEN: "fill:#fde7e9,stroke:#b3261e,stroke-width:3px,color:#410e0b",
    Kind.UNKNOWN: "fill:#fff4ce,stroke:#8a6100,stroke-width:3px,color:#3b2a00",
    Kind.MISSED: "stroke-dasharray:4 4",
}


def mermaid(path: PullPath) -> str:
    """The lines of a flowchart from the consumer to the registry; the hop where the way ends is marked."""
    ends, hops = ends_of(path), rows(path)
    lines = ["flowchart TB", f'  consumer(["{_label(*ends.consumer)}"])']
    lines += [f'  hop{number}["{_words(row)}"]' for number, row in enumerate(hops)]
    lines.append(f'  registry[("{_label(*ends.registry[:2])}")]')
    names = ["consumer", *(f"hop{number}" for number in range(len(hops))), "registry"]
    ended = False
    for number, (one, other) in enumerate(pairwise(names)):
        ended = ended or (number > 0 and hops[number - 1].decides)
        lines.append(f"  {one} {'-.-' if ended else '-->'} {other}")
    for kind, style in _STYLES.items():
        marked = [f"hop{number}" for number, row in enumerate(hops) if row.kind is kind]
        if marked:
            lines += [f"  classDef {kind.value} {style}", f"  class {','.join(marked)} {kind.value}"]
    return "\n".join(lines)


def _words(row: Row) -> str:
    sign = SIGNS.get(row.kind, "")
    said = "" if row.kind in (Kind.OK, Kind.UNASKED) else f"{CRIES.get(row.kind, '')}{row.lines[0]}"
    return _label(f"{sign} {row.label}".strip(), *([said] if said else []))


def _label(*lines: str) -> str:
    return "<br/>".join(_encoded(redacted_text(line, limit=_LONGEST)) for line in lines)


def _encoded(text: str) -> str:
    return "".join(one if one.isalnum() or one in _HARMLESS else f"#{ord(one)};" for one in text)

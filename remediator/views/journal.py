"""What has happened to an incident, line by line? For the terminal as text, for pages as rows."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from remediator.core.incident import Incident
from remediator.views.plain import moment, without_addresses


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One journal line in words; `status` is "" where it changed nothing."""

    at: str
    who: str
    what: str
    status: str


def shown(incident: Incident) -> tuple[ShownLine, ...]:
    """The journal, oldest first."""
    return tuple(
        ShownLine(
            moment(line.at),
            without_addresses(line.who, 80),
            without_addresses(line.what, 500),
            line.status.value if line.status else "",
        )
        for line in incident.journal
    )


def terminal(incident: Incident, width: int = 100) -> str:
    """The journal as plain text, at most `width` wide (at least 60)."""
    lines: list[str] = []
    for line in shown(incident):
        first = f"{line.at}  "
        by = "" if line.who == "remediator" else f" (by {line.who})"
        status = f" [{line.status}]" if line.status else ""
        lines += textwrap.wrap(
            f"{line.what}{by}{status}",
            max(60, width),
            initial_indent=first,
            subsequent_indent=" " * len(first),
            break_on_hyphens=False,
        )
    return "\n".join(lines)

"""How is a diagnosis explained to a person? Sections in the order in which a person asks.

What fails, why, how sure and from what evidence, the names, what would mend it, what else that touches, and what to
check by hand. Called by the terminal's `diagnose`; nothing is said twice, what is whole needs a few lines, and "nothing
to do" is an answer with its reason. The sections' words are those of the `explain_*` modules.
"""

from __future__ import annotations

from remediator.views.explain_cause import how_sure, why
from remediator.views.explain_effect import by_hand, differs, mending, touching
from remediator.views.explain_paths import names, nothing_to_do, what_fails
from remediator.views.explain_told import Section, Told

__all__ = ["Section", "Told", "sections"]


def sections(told: Told, width: int = 100) -> tuple[Section, ...]:
    """The sections that have something to say, at most `width` wide (at least 72)."""
    width = max(72, width)
    opening = nothing_to_do(told, width) if told.nothing_to_do else (*what_fails(told, width), *why(told, width))
    rest = (
        *how_sure(told, width),
        *names(told, width),
        *differs(told, width),
        *mending(told, width),
        *touching(told, width),
        *by_hand(told, width),
    )
    return tuple(section for section in (*opening, *rest) if section.lines)

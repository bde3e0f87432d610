"""docs/runbook.md helps with everything that an incident can end in."""

from __future__ import annotations

import re

import pytest

from remediator.core.incident import ENDED, NEXT, Status
from tests.architecture.error_codes import codes
from tests.architecture.house import DOCS, anchors, headings, text_of

PAGE = DOCS / "runbook.md"
SECTIONS = dict(re.findall(r"^### ([A-Z_]+)\n\n(.+?)(?=\n#|\Z)", text_of(PAGE), re.MULTILINE | re.DOTALL))


def test_every_status_has_its_paragraph() -> None:
    """Each status stands under a heading of its own, in the order of the program's list, and no other does."""
    assert list(SECTIONS) == [status.value for status in (*NEXT, *(s for s in Status if s in ENDED))]


@pytest.mark.parametrize("status", list(Status))
def test_a_paragraph_says_whether_it_is_an_end_and_what_to_do(status: Status) -> None:
    """Ends are called so, everything else is not; each paragraph has more than a definition."""
    text = SECTIONS[status.value]
    assert text.startswith("An end") is status.ended
    assert len(text) > 80


def test_the_runbook_leads_to_every_code() -> None:
    """The paragraph of NEEDS_HUMAN leads to the page where each code has a heading that can be linked to."""
    assert "(errors.md)" in SECTIONS["NEEDS_HUMAN"]
    assert set(codes()) - anchors(DOCS / "errors.md") == set()


def test_what_is_wanted_at_night_has_a_heading() -> None:
    """The poison queue, the global stop and the way back after a loss are sections of the page."""
    assert {"The poison queue", "Everything must stop", "Restoring the store"} <= set(headings(PAGE, 2))

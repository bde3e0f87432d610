"""The words of the overview: shares that never round up to all, spans, differences, and the terminal's layout."""

from __future__ import annotations

from datetime import timedelta

import pytest

from remediator.core.overview import Overview, Stand
from remediator.views import overview_words as words
from remediator.views.overview_svg import stand_bar
from remediator.views.overview_text import terminal
from tests.views.fleet_sample import fleet_overview
from tests.views.samples import NOW


@pytest.mark.parametrize(
    ("stand", "said"),
    [
        (Stand(fine=10_000), "100 %"),
        (Stand(broken=1, fine=99_999), "99.9 %"),
        (Stand(drift=29, fine=971), "97.1 %"),
        (Stand(), ""),
    ],
)
def test_a_share_is_never_rounded_up_to_all(stand: Stand, said: str) -> None:
    """One broken registry of a hundred thousand is not a hundred per cent."""
    assert words.share(stand) == said


def test_one_broken_registry_is_seen() -> None:
    """However many are fine, a state that is there has a part of the bar that can be seen."""
    assert stand_bar(Stand(broken=1, fine=99_999)).count("<rect") == 2
    assert 'class="broken" x="0.0" y="0.0" width="5.0"' in stand_bar(Stand(broken=1, fine=99_999))


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(None, "–"), (0, "0 min"), (0.4, "under 1 min"), (42, "42 min"), (210, "3.5 h"), (4320, "3.0 days")],
)
def test_spans(minutes: float | None, said: str) -> None:
    """Minutes become hours and days where people would say so."""
    assert words.span(minutes) == said


@pytest.mark.parametrize(("now", "before", "said"), [(7, 5, "+2"), (5, 7, "−2"), (5, 5, "±0"), (5, None, "")])
def test_what_changed(now: int, before: int | None, said: str) -> None:
    """A difference has its sign; without anything to compare with nothing is said."""
    assert words.difference(now, before) == said


def test_when_an_opening_ends() -> None:
    """Before its time it closes in a span and at a time; behind it, it is being closed."""
    assert words.ends_in(NOW + timedelta(minutes=30), NOW) == "closes in 30 min, at 02:44 UTC"
    assert words.ends_in(NOW - timedelta(minutes=1), NOW) == "being closed since 02:13 UTC"
    assert words.ends_in(None, NOW) == "not opened yet"


@pytest.mark.parametrize("found", [fleet_overview(), Overview(NOW)])
def test_it_fits_into_a_terminal(found: Overview) -> None:
    """No line is longer than a hundred columns, with ten thousand registries and with none."""
    lines = terminal(found, 100, lambda title: title)
    assert [line for line in lines if len(line) > 100] == []
    assert lines[0] == words.headline(found)

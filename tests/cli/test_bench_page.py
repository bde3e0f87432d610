"""`remediator bench page`: what is measured and what the figures mean."""

from __future__ import annotations

import json

import pytest

from remediator.cli.bench import page, page_time
from remediator.cli.bench.page_time import PageTime
from tests.cli.running import run

SMALL = PageTime(1000, 0.001, 0.003, 0.005, 0.01, 0.03, 0.06, 36_000)
LARGE = PageTime(10_000, 0.001, 0.009, 0.03, 0.02, 0.3, 0.6, 98_000)


def test_the_target() -> None:
    """The page of the large store counts, beside the same figures made anew in the same run."""
    found = page.document([SMALL, LARGE])
    assert (found["share"], found["growth"], found["target"]["holds"]) == (0.015, 3.0, True)
    slow = PageTime(10_000, 0.001, 0.2, 0.3, 0.02, 0.3, 0.6, 98_000)
    told = page.document([SMALL, slow])
    assert not told["target"]["holds"]
    assert "✗ missed  overview  200.0 ms" in page.text(told)
    assert all(len(line) <= 100 for line in page.text(found).splitlines())


def test_both_sizes_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the registries is measured beside all of them."""
    asked: list[int] = []

    def measured(registries: int) -> PageTime:
        asked.append(registries)
        return LARGE if registries > 1000 else SMALL

    monkeypatch.setattr(page_time, "measured", measured)
    result = run("bench", "page", "--json")
    assert result.exit_code == 0
    assert asked == [1000, 10_000]
    assert [row["registries"] for row in json.loads(result.stdout)["rows"]] == [1000, 10_000]


def test_a_page_is_really_timed() -> None:
    """A small store is filled and its overview asked for over HTTP."""
    row = page_time.measured(100)
    assert row.page >= row.bare > 0
    assert row.size > 10_000

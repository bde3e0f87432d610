"""Fixtures of the contract suites: a store of each kind, a clock whose hands we move, ids that count."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from remediator.adapters.records.incidents import RowIncidents
from remediator.ports import Rows
from tests.doubles import HandClock

from .stores import STORES, Opener


class CountingIds:
    """Ids in order."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def new(self) -> str:
        return f"id{next(self._numbers):04d}"


@pytest.fixture(params=["sqlite", "tables"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Opens the same store again and again."""
    return STORES[request.param](tmp_path)


@pytest.fixture
def rows(opened: Opener) -> Rows:
    """A fresh store."""
    return opened()


@pytest.fixture
def clock() -> HandClock:
    """A clock at noon."""
    return HandClock()


@pytest.fixture
def ids() -> CountingIds:
    """Ids in order."""
    return CountingIds()


@pytest.fixture
def incidents(rows: Rows) -> RowIncidents:
    """A keeper of case files on a fresh store."""
    return RowIncidents(rows)

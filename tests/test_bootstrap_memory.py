"""Processes that read estates search memory seldom."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from remediator.bootstrap import reader
from remediator.bootstrap.memory import THRESHOLDS
from remediator.bootstrap.offline import snapshot_of_estate
from remediator.settings import Settings


@pytest.fixture(autouse=True)
def pythons_own() -> Iterator[None]:
    """Python's own thresholds before, and whatever stood there afterwards."""
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


def test_reading_an_estate_file(tmp_path: Path) -> None:
    """Once an estate file was read, memory is searched seldom."""
    file = tmp_path / "estate.json"
    file.write_text(json.dumps({"schema": 1, "cloud": "AzureCloud", "resources": []}))
    snapshot_of_estate(file)
    assert gc.get_threshold() == THRESHOLDS


def test_reading_azure() -> None:
    """So it is for whoever reads Azure."""
    reader(Settings.from_environment({}))
    assert gc.get_threshold() == THRESHOLDS

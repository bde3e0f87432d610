"""The process ends between any two calls of store, Azure, queue and channel: the next one brings the story home."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.checks import check_the_end
from tests.faults.seams import Fuse
from tests.faults.stories import ENDS, calls_of, machine, on_file, some


@pytest.mark.parametrize("story", list(ENDS))
def test_killed_before_any_call(story: str, tmp_path: Path) -> None:
    """Wherever it is killed, the story ends as it would have: each change once, every signal counted, all told."""
    calls = calls_of(story, on_file(tmp_path / "whole"))
    assert len(calls) > 250
    for at in some(len(calls), 24):
        place = machine(on_file(tmp_path / str(at)), story)
        fuse = Fuse(at)
        place.live(fuse)
        assert fuse.blown, f"nothing was killed at {at}"
        incident = check_the_end(place)
        assert incident.status is ENDS[story], f"killed before call {at}, {fuse.calls[at]}: {incident.journal[-1]}"

"""Processes that are still there, and processes that are not."""

from __future__ import annotations

import subprocess
import sys

from remediator.adapters.system.process import is_gone, this_process


def test_this_process_is_not_gone() -> None:
    """We are here."""
    assert not is_gone(this_process())


def test_an_ended_process_is_gone() -> None:
    """A process of this machine that has ended and was waited for is gone."""
    script = "from remediator.adapters.system.process import this_process as p; import sys; sys.stdout.write(p())"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert is_gone(ended.stdout)


def test_a_process_elsewhere_is_not_called_gone() -> None:
    """What runs on another machine, or has no name that we know, may be alive."""
    elsewhere = "otherhost/" + this_process().split("/", 1)[1]
    assert [is_gone(name) for name in (elsewhere, "", "nonsense", "a/b/c")] == [False] * 4

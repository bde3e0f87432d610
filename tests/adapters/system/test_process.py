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


def test_a_number_that_somebody_else_has_got_is_gone() -> None:
    """The same number with another start is another process."""
    assert is_gone(this_process().partition("@")[0] + "@1")


def test_a_process_that_nobody_waited_for_is_gone() -> None:
    """A killed process whose parent has not asked yet (a zombie) holds nothing."""
    script = "from remediator.adapters.system.process import this_process as p; print(p(), flush=True); input()"
    running = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    name = running.stdout.readline().strip()
    assert not is_gone(name)
    running.kill()
    running.stdout.read()
    while not is_gone(name):  # the kernel closes the pipe a moment before it marks the process
        pass
    running.communicate()
    assert is_gone(name)

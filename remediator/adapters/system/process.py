"""Which process is this, and is that other one still alive? Asked about lease holders on one machine.

A process is `<host>/<pid namespace>/<pid>@<start>`, so that neither a process of another machine or container nor one
that got the same number later is mistaken for it.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

_ENDED = ("Z", "X")  # proc(5): a zombie has ended and only waits for its parent


def this_process() -> str:
    """A name by which other processes of this machine can tell whether we are still there."""
    number = os.getpid()
    return f"{_here()}/{number}@{_state_and_start(number)[1]}"


def python_version() -> str:
    """The Python of this process, as `3.13`."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def is_gone(process: str) -> bool:
    """Whether a process is known to have ended; False for what cannot be known."""
    here, _, which = process.rpartition("/")
    number, _, start = which.partition("@")
    if os.name != "posix" or here != _here() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)  # signal 0 asks and does nothing (POSIX kill)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    state, started = _state_and_start(int(number))
    return state in _ENDED or bool(start and started and start != started)


def _here() -> str:
    try:
        namespace = Path("/proc/self/ns/pid").readlink().name
    except OSError:
        namespace = "-"
    return f"{socket.gethostname()}/{namespace}"


def _state_and_start(number: int) -> tuple[str, str]:
    """State and start time (in ticks since boot) from proc(5), empty where there is no /proc."""
    try:
        fields = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return fields[0], fields[19]
    except (OSError, IndexError):
        return "", ""

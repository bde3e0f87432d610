"""Which process is this, and is that other one still alive? Asked about lease holders on one machine.

A process is `<host>/<pid namespace>/<pid>`, so that a process of another machine or container is never called gone.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path


def this_process() -> str:
    """A name by which other processes of this machine can tell whether we are still there."""
    return f"{_here()}/{os.getpid()}"


def is_gone(process: str) -> bool:
    """Whether a process is known to have ended; False for what cannot be known.

    A number that another process has got meanwhile counts as alive: its lease then runs out by itself.
    """
    here, _, number = process.rpartition("/")
    if os.name != "posix" or here != _here() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)  # signal 0 asks and does nothing (POSIX kill)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _here() -> str:
    try:
        namespace = Path("/proc/self/ns/pid").readlink().name
    except OSError:
        namespace = "-"
    return f"{socket.gethostname()}/{namespace}"

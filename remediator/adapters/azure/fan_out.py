"""How are several things asked of Azure at once? Over threads, each with a copy of our context.

The context lets spans and log lines know to which incident a request belongs. Called by `preflight` and
`applier_rights`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def each(work: Callable[[T], R], over: Iterable[T], threads: int) -> list[R]:
    """What `work` gives for each, in order; the first error is raised once all have ended."""
    with ThreadPoolExecutor(threads, thread_name_prefix="ask") as pool:
        begun = [pool.submit(copy_context().run, work, one) for one in over]
    return [one.result() for one in begun]

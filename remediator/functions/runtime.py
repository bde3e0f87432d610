"""What the doors share within one worker process: the runtime, built at the first call that needs it.

Indexing must stay cheap (cold start), so bootstrap is imported here, inside the function. Nothing else is kept in
memory: other instances answer other calls.
"""

from __future__ import annotations

import atexit
import logging
import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from remediator.bootstrap import Runtime
    from remediator.bootstrap.sweeping import Sweeper

# The host collects every logger from INFO on, and these tell each request to Azure with all its headers.
_CHATTY = ("azure.core.pipeline.policies.http_logging_policy", "azure.identity")
_building = threading.Lock()
_sweepers: list[tuple[Runtime, Sweeper]] = []


def current() -> Runtime:
    """The runtime of this process; raises `Misconfigured` at each call until the settings are right."""
    with _building:
        return _runtime()


@cache
def _runtime() -> Runtime:
    from remediator import bootstrap

    for logger in map(logging.getLogger, _CHATTY):
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.WARNING)
    runtime = bootstrap.build(bootstrap.settings())
    if not runtime.work.shared:
        runtime.start_work()  # wake-ups wait in this process: no storage queue brings them back
    atexit.register(runtime.close)
    return runtime


def sweeper() -> Sweeper:
    """The sweeper of this process's runtime, built at the first call."""
    from remediator.bootstrap import sweeping

    runtime = current()
    with _building:
        if not _sweepers or _sweepers[0][0] is not runtime:
            _sweepers[:] = [(runtime, sweeping.sweeper(runtime))]
        return _sweepers[0][1]

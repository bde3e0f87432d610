"""How often is memory searched for what is not used any more?

Python's default, a search after each 700 new objects, costs a third of the time where an estate is read: bodies, facts
and paths are millions of objects that live until the answer is there, and hardly any of them form cycles, which are all
that such a search can find. The rest goes as before, at once, when nothing refers to it (docs/benchmarks.md).
"""

from __future__ import annotations

import gc

# New objects before the youngest are searched; searches before the next older ones are.
THRESHOLDS = (50_000, 50, 1_000)


def collect_seldom() -> None:
    """For a process that reads estates; harmless when called again."""
    gc.set_threshold(*THRESHOLDS)

"""How do property tests choose their examples? Always the same ones, so that a suite that was green stays green.

With `SEARCH_EFFORT` above 1 they are chosen anew each time (`tests/search/effort.py`). No example is timed.
"""

from __future__ import annotations

from hypothesis import settings

from tests.search.effort import EFFORT

settings.register_profile("kept", derandomize=EFFORT == 1, deadline=None)
settings.load_profile("kept")

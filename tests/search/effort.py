"""How long a search goes on.

By default a search is short and always the same, so that a suite that was green stays green. `SEARCH_EFFORT=50` makes
every search fifty times as long, and different each time: `SEARCH_EFFORT=50 pytest tests/scenarios -k search`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, settings

EFFORT = int(os.environ.get("SEARCH_EFFORT", "1"))
T = TypeVar("T", bound=Callable[..., object])


def search(examples: int) -> Callable[[T], T]:
    """Settings of a search that takes so many examples by default."""
    return settings(
        max_examples=examples * EFFORT,
        deadline=None,
        derandomize=EFFORT == 1,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        print_blob=True,
        phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
    )

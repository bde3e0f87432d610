"""How many queries may a client send to Resource Graph? Fifteen in five seconds, which every answer's headers tell.

Source: governance/resource-graph/concepts/guidance-for-throttled-requests (azure-facts 8). Windows are those of the
sandbox's clock. While the quota is off every query is allowed, and the headers tell of one that is never used up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

QUERIES, SECONDS = 15, 5


@dataclass(frozen=True)
class Allowance:
    """How many queries are left, and in how many seconds there are fifteen again; `refused` when there were none."""

    left: int
    wait: int
    refused: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """The headers that tell of it; the time is written as hours, minutes and seconds."""
        return {"x-ms-user-quota-remaining": str(self.left), "x-ms-user-quota-resets-after": f"00:00:{self.wait:02d}"}


@dataclass
class GraphQuota:
    """Counts the queries of each client."""

    on: bool = False
    _windows: dict[str, tuple[float, int]] = field(default_factory=dict)

    def ask(self, client: str, now: float) -> Allowance:
        """Count a query, unless there is none left."""
        if not self.on:
            return Allowance(QUERIES - 1, SECONDS)
        began, made = self._windows.get(client, (now, 0))
        if not began <= now < began + SECONDS:
            began, made = now, 0
        wait = max(1, math.ceil(began + SECONDS - now))
        if made >= QUERIES:
            return Allowance(0, wait, refused=True)
        self._windows[client] = (began, made + 1)
        return Allowance(QUERIES - made - 1, wait)

"""How many changes may be made in an hour? The window of the last hour, and the port that counts over all processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

WINDOW = timedelta(hours=1)
EVERYWHERE = "changes"


class Pace(Protocol):
    """Counts changes, wherever they are made."""

    def take(self, limits: Mapping[str, int | None]) -> float | None:
        """Count one change that is about to be made; None when it may be made.

        `limits` are those of the windows in which it counts, by name (`EVERYWHERE`, a subscription's id). Where one of
        them holds as many as it may, nothing is counted in any and it gives the seconds until the change may be made.
        None as a limit counts and never refuses.
        """
        ...


def within_the_hour(made: Sequence[datetime], now: datetime) -> tuple[datetime, ...]:
    """The times that count at a moment, oldest first."""
    return tuple(sorted(at for at in made if now - at < WINDOW))


def seconds_until_one_more(made: Sequence[datetime], most: int, now: datetime) -> float | None:
    """How long until fewer than `most` of these times count; None when that is so now."""
    counting = within_the_hour(made, now)
    if len(counting) < most:
        return None
    return max(1.0, (counting[len(counting) - most] + WINDOW - now).total_seconds())

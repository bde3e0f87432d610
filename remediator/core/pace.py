"""How many changes may be made in an hour? The window of the last hour, and the port that counts over all processes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

WINDOW = timedelta(hours=1)


class Pace(Protocol):
    """Counts changes, wherever they are made."""

    def take(self, most: int | None) -> float | None:
        """Count one change that is about to be made; None when it may be made.

        Else nothing is counted and it gives the seconds until it may: `most` were made within the last hour. None as
        `most` counts and never refuses.
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

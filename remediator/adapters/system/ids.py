"""What is a new name? The one place that draws random ids (`ports.Ids`)."""

from __future__ import annotations

import secrets
import threading
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
TIME_LENGTH = 9  # milliseconds, good until the year 3084
RANDOM_LENGTH = 8  # 40 bits


class SystemIds:
    """Ids of 17 letters: nine for the time in milliseconds, so that they sort by age, and eight drawn at random.

    Ids of one object ascend strictly, also within a millisecond or when the clock is set back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new(self) -> str:
        """A fresh id, safe in URLs, rows and file names."""
        with self._lock:
            self._last = max(self._last + 1, time.time_ns() // 1_000_000)
            moment = self._last
        return _text(moment, TIME_LENGTH) + _text(secrets.randbits(5 * RANDOM_LENGTH), RANDOM_LENGTH)


def _text(number: int, length: int) -> str:
    return "".join(ALPHABET[number >> (5 * place) & 31] for place in reversed(range(length)))

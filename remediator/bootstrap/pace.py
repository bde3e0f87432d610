"""How long does waiting take? A clock that tells the true time and waits at most a moment, for a small Azure that is
done as soon as it is asked."""

from __future__ import annotations

from datetime import datetime

from remediator.ports import Clock


class BriskClock:
    """The machine's clock with short naps. `ports.Clock`."""

    def __init__(self, longest_nap: float = 0.05) -> None:
        from remediator.adapters.system.clock import SystemClock

        self._clock: Clock = SystemClock()
        self._longest = longest_nap

    def now(self) -> datetime:
        """The present moment in UTC."""
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        """Wait, but no longer than a nap."""
        self._clock.sleep(min(seconds, self._longest))

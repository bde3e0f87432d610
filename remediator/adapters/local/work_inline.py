"""Who wakes an incident on one machine? `ports.WorkQueue` in memory, run by hand or by a thread.

The store is the truth and this is a hint: what waits here is lost with the process, and the timer sends it again
from `Incidents.due`. `demo` and tests call `run_until_idle`, which moves the clock; `serve` starts a `WorkLoop`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from remediator.core.errors import Transient
from remediator.ports import Clock, Log

Handler = Callable[[str], None]
TRIES = 5
BACK_OFF_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 60.0


class InlineWork:
    """Due times by incident; an incident waits once, for the earlier of its times.

    A handler that raises is logged and tried again with growing delay; after `TRIES` failures in a row `poison` is
    called with the id and the incident is dropped. A `Transient` that names a time is tried again at that time. Beyond
    `most` incidents the one that came first is forgotten.
    """

    shared = False

    def __init__(self, clock: Clock, log: Log, poison: Handler, most: int | None = None) -> None:
        self._clock, self._log, self._poison, self._most = clock, log, poison, most
        self._changed = threading.Condition()
        self._due: dict[str, datetime] = {}
        self._failures: dict[str, int] = {}

    def send(self, incident: str, delay: float = 0.0) -> None:
        """As `ports.WorkQueue.send`."""
        at = self._clock.now() + timedelta(seconds=max(0.0, delay))
        with self._changed:
            self._due[incident] = min(at, self._due.get(incident, at))
            if self._most is not None and len(self._due) > self._most:
                del self._due[next(iter(self._due))]
            self._changed.notify_all()

    @property
    def waiting(self) -> tuple[tuple[datetime, str], ...]:
        """What waits, the earliest first."""
        with self._changed:
            return tuple(sorted((at, incident) for incident, at in self._due.items()))

    def run_due(self, handler: Handler) -> int:
        """Handle everything that is due now, what becomes due by it included; how many calls that took."""
        calls = 0
        while self.run_next(handler):
            calls += 1
        return calls

    def run_next(self, handler: Handler) -> bool:
        """Handle the one that has been due longest; False when nothing is due."""
        incident = self._take()
        if incident is None:
            return False
        self._handle(handler, incident)
        return True

    def run_until_idle(self, handler: Handler, horizon_seconds: float) -> int:
        """Handle what is due and let the clock wait for the rest, until nothing waits within the horizon.

        The horizon counts from now. Returns how many calls that took.
        """
        end = self._clock.now() + timedelta(seconds=horizon_seconds)
        calls = self.run_due(handler)
        while (waiting := self.waiting) and waiting[0][0] <= end:
            self._clock.sleep((waiting[0][0] - self._clock.now()).total_seconds())
            calls += self.run_due(handler)
        return calls

    def start(self, handler: Handler) -> Callable[[], object]:
        """Handle what is due in a thread of its own; calling the answer ends it."""
        loop = WorkLoop(self, handler)
        loop.start()
        return loop.stop

    def wait(self, stop: threading.Event) -> bool:
        """Block until something is due (True) or `stop` was set and `nudge` called (False). For `WorkLoop`."""
        with self._changed:
            while not stop.is_set():
                now = self._clock.now()
                first = min(self._due.values(), default=None)
                if first is not None and first <= now:
                    return True
                pause = LONGEST_WAIT_SECONDS if first is None else (first - now).total_seconds()
                self._changed.wait(min(pause, LONGEST_WAIT_SECONDS))
            return False

    def nudge(self) -> None:
        """Wake whoever waits."""
        with self._changed:
            self._changed.notify_all()

    def _take(self) -> str | None:
        with self._changed:
            now = self._clock.now()
            ready = sorted((at, incident) for incident, at in self._due.items() if at <= now)
            if not ready:
                return None
            incident = ready[0][1]
            del self._due[incident]
            return incident

    def _handle(self, handler: Handler, incident: str) -> None:
        try:
            handler(incident)
        except Exception as error:  # noqa: BLE001 - the edge of the program: a bug in one incident stops no other
            self._failed(incident, error)
        else:
            self._failures.pop(incident, None)

    def _failed(self, incident: str, error: Exception) -> None:
        failures = self._failures.pop(incident, 0) + 1
        self._log.error(
            "handling incident", incident=incident, failures=failures, error=type(error).__name__, said=str(error)
        )
        if failures < TRIES:
            self._failures[incident] = failures
            named = error.retry_after if isinstance(error, Transient) else None
            self.send(incident, BACK_OFF_SECONDS * 2 ** (failures - 1) if named is None else named)
            return
        try:
            self._poison(incident)
        except Exception as again:  # noqa: BLE001 - the timer will find it: its wake-up time has passed
            self._log.error("giving up incident", incident=incident, error=type(again).__name__, said=str(again))


class WorkLoop:
    """A thread that handles what is due until it is stopped; it sleeps until the next due time or a `send`."""

    def __init__(self, work: InlineWork, handler: Handler) -> None:
        self._work, self._handler = work, handler
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="work", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> bool:
        """End after the incident in hand, at most `timeout` seconds later; whether it has ended."""
        self._stop.set()
        self._work.nudge()
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while self._work.wait(self._stop):
            self._work.run_next(self._handler)

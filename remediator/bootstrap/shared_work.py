"""Who wakes incidents where many processes share one queue? `runtime.Work` on storage queues.

In a Functions app the host's trigger delivers; `serve` pulls with `start`. A command of the terminal works through what
it has sent itself with `run_until_idle`, while others may do the same: version and lease keep them apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from remediator.adapters.azure.storage.queue import StorageQueue
from remediator.adapters.records.together import Together
from remediator.ports import Log

if TYPE_CHECKING:
    from remediator.adapters.local.work_inline import InlineWork

Handler = Callable[[str], None]
PULLERS = 4


@dataclass(frozen=True, slots=True)
class SharedWork:
    """Wake-ups on the queue `work`; what failed at every delivery lies on `poison`. `here` remembers our own.

    `at_once` sends the wake-ups of one incident that are wanted at the same moment as one message: in a storm each
    signal wants one, and whoever waits returns only when a message was sent after it came.
    """

    work: StorageQueue
    poison: StorageQueue
    here: InlineWork
    poisoned: Handler
    log: Log
    at_once: Together[str, None]
    shared: bool = True

    def send(self, incident: str, delay: float = 0.0) -> None:
        """As `ports.WorkQueue.send`."""
        if delay > 0:
            self.work.send(incident, delay)
        else:
            self.at_once(incident, incident)
        self.here.send(incident, delay)

    def run_until_idle(self, handler: Handler, horizon_seconds: float) -> int:
        """As `runtime.Work.run_until_idle`; the messages stay for others, who find nothing to do then."""
        return self.here.run_until_idle(handler, horizon_seconds)

    def start(self, handler: Handler) -> Callable[[], object]:
        """As `runtime.Work.start`."""
        from remediator.adapters.azure.storage.puller import Puller

        pullers = [Puller(self.work, self.poison, handler, self.poisoned, self.log) for _ in range(PULLERS)]
        for puller in pullers:
            puller.start()

        def stop() -> None:
            for puller in pullers:
                puller.end()
            for puller in pullers:
                puller.join()

        return stop

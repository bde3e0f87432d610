"""Who receives messages where there is no Functions host? A thread that does as the host would.

Started by bootstrap for `serve`. A message is hidden while it is handled, deleted when that went well, and delivered
again after half a minute when it did not; after `TRIES` deliveries it goes to the poison queue and ends with a person.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from remediator.adapters.azure.storage.queue import Delivery, StorageQueue
from remediator.core.errors import RemediatorError
from remediator.ports import Log

Handler = Callable[[str], None]
TRIES = 5  # as in host.json
AGAIN_SECONDS = 30
HIDDEN_SECONDS = 6 * 60  # a run is over after four minutes
PAUSE_SECONDS = 2.0


class Puller:
    """Pulls from `work` and its poison queue until it is ended."""

    def __init__(self, work: StorageQueue, poison: StorageQueue, handler: Handler, poisoned: Handler, log: Log) -> None:
        self._work, self._poison = work, poison
        self._handler, self._poisoned, self._log = handler, poisoned, log
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="puller", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Receive nothing more; the message in hand is still handled."""
        self._ended.set()

    def join(self, timeout: float = 10.0) -> None:
        """Wait for the end."""
        if self._thread.is_alive():
            self._thread.join(timeout)

    def pull(self) -> int:
        """Receive and handle one message of each queue that has any; how many there were."""
        return self._one(self._work, self._handler) + self._one(self._poison, self._poisoned)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                pulled = self.pull()
            except RemediatorError as error:
                self._log.error("receiving wake-ups", code=error.code)
                pulled = 0
            if not pulled:
                self._ended.wait(PAUSE_SECONDS)

    def _one(self, queue: StorageQueue, handler: Handler) -> int:
        deliveries = queue.receive(HIDDEN_SECONDS)
        for delivery in deliveries:
            try:
                handler(delivery.text)
            except Exception as error:  # noqa: BLE001 - the edge of the program: a bug in one incident stops no other
                self._failed(queue, delivery, error)
            else:
                queue.delete(delivery)
        return len(deliveries)

    def _failed(self, queue: StorageQueue, delivery: Delivery, error: Exception) -> None:
        self._log.error(
            "handling a message",
            queue=queue.name,
            incident=delivery.text[:120],
            failures=delivery.count,
            error=type(error).__name__,
            said=str(error),
        )
        if delivery.count < TRIES:
            queue.postpone(delivery, AGAIN_SECONDS)
            return
        self._poison.send(delivery.text)
        queue.delete(delivery)

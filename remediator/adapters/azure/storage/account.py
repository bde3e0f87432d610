"""How is a storage account opened? One client for its tables and one for each of its queues, made when first asked.

The SDKs are imported inside, because they are slow to import and the doors start without them. They try again by
themselves for a few seconds; what takes longer is `Transient` and somebody else's to wait for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential, TokenCredential

from remediator.adapters.azure.storage.place import Place

if TYPE_CHECKING:
    from azure.data.tables import TableServiceClient
    from azure.storage.queue import QueueClient

# An older version of the service than the SDK's own: every cloud and emulator knows it, and nothing newer is used.
QUEUE_API_VERSION = "2024-05-04"
CONNECT_SECONDS = 5
READ_SECONDS = 20
RETRIES = 3


class StorageAccount:
    """An account; `credential` is asked once, and only where an identity is used. `ca_file` replaces trust (tests)."""

    def __init__(self, place: Place, credential: Callable[[], TokenCredential], *, ca_file: str = "") -> None:
        self.place = place
        self._credential = credential
        self._options: dict[str, Any] = {
            "connection_timeout": CONNECT_SECONDS,
            "read_timeout": READ_SECONDS,
            "retry_total": RETRIES,
        }
        if ca_file:
            self._options["connection_verify"] = ca_file
        self._lock = threading.RLock()
        self._tables: TableServiceClient | None = None
        self._queues: dict[str, QueueClient] = {}
        self._shown: Any = None

    def tables(self) -> TableServiceClient:
        """The client of the table service."""
        with self._lock:
            if self._tables is None:
                from azure.data.tables import TableServiceClient

                self._tables = TableServiceClient(
                    self.place.tables,
                    credential=self._proof(),
                    retry_backoff_factor=0.4,
                    retry_backoff_max=5,
                    **self._options,
                )
            return self._tables

    def queue(self, name: str) -> QueueClient:
        """The client of one queue; what it sends and receives is text as it lies on the queue."""
        with self._lock:
            if name not in self._queues:
                from azure.storage.queue import ExponentialRetry, QueueClient

                self._queues[name] = QueueClient(
                    self.place.queues,
                    name,
                    credential=self._proof(),
                    api_version=QUEUE_API_VERSION,
                    retry_policy=ExponentialRetry(
                        initial_backoff=1, increment_base=2, retry_total=RETRIES, random_jitter_range=1
                    ),
                    **{key: value for key, value in self._options.items() if key != "retry_total"},
                )
            return self._queues[name]

    def close(self) -> None:
        """Close the connections; harmless when there are none."""
        with self._lock:
            for client in (self._tables, *self._queues.values()):
                if client is not None:
                    client.close()
            self._tables, self._queues = None, {}

    def _proof(self) -> Any:
        if self._shown is None:
            place = self.place
            if place.by_identity:
                self._shown = self._credential()
            elif place.key:
                self._shown = AzureNamedKeyCredential(place.account, place.key)
            else:
                self._shown = AzureSasCredential(place.signature)
        return self._shown

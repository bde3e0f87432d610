"""The host with its queues on a real storage server: what a door sends is what a trigger receives.

As `host.Host`, but the queues lie in an account of Azurite, read with Microsoft's own client in the encoding that
host.json names. A message that fails is visible again at once.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from azure.core.exceptions import ResourceExistsError
from azure.storage.queue import (
    QueueClient,
    TextBase64DecodePolicy,
    TextBase64EncodePolicy,
)

from tests.functions_host.host import Host
from tests.functions_host.worker import TypedData, Worker, WorkerFailed

API_VERSION = "2025-11-05"
HIDDEN = 60


class StorageHost(Host):
    """One function app whose `AzureWebJobsStorage` is a connection string."""

    def __init__(self, worker: Worker, directory: Path, connection: str) -> None:
        super().__init__(worker, directory)
        settings = json.loads((directory / "host.json").read_text())["extensions"]["queues"]
        assert settings.get("messageEncoding", "base64") == "base64"
        self.connection = connection
        self._clients: dict[str, QueueClient] = {}

    def put(self, queue: str, text: str) -> None:
        """A message on a queue, as another program would send it."""
        self._queue(queue).send_message(text)

    def pump(self) -> list[str]:
        """Deliver what is visible on the queues until nothing is; the failures' texts."""
        failures: list[str] = []
        triggers = {f.trigger["queueName"]: f.name for f in self.triggered("queueTrigger")}
        delivered = True
        while delivered:
            delivered = False
            for queue, function in triggers.items():
                delivered |= self._one(queue, function, failures)
        return failures

    def lying(self, queue: str) -> int:
        """How many messages lie on a queue, the hidden ones included."""
        return self._queue(queue).get_queue_properties().approximate_message_count or 0

    def _one(self, queue: str, function: str, failures: list[str]) -> bool:
        client = self._queue(queue)
        message = client.receive_message(visibility_timeout=HIDDEN)
        if message is None:
            return False
        count = message.dequeue_count or 1
        metadata = {"Id": TypedData(string=message.id), "DequeueCount": TypedData(json=str(count))}
        try:
            self.worker.invoke(function, TypedData(string=message.content), metadata)
        except WorkerFailed as failure:
            failures.append(str(failure))
            if count < self.max_dequeue:
                client.update_message(message, visibility_timeout=0)
                return True
            self.put(f"{queue}-poison", message.content)
        client.delete_message(message)
        return True

    def _queue(self, name: str) -> QueueClient:
        if name not in self._clients:
            client = QueueClient.from_connection_string(
                self.connection,
                name,
                api_version=API_VERSION,
                message_encode_policy=TextBase64EncodePolicy(),
                message_decode_policy=TextBase64DecodePolicy(),
            )
            with suppress(ResourceExistsError):
                client.create_queue()
            self._clients[name] = client
        return self._clients[name]

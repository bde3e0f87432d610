"""One storage queue, and `ports.WorkQueue` on it: a message is an incident's id and nothing else.

Messages are base64 of UTF-8, which is what the Functions host expects unless host.json says otherwise, and they never
expire. Who reads the queue is the host's trigger, or `Puller` where there is no host. The queue is made when it is
first needed and missing.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from azure.core.exceptions import HttpResponseError, ResourceExistsError

from remediator.adapters.azure.storage.account import StorageAccount
from remediator.adapters.azure.storage.errors import QUEUE_ROLE, code_of, is_missing, translated

if TYPE_CHECKING:
    from azure.storage.queue import QueueClient, QueueMessage

T = TypeVar("T")
LONGEST_DELAY = 7 * 24 * 3600  # seconds; learn "Put Message": a visibility timeout of seven days at most
FOR_EVER = -1
MOST_AT_ONCE = 32  # learn "Get Messages"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that was handed to us: its text, and how many times that has happened, this one included."""

    text: str
    count: int
    message: QueueMessage


class StorageQueue:
    """A queue by its name."""

    def __init__(self, account: StorageAccount, name: str) -> None:
        self._account, self.name = account, name

    def send(self, incident: str, delay: float = 0.0) -> None:
        """As `ports.WorkQueue.send`; after seven days at the latest, which is early and does no harm."""
        hidden = min(max(0, math.ceil(delay)), LONGEST_DELAY)
        coded = base64.b64encode(incident.encode()).decode()
        self._ask("sending", lambda q: q.send_message(coded, visibility_timeout=hidden, time_to_live=FOR_EVER))

    def receive(self, seconds: int, most: int = 1) -> list[Delivery]:
        """Up to `most` messages, which nobody else receives for so many seconds."""

        def asked(queue: QueueClient) -> list[Delivery]:
            wanted = min(most, MOST_AT_ONCE)
            found = queue.receive_messages(max_messages=wanted, visibility_timeout=seconds)
            return [Delivery(_text(each.content), each.dequeue_count or 1, each) for each in found]

        return self._ask("receiving from", asked)

    def beside(self, name: str) -> StorageQueue:
        """Another queue of the same account."""
        return StorageQueue(self._account, name)

    def waiting(self) -> int:
        """About how many messages there are; those that somebody has in hand are among them."""
        return self._ask("counting", lambda queue: queue.get_queue_properties().approximate_message_count or 0)

    def delete(self, delivery: Delivery) -> None:
        """Take a message off the queue; nothing happens where it was received again by somebody else."""
        self._ask("deleting from", lambda queue: _unless_gone(lambda: queue.delete_message(delivery.message)))

    def postpone(self, delivery: Delivery, seconds: int) -> None:
        """Let a message be received again after so many seconds; nothing happens where somebody else has it."""

        def asked(queue: QueueClient) -> None:
            _unless_gone(lambda: queue.update_message(delivery.message, visibility_timeout=seconds))

        self._ask("giving back to", asked)

    def _ask(self, doing: str, call: Callable[[QueueClient], T]) -> T:
        with translated(doing, f"the queue {self.name}", QUEUE_ROLE):
            queue = self._account.queue(self.name)
            try:
                return call(queue)
            except HttpResponseError as error:
                if not is_missing(error):
                    raise
        with translated("making", f"the queue {self.name}", QUEUE_ROLE):
            try:
                queue.create_queue()
            except ResourceExistsError as error:
                if code_of(error).lower() != "queuealreadyexists":  # it is just being deleted
                    raise
        with translated(doing, f"the queue {self.name}", QUEUE_ROLE):
            return call(queue)


def _text(content: object) -> str:
    """The text of a message; one that is not base64 was put there by hand and counts as it is."""
    raw = str(content)
    try:
        return base64.b64decode(raw, validate=True).decode()
    except (binascii.Error, ValueError):
        return raw


def _unless_gone(call: Callable[[], object]) -> None:
    try:
        call()
    except HttpResponseError as error:
        if code_of(error).lower() not in ("messagenotfound", "popreceiptmismatch"):
            raise

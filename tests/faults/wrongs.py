"""What goes wrong at one request to Azure, and at its repetitions; and what goes wrong at one call of the store."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from azure.core.exceptions import ServiceRequestTimeoutError, ServiceResponseError, ServiceResponseTimeoutError

from remediator.core.errors import Transient
from tests.faults.seams import Answered, Seam

T = TypeVar("T")
Call = Callable[[], Any]
WRITES = ("PUT", "PATCH", "DELETE")
FOREVER = 9  # more often than any client asks again within one call of ours


def answers(status: int, code: str, message: str = "words", **headers: str) -> Callable[[Call], Any]:
    """Azure answers this and does nothing."""
    body = json.dumps({"error": {"code": code, "message": message}}).encode()

    def fault(call: Call) -> Any:
        raise Answered(status, headers, body)

    return fault


def unsent(call: Call) -> Any:
    """The request never arrives."""
    raise ServiceRequestTimeoutError("the connection timed out")


def unheard(call: Call) -> Any:
    """The request arrives and is done; its answer does not come."""
    call()
    raise ServiceResponseTimeoutError("the answer timed out")


def cut(call: Call) -> Any:
    """The request arrives and is done; the connection is reset before the answer is whole."""
    call()
    raise ServiceResponseError("Connection aborted, ConnectionResetError(104)")


def garbled(call: Call) -> Any:
    """The request arrives and is done; a proxy answers in Azure's place."""
    call()
    raise Answered(200, {"Content-Type": "application/json"}, b"<html>Welcome to the network</html>")


@dataclass(frozen=True)
class Wrong:
    """One way to fail, how often in a row, and whether it befalls writes only."""

    fault: Callable[[Call], Any]
    times: int = 1
    writes_only: bool = False


NO_RIGHT = (
    "The client 'x' with object id 'y' does not have authorization to perform action 'Microsoft.Network/some/write' "
    "over scope '/subscriptions/s/some' or the scope is invalid. If access was recently granted, please refresh your "
    "credentials."
)
WRONGS = {
    "throttled": Wrong(answers(429, "TooManyRequests", **{"Retry-After": "5"}), 2),
    "throttled for long": Wrong(answers(429, "SubscriptionRequestsThrottled", **{"Retry-After": "60"})),
    "contended": Wrong(answers(429, "RetryableError"), FOREVER, writes_only=True),
    "500": Wrong(answers(500, "InternalServerError"), FOREVER),
    "503": Wrong(answers(503, "ServerTimeout"), FOREVER),
    "unsent": Wrong(unsent, FOREVER),
    "unheard": Wrong(unheard),
    "unheard again and again": Wrong(unheard, FOREVER),
    "cut": Wrong(cut),
    "raced": Wrong(answers(412, "PreconditionFailed"), writes_only=True),
    "in progress": Wrong(answers(409, "AnotherOperationInProgress"), writes_only=True),
    "garbled": Wrong(garbled),
    "fresh grant": Wrong(answers(403, "AuthorizationFailed", NO_RIGHT), 3, writes_only=True),
}


class WrongAt(Seam):
    """Something goes wrong at the n-th request to Azure, and at the next ones of the same name."""

    def __init__(self, at: int, wrong: Wrong) -> None:
        super().__init__()
        self.left, self.wrong, self.hit = wrong.times, wrong, ""
        self.at = at
        self.asked = 0

    def __call__(self, name: str, call: Callable[[], T]) -> T:
        """Make the call, or let it fail."""
        self.number(name)
        if not name.startswith("arm ") or (self.wrong.writes_only and name.split()[1] not in WRITES):
            return call()
        if self.asked == self.at:
            self.hit = name
        self.asked += 1
        if name != self.hit or not self.left:
            return call()
        self.left -= 1
        faulty: T = self.wrong.fault(call)
        return faulty


class StoreOut(Seam):
    """The store, the queue or a channel fails at the n-th call: before it has done anything, or after it did."""

    def __init__(self, at: int, *, done: bool) -> None:
        super().__init__()
        self.at, self.done, self.hit = at, done, ""

    def __call__(self, name: str, call: Callable[[], T]) -> T:
        """Make the call; raise in its place, or after it."""
        number = self.number(name)
        if number != self.at or name.startswith("arm "):
            return call()
        self.hit = name
        if self.done:
            call()
        raise Transient("storage-busy", f"{name}: the storage account does not answer")

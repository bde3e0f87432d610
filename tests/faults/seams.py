"""Every place where a process meets the outside, as a seam at which something may go wrong.

A seam is called with the name of a call and the call itself: it may make it, make something else of its answer, raise
what a network raises, or end the process. Reads and writes of the store, requests to Azure, wake-ups, notices.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from remediator.core.incident import Incident, Notice
from remediator.ports import Row, Rows, Write
from remediator.sandbox.azure import Azure
from remediator.sandbox.transport import SandboxTransport, _Stored

T = TypeVar("T")


class Killed(BaseException):
    """The end of a process; nobody catches it."""


class Answered(Exception):
    """An answer of this sort comes back in Azure's place."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(status)
        self.status, self.body = status, body
        self.headers = {"Content-Type": "application/json", **headers}


class Seam:
    """Nothing goes wrong; the calls are noted."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._guard = threading.Lock()

    def __call__(self, name: str, call: Callable[[], T]) -> T:
        """Make the call."""
        self.number(name)
        return call()

    def number(self, name: str) -> int:
        """Note a call; which one it is, from 0."""
        with self._guard:
            self.calls.append(name)
            return len(self.calls) - 1


class Fuse(Seam):
    """The process ends before its n-th call, and stays dead: whatever it still tries has no effect."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    def __call__(self, name: str, call: Callable[[], T]) -> T:
        """Make the call, unless the process is dead by then."""
        if self.number(name) >= self.at:
            raise Killed
        return call()

    @property
    def blown(self) -> bool:
        """Whether it came that far."""
        return len(self.calls) > self.at


@dataclass
class SeamRows:
    """`ports.Rows` with each call at a seam."""

    inner: Rows
    seam: Seam

    def get(self, partition: str, key: str) -> Row | None:
        return self.seam("store get", lambda: self.inner.get(partition, key))

    def scan(self, partition: str, prefix: str = "") -> Sequence[Row]:
        return self.seam("store scan", lambda: self.inner.scan(partition, prefix))

    def find(
        self, equals: Mapping[str, str], *, at_most: tuple[str, str] | None = None, limit: int = 100
    ) -> Sequence[Row]:
        return self.seam("store find", lambda: self.inner.find(equals, at_most=at_most, limit=limit))

    def write(self, partition: str, writes: Sequence[Write]) -> Mapping[str, str]:
        return self.seam(f"store write {partition[:7]}", lambda: self.inner.write(partition, writes))


class SeamTransport(SandboxTransport):
    """The sandbox as a transport with each request at a seam: `arm GET /subscriptions/…`."""

    def __init__(self, azure: Azure, seam: Seam) -> None:
        super().__init__(azure)
        self._seam = seam

    def send(self, request: Any, **kwargs: Any) -> Any:
        path = str(request.url).partition("?")[0].partition("://")[2].partition("/")[2]
        try:
            return self._seam(
                f"arm {request.method} /{path}", lambda: super(SeamTransport, self).send(request, **kwargs)
            )
        except Answered as other:
            return _Stored(request, other.status, other.headers, other.body)


@dataclass
class SeamQueue:
    """`ports.WorkQueue` with each send at a seam."""

    put: Callable[[str, float], None]
    seam: Seam

    def send(self, incident: str, delay: float = 0.0) -> None:
        self.seam("queue send", lambda: self.put(incident, delay))


@dataclass
class SeamChannel:
    """A postbox; each delivery at a seam."""

    seam: Seam
    letters: list[tuple[str, str]] = field(default_factory=list)

    def deliver(self, notice: Notice, incident: Incident) -> None:
        self.seam("channel deliver", lambda: self.letters.append((notice.template, notice.key)))

"""Long-running operations: an opaque URL, a few InProgress answers, then the end, good or bad.

A failed operation is HTTP 200 with `status: Failed` (azure-resource-manager-rpc async-api-reference). Reading the
resource itself counts as a poll too, so that a caller who lost the URL still sees the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from remediator.sandbox.arm_id import key
from remediator.sandbox.wire import Body, Request, Response, reply


@dataclass
class Operation:
    """One running or finished operation on a resource."""

    token: str
    resource: str
    polls: int
    settle: Callable[[], None]
    error: Body | None = None
    deletes: bool = False
    done: bool = False

    @property
    def seal(self) -> str:
        """A second secret in the URL's query: a URL put together by hand is not honoured."""
        return hashlib.sha256(self.token.encode()).hexdigest()[:32]

    def tick(self) -> None:
        """One poll: count down, or end."""
        if self.done:
            return
        if self.polls > 0:
            self.polls -= 1
            return
        self.done = True
        self.settle()


@dataclass
class Operations:
    """All operations by token."""

    retry_after: int = 1
    _known: dict[str, Operation] = field(default_factory=dict)
    _open: dict[str, list[Operation]] = field(default_factory=dict)

    @property
    def under_way(self) -> bool:
        """Whether any operation has not ended yet: reading may end it, and change what there is."""
        return any(not operation.done for operation in self._known.values())

    def start(self, operation: Operation) -> Operation:
        """Remember an operation; one without polls ends at once."""
        self._known[operation.token] = operation
        if operation.polls <= 0:
            operation.tick()
        else:
            self._open.setdefault(operation.resource, []).append(operation)
        return operation

    def tick_resource(self, resource_id: str) -> None:
        """A read of the resource itself is a poll as well."""
        at = key(resource_id)
        for operation in self._open.get(at, ()):
            operation.tick()
        self._open[at] = [operation for operation in self._open.get(at, ()) if not operation.done]
        if not self._open[at]:
            del self._open[at]

    def find(self, request: Request) -> Operation | None:
        """The operation that a poll URL names."""
        operation = self._known.get(request.path.rsplit("/", 1)[-1])
        return operation if operation and request.query.get("t") == operation.seal else None

    def waiting(self) -> dict[str, str]:
        """The Retry-After header; 0 would count as absent, so it is left out."""
        return {"Retry-After": str(self.retry_after)} if self.retry_after else {}

    def poll(self, request: Request, operation: Operation) -> Response:
        """Answer one poll of a status or a result URL."""
        was_done = operation.done
        operation.tick()
        if "result" in request.path.rsplit("/", 2)[-2].lower():
            return self._result(request, operation, was_done)
        if not operation.done:
            return reply(200, {"status": "InProgress"}, self.waiting())
        if operation.error is not None:
            return reply(200, {"status": "Failed", "error": operation.error})
        return reply(200, {"status": "Succeeded"})

    def _result(self, request: Request, operation: Operation, was_done: bool) -> Response:
        if not operation.done:
            return reply(
                202, None, {"Location": request.origin + quote(request.path) + _query(request), **self.waiting()}
            )
        if operation.error is not None:
            return reply(200, {"status": "Failed", "error": operation.error})
        return reply(204) if was_done or operation.deletes else reply(200)


def _query(request: Request) -> str:
    return "?" + urlencode(request.query)

"""The sandbox itself: a small Azure that holds resources and answers ARM requests about them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Self

from remediator.sandbox import routes
from remediator.sandbox.arm_id import key
from remediator.sandbox.clouds import CLOUDS
from remediator.sandbox.errors import bad_request
from remediator.sandbox.faults import Faults
from remediator.sandbox.operations import Operations
from remediator.sandbox.shown import EVERYTHING, present
from remediator.sandbox.state import load
from remediator.sandbox.wire import Body, Request, Response, UnreadableBody, parse
from remediator.sandbox.world import World

WRITES = ("PUT", "PATCH", "POST", "DELETE")


class Azure:
    """A small Azure. `handle` is the whole wire; everything else looks at or changes it from behind.

    `operation_polls` is how often an operation answers InProgress before it ends; `retry_after` is the header that
    goes with it (0 leaves it out); `page_size` makes lists come in pages.
    """

    def __init__(
        self,
        resources: list[dict[str, Any]],
        *,
        cloud: str = "AzureCloud",
        clock: Callable[[], float] | None = None,
        operation_polls: int = 1,
        retry_after: int = 1,
        page_size: int | None = None,
    ) -> None:
        self.lock = threading.RLock()
        self.requests: list[tuple[str, str]] = []
        self.writes: list[tuple[str, str]] = []
        self.world = World(
            state=load(resources),
            cloud=CLOUDS[cloud],
            clock=clock or time.time,
            operation_polls=operation_polls,
            page_size=page_size,
            operations=Operations(retry_after),
        )

    @classmethod
    def from_estate(cls, document: dict[str, Any], **kw: Any) -> Self:
        """An Azure that holds what an estate file describes."""
        kw.setdefault("cloud", document.get("cloud", "AzureCloud"))
        return cls(document["resources"], **kw)

    @property
    def cloud(self) -> str:
        """The cloud's name."""
        return self.world.cloud.name

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose."""
        return self.world.faults

    @property
    def missing_images(self) -> set[str]:
        """Images that a registry does not have, as `repository:tag` or with the host in front."""
        return self.world.missing_images

    @property
    def page_size(self) -> int | None:
        """How many rows a list answers at once; None for all."""
        return self.world.page_size

    @page_size.setter
    def page_size(self, value: int | None) -> None:
        self.world.page_size = value

    def handle(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Answer one HTTP request. The hook after a write runs once the write is in the state."""
        try:
            request = parse(method, url, headers, body)
        except UnreadableBody as error:
            return bad_request("InvalidRequestContent", f"The request content was invalid JSON: {error}").response()
        with self.lock:
            self.requests.append((request.method, request.path))
            response = routes.serve(self.world, request)
            accepted = request.method in WRITES and response.status < 400
            if accepted:
                self.writes.append((request.method, request.path))
        if accepted and self.faults.on_write is not None:
            self.faults.on_write(request.method, request.path)
        return self._identified(request, response)

    def _identified(self, request: Request, response: Response) -> Response:
        wanted = request.headers.get("x-ms-client-request-id")
        headers = {"x-ms-request-id": f"{len(self.requests):08d}-0000-4000-8000-000000000000", **response.headers}
        if wanted:
            headers["x-ms-client-request-id"] = wanted
        return Response(response.status, headers, response.body)

    def resource(self, resource_id: str) -> Body | None:
        """A copy of one resource as the newest api-version shows it, read without a request."""
        with self.lock:
            body = self.world.state.get(resource_id)
            return present(self.world, body, EVERYTHING) if body is not None else None

    def put(self, body: dict[str, Any]) -> None:
        """Set a resource behind everyone's back: no checks, no side effects.

        Children that stand inline are set too; where the body has a list of them, those not in it go.
        """
        with self.lock:
            fresh = load([body])
            for gone in self.world.state.missing_inline(body):
                self.world.state.remove(gone)
            for found in fresh.all():
                self.world.state.put(found)
            for stub in fresh.unreadable.values():
                self.world.state.unreadable[key(stub["id"])] = stub

    def remove(self, resource_id: str) -> None:
        """Take a resource, and all below it, away behind everyone's back."""
        with self.lock:
            self.world.state.remove(resource_id)

    def estate(self) -> dict[str, Any]:
        """What exists now as an estate document; children stand on their own and, where Azure does so, inline."""
        with self.lock:
            found = [present(self.world, body, EVERYTHING) for body in self.world.state.all()]
            return {
                "schema": 1,
                "cloud": self.cloud,
                "resources": [*found, *(dict(stub) for stub in self.world.state.unreadable.values())],
            }

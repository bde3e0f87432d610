"""The sandbox itself: a small Azure that holds resources and answers ARM requests about them."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self

from remediator.sandbox import pulling_again, routes
from remediator.sandbox.arm_id import key, target
from remediator.sandbox.clouds import CLOUDS
from remediator.sandbox.errors import bad_request, unavailable
from remediator.sandbox.faults import Faults
from remediator.sandbox.graph_quota import GraphQuota
from remediator.sandbox.graph_rows import rows_in
from remediator.sandbox.history import Write
from remediator.sandbox.logs import Logs
from remediator.sandbox.operations import Operations
from remediator.sandbox.policies import QUESTION
from remediator.sandbox.providers import log_query, resource_graph
from remediator.sandbox.shown import EVERYTHING, present
from remediator.sandbox.state import load
from remediator.sandbox.wire import Body, Request, Response, UnreadableBody, UnreadableUrl, parse
from remediator.sandbox.world import World

WRITES = ("PUT", "PATCH", "POST", "DELETE")
IDENTITIES = "microsoft.managedidentity/userassignedidentities"


class Azure:
    """A small Azure. `handle` is the whole wire; everything else looks at or changes it from behind.

    `operation_polls` is how often an operation answers InProgress before it ends; `retry_after` is the header that
    goes with it (0 leaves it out); `page_size` makes lists come in pages.
    """

    def __init__(
        self,
        resources: Sequence[Any],
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
            state=load(resources, CLOUDS[cloud].registry_suffix),
            cloud=CLOUDS[cloud],
            clock=clock or time.time,
            operation_polls=operation_polls,
            page_size=page_size,
            operations=Operations(retry_after),
        )

    @classmethod
    def from_estate(cls, document: dict[str, Any], **kw: Any) -> Self:
        """An Azure that holds what an estate file describes.

        Resources may be as odd as they like (docs/sandbox.md, "Odd bodies"); ValueError when the document itself has
        no list of resources or names a cloud that there is not. What no ARM body tells may stand in the document
        under `sandbox`: missingImages (a list), forwarders, appliances, egress (objects).
        """
        kw.setdefault("cloud", document.get("cloud", "AzureCloud"))
        resources = document.get("resources")
        if not isinstance(resources, list):
            raise ValueError("an estate needs a list of resources")
        if kw["cloud"] not in CLOUDS:
            raise ValueError(f"there is no cloud {kw['cloud']!r}; there are: {', '.join(CLOUDS)}")
        azure = cls(resources, **kw)
        told = document.get("sandbox")
        azure.world.be_told(told if isinstance(told, dict) else {})
        return azure

    @property
    def oddities(self) -> tuple[str, ...]:
        """What could not be taken as it stands in the estate, one sentence each."""
        state = self.world.state
        lost = f"{len(state.unplaced)} resources have no usable id and are not served."
        return (*(odd.refusal.message for odd in state.odd.values()), *((lost,) if state.unplaced else ()))

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
    def forwarders(self) -> dict[str, str]:
        """What a DNS server does, by its address: `azure:<network id>`, `public` or `dead`. Outranks all else."""
        return self.world.forwarders

    @property
    def appliances(self) -> dict[str, str]:
        """What the machine at a route's next hop does, by its address: `forward` or `drop`."""
        return self.world.appliances

    @property
    def egress(self) -> dict[str, str]:
        """The public address that an environment's load balancer goes out with, by the environment's id."""
        return self.world.egress

    @property
    def logs(self) -> Logs:
        """The log workspaces: `write` a row by hand, `late` is how many seconds a row takes to be seen."""
        return self.world.logs

    @property
    def graph_quota(self) -> GraphQuota:
        """How often Resource Graph may be asked; off unless it is switched on."""
        return self.world.graph_quota

    @property
    def permissions(self) -> dict[str, Collection[str]]:
        """The actions of each client, by its client id. While nobody is named, everybody may do everything."""
        return self.world.permissions

    @property
    def page_size(self) -> int | None:
        """How many rows a list answers at once; None for all."""
        return self.world.page_size

    @page_size.setter
    def page_size(self, value: int | None) -> None:
        self.world.page_size = value

    def prepare(self) -> None:
        """Make the rows of Resource Graph now: with ten thousand registries the first question would wait for them."""
        with self.lock:
            rows_in(self.world)

    def handle(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Answer one HTTP request. The hook after a write runs once the write is in the state."""
        try:
            request = parse(method, url, headers, body)
        except UnreadableBody as error:
            return bad_request("InvalidRequestContent", f"The request content was invalid JSON: {error}").response()
        except UnreadableUrl as error:
            return bad_request("InvalidRequestUri", f"The request URI is invalid: {error}").response()
        with self.lock:
            if not self.requests:
                pulling_again.look(self.world)
            self.requests.append((request.method, request.path))
            if self.faults.next_is_lost():
                return self._identified(request, unavailable().response())
            logs, graph = log_query.is_query(request), resource_graph.is_query(request)
            # questions that are sent as POST
            asks = logs or graph or target(request.path).type == QUESTION
            self.world.writing = request.method in WRITES and not asks
            answer = log_query.answer if logs else resource_graph.answer if graph else routes.serve
            response = answer(self.world, request)
            accepted = self.world.writing and response.status < 400
            self.world.writing = False
            if accepted:
                self.world.state.changes += 1
                self.writes.append((request.method, request.path))
                response.headers["x-ms-correlation-request-id"] = self.world.history.note(
                    request, response, self.world.moment()
                )
                pulling_again.look(self.world)
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
        """A copy of one resource as the newest api-version shows it, or as it was given when its body is odd."""
        with self.lock, self.world.state.overlooking():
            odd = self.world.state.odd.get(key(resource_id))
            if odd is not None:
                return copy.deepcopy(odd.body)
            body = self.world.state.get(resource_id)
            return present(self.world, body, EVERYTHING) if body is not None else None

    def principals(self) -> dict[str, str]:
        """The object id of each managed identity of the estate, by its client id in lower case."""
        with self.lock, self.world.state.overlooking():
            held = [body["properties"] for body in self.world.state.of_type(IDENTITIES)]
        return {str(one["clientId"]).lower(): str(one.get("principalId", "")) for one in held if one.get("clientId")}

    def put(self, body: dict[str, Any]) -> None:
        """Set a resource behind everyone's back: no checks, no side effects.

        Children that stand inline are set too; where the body has a list of them, those not in it go. ValueError
        when no id says where the body belongs.
        """
        with self.lock, self.world.state.overlooking():
            self.world.state.merge(body, self.world.cloud.registry_suffix)

    def history(
        self,
        resource_id: str,
        operation: str,
        *,
        caller: str = "",
        appid: str = "",
        at: float | None = None,
        correlation_id: str = "",
        status: str = "Succeeded",
        claims: Mapping[str, str] | None = None,
    ) -> None:
        """Put an entry into the activity log by hand; `operation` is its full name, `at` seconds since 1970."""
        told = {**({"appid": appid} if appid else {}), **(claims or {})}
        when = datetime.fromtimestamp(self.world.clock() if at is None else at, UTC)
        with self.lock:
            self.world.history.by_hand(
                Write(resource_id, operation, told, caller or appid, when, correlation_id, status)
            )

    def remove(self, resource_id: str) -> None:
        """Take a resource, and all below it, away behind everyone's back."""
        with self.lock:
            self.world.state.remove(resource_id)

    def estate(self) -> dict[str, Any]:
        """What exists now as an estate document; children stand on their own and, where Azure does so, inline."""
        with self.lock, self.world.state.overlooking():
            state = self.world.state
            found = [present(self.world, body, EVERYTHING) for body in state.all()]
            told = self.world.told()
            return {
                "schema": 1,
                "cloud": self.cloud,
                **({"sandbox": told} if told else {}),
                "resources": [
                    *found,
                    *(copy.deepcopy(odd.body) for odd in state.odd.values()),
                    *(dict(stub) for stub in state.unreadable.values()),
                    *state.unplaced,
                ],
            }

"""The Functions host, as far as doors can tell: what it lets in, how it shapes it, what it does with a failure.

Routes with function keys, Easy Auth headers, the Event Grid webhook with its handshake, queues with dequeue counts
and poison queues, timers. The functions themselves run in Microsoft's worker library (`worker.py`). Queues are lists
in memory; a real storage server takes their place where storage itself is under test.
"""

from __future__ import annotations

import base64
import json
import re
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.functions_host.worker import Message, TypedData, Worker, WorkerFailed, plain

BASE = "https://remediator.example.net"
FUNCTION_KEY = "a-function-key"
SYSTEM_KEY = "a-system-key"
_STAMP = json.dumps("2026-01-01T00:00:00+00:00")


@dataclass(frozen=True)
class Answer:
    """An HTTP response as the caller receives it; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Route:
    """The address of an HTTP function."""

    function: str
    pattern: re.Pattern[str]
    methods: frozenset[str]
    level: str


class Host:
    """One function app with its host.json. With `easy_auth` the platform signs people in and strips forged headers."""

    def __init__(self, worker: Worker, directory: Path, *, easy_auth: bool = True, base: str = BASE) -> None:
        settings = json.loads((directory / "host.json").read_text())
        extensions = settings["extensions"]
        self.worker = worker
        self.easy_auth = easy_auth
        self.base = base
        self.max_dequeue = int(extensions["queues"]["maxDequeueCount"])
        self.queues: defaultdict[str, deque[tuple[str, int]]] = defaultdict(deque)
        self.routes = tuple(_routes(worker, extensions["http"]["routePrefix"]))

    def request(
        self,
        method: str,
        path: str,
        body: bytes | str | object = None,
        *,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
        principal: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Call an address from outside; `principal` is the person whom Easy Auth has signed in."""
        parts = urlsplit(path)
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        if self.easy_auth:
            sent = {name: value for name, value in sent.items() if not name.startswith("x-ms-client-principal")}
        if principal is not None:
            sent |= _signed_in(principal)
        if key is not None:
            sent["x-functions-key"] = key
        if body is not None and not isinstance(body, bytes | str):
            sent.setdefault("content-type", "application/json")
            body = json.dumps(body)
        raw = body.encode() if isinstance(body, str) else body
        matches = [(r, m) for r in self.routes if (m := r.pattern.fullmatch(parts.path))]
        route, match = next(((r, m) for r, m in matches if method in r.methods), (None, None))
        if route is None or match is None:
            return Answer(404)
        query = dict(parse_qsl(parts.query))
        if route.level != "anonymous" and FUNCTION_KEY not in (sent.get("x-functions-key"), query.get("code")):
            return Answer(401)
        message = Message(
            method=method,
            url=self.base + path,
            headers=sent | {"host": urlsplit(self.base).netloc},
            query=query,
            params={name: value for name, value in match.groupdict().items() if value},
            body=TypedData() if raw is None else TypedData(bytes=raw),
        )
        try:
            return _answer(self.worker.invoke(route.function, TypedData(http=message)))
        except WorkerFailed as failure:
            return Answer(500, body=str(failure).encode())

    def deliver(self, function: str, *events: Mapping[str, Any], key: str = SYSTEM_KEY) -> Answer:
        """Event Grid's webhook of the host: handshake, or one invocation for each event of the batch."""
        if key != SYSTEM_KEY:
            return Answer(401)
        first = events[0]
        if first.get("eventType") == "Microsoft.EventGrid.SubscriptionValidationEvent":
            return Answer(200, body=json.dumps({"validationResponse": first["data"]["validationCode"]}).encode())
        status = 202
        for event in events:
            try:
                self.worker.invoke(function, TypedData(json=json.dumps(event)))
            except WorkerFailed:
                status = 500
        return Answer(status)

    def put(self, queue: str, text: str) -> None:
        """A message on a queue."""
        self.queues[queue].append((text, 0))

    def pump(self) -> list[str]:
        """Deliver what lies on the queues until they are empty; the failures' texts.

        A message whose function fails is delivered again, `maxDequeueCount` times in all, then it goes to the
        poison queue.
        """
        triggers = {f.trigger["queueName"]: f.name for f in self.triggered("queueTrigger")}
        failures = []
        while queue := next((q for q in triggers if self.queues[q]), None):
            text, count = self.queues[queue].popleft()
            try:
                self.worker.invoke(triggers[queue], TypedData(string=text), _queued(text, count + 1))
            except WorkerFailed as failure:
                failures.append(str(failure))
                if count + 1 < self.max_dequeue:
                    self.queues[queue].append((text, count + 1))
                else:
                    self.queues[f"{queue}-poison"].append((text, 0))
        return failures

    def tick(self, function: str, *, late: bool = False) -> None:
        """Call a timer's function; `late` when the host has slept over its time."""
        status = dict.fromkeys(("Last", "Next", "LastUpdated"), json.loads(_STAMP))
        timer = {"Schedule": {"AdjustForDST": True}, "IsPastDue": late, "ScheduleStatus": status}
        self.worker.invoke(function, TypedData(json=json.dumps(timer)))

    def triggered(self, kind: str) -> list[Any]:
        """The functions with a kind of trigger."""
        return [f for f in self.worker.functions.values() if f.trigger["type"] == kind]


def _routes(worker: Worker, prefix: str) -> Iterator[Route]:
    for function in worker.functions.values():
        trigger = function.trigger
        if trigger["type"] == "httpTrigger":
            path = "/".join(part for part in (prefix, trigger.get("route") or function.name) if part)
            methods = frozenset(m.upper() for m in trigger.get("methods") or ("GET", "POST"))
            yield Route(function.name, _pattern(path), methods, trigger["authLevel"].lower())


def _pattern(route: str) -> re.Pattern[str]:
    """A route template of ASP.NET as an expression: `{name}`, `{name?}`, `{name:constraint}` and `{*rest}`."""
    made = ""
    for part in route.split("/"):
        if part.startswith("{*"):
            made += rf"(?:/(?P<{part[2:-1]}>.*))?"
        elif part.startswith("{"):
            name = re.split(r"[:?}]", part[1:])[0]
            made += rf"(?:/(?P<{name}>[^/]+))" + ("?" if "?" in part else "")
        else:
            made += "/" + re.escape(part)
    return re.compile(made + "/?", re.IGNORECASE)


def _signed_in(principal: Mapping[str, Any]) -> dict[str, str]:
    """The headers that Easy Auth adds for a person: id, name, provider, and all claims in base64."""
    return {
        "x-ms-client-principal": base64.b64encode(json.dumps(principal).encode()).decode(),
        "x-ms-client-principal-id": str(principal.get("id", "")),
        "x-ms-client-principal-name": str(principal.get("name", "")),
        "x-ms-client-principal-idp": str(principal.get("auth_typ", "aad")),
    }


def _answer(returned: Any) -> Answer:
    cookies = SimpleCookie()
    for cookie in returned.cookies or ():
        cookies[cookie.name] = cookie.value
    body = plain(returned.body)
    return Answer(
        status=int(returned.status_code),
        headers={name.lower(): value for name, value in returned.headers.items()},
        cookies={name: morsel.value for name, morsel in cookies.items()},
        body=body.encode() if isinstance(body, str) else body or b"",
    )


def _queued(text: str, count: int) -> dict[str, TypedData]:
    return {
        "Id": TypedData(string="5f6c1f0e-0000-4000-8000-000000000001"),
        "PopReceipt": TypedData(string="AgAAAA=="),
        "DequeueCount": TypedData(json=str(count)),
        "QueueTrigger": TypedData(string=text),
        "InsertionTime": TypedData(json=_STAMP),
        "ExpirationTime": TypedData(json=_STAMP),
        "NextVisibleTime": TypedData(json=_STAMP),
    }

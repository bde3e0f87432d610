"""The sandbox on loopback: ARM over HTTPS with a certificate of its own CA, and the identity endpoint over HTTP."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

import trustme
import uvicorn

from remediator.sandbox import identity
from remediator.sandbox.azure import Azure
from remediator.sandbox.exchange import Recorder
from remediator.sandbox.wire import Response

HOST = "127.0.0.1"
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Answer = Callable[[str, str, dict[str, str], bytes], Response]


def _application(
    answer: Answer, scheme: str, latency: float = 0.0
) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """An ASGI application around one answering function; each answer is so many seconds on its way."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        url = f"{scheme}://{headers.get('host', HOST)}{scope['raw_path'].decode('latin-1')}"
        if latency:
            await asyncio.sleep(latency)
        response = answer(scope["method"], f"{url}?{query}" if query else url, headers, body)
        sent = {"content-length": str(len(response.body)), **{k.lower(): v for k, v in response.headers.items()}}
        if response.status in (204, 304):
            sent.pop("content-length", None)
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.items()]
        await send({"type": "http.response.start", "status": response.status, "headers": raw})
        payload = b"" if scope["method"] == "HEAD" else response.body
        await send({"type": "http.response.body", "body": payload})

    return application


class SandboxServer:
    """Serves one `Azure`. `ca_path` gets the CA's certificate; `record` gets every exchange as a JSON line.

    Each answer of ARM is `latency` seconds on its way; those that are asked for at once wait at once.
    """

    def __init__(
        self,
        azure: Azure,
        *,
        port: int = 0,
        ca_path: Path | None = None,
        record: Path | None = None,
        latency: float = 0.0,
    ) -> None:
        self._azure = azure
        self._port = port
        self._latency = latency
        self._recorder = Recorder(Path(record)) if record else None
        self._folder = tempfile.TemporaryDirectory(prefix="sandbox-")
        self.ca_path = Path(ca_path) if ca_path else Path(self._folder.name) / "ca.pem"
        self._servers: list[uvicorn.Server] = []
        self._sockets: list[socket.socket] = []
        self._thread: threading.Thread | None = None

    @property
    def arm_url(self) -> str:
        """Where ARM answers."""
        return f"https://{HOST}:{self._sockets[0].getsockname()[1]}"

    @property
    def identity_url(self) -> str:
        """Where tokens are given out; the value for IDENTITY_ENDPOINT."""
        return f"http://{HOST}:{self._sockets[1].getsockname()[1]}{identity.PATH}"

    def start(self) -> Self:
        """Open both ports; returns once both answer."""
        certificate = self._certificate()
        self._sockets = [_listen(self._port), _listen(0)]
        self._servers = [
            uvicorn.Server(_config(_application(self._arm, "https", self._latency), certificate)),
            uvicorn.Server(_config(_application(self._token, "http"), None)),
        ]
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self._thread.start()
        pause = threading.Event()
        while not all(server.started for server in self._servers):
            if not self._thread.is_alive():
                raise RuntimeError("the sandbox did not start")
            pause.wait(0.005)
        return self

    def stop(self) -> None:
        """Close both ports and wait for the end; harmless when not started."""
        for server in self._servers:
            server.should_exit = server.force_exit = True
        if self._thread is not None:
            self._thread.join(timeout=10)
            self._thread = None
        for opened in self._sockets:
            opened.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _certificate(self) -> Path:
        authority = trustme.CA()
        issued = authority.issue_cert(HOST, "localhost")
        path = Path(self._folder.name) / "server.pem"
        issued.private_key_and_cert_chain_pem.write_to_path(str(path))
        self.ca_path.parent.mkdir(parents=True, exist_ok=True)
        authority.cert_pem.write_to_path(str(self.ca_path))
        return path

    def _run(self) -> None:
        async def both() -> None:
            pairs = zip(self._servers, self._sockets, strict=True)
            await asyncio.gather(*(server.serve(sockets=[opened]) for server, opened in pairs))

        asyncio.run(both())

    def _arm(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Response:
        response = self._azure.handle(method, url, headers, body)
        if self._recorder is not None:
            self._recorder.keep(method, url, headers, body, response)
        return response

    def _token(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Response:
        return identity.answer(method, url, headers, self._azure.world.clock(), self._azure.principals())


def _listen(port: int) -> socket.socket:
    # The protocol is named so that asyncio switches Nagle's delay off: 40 ms per answer otherwise.
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind((HOST, port))
    return opened


def _config(application: Any, certificate: Path | None) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        log_level="critical",
        access_log=False,
        lifespan="off",
        http="h11",
        timeout_keep_alive=60,
        ssl_certfile=certificate,
    )


def run(
    azure: Azure, port: int = 0, ca: Path | None = None, record: Path | None = None, out: TextIO | None = None
) -> None:
    """Serve until SIGTERM or SIGINT; says where, one line each, and `ready` last."""
    stopped = threading.Event()
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    stream = out or sys.stdout
    try:
        with SandboxServer(azure, port=port, ca_path=ca, record=record) as server:
            for line in (f"arm {server.arm_url}", f"identity {server.identity_url}", "ready"):
                stream.write(line + "\n")
                stream.flush()
            stopped.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

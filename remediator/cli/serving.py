"""The web app under uvicorn in a thread, for `serve` and `demo`."""

from __future__ import annotations

import socket
import threading
from types import TracebackType

import uvicorn
from starlette.applications import Starlette

from remediator.core.errors import Misconfigured

HOST = "127.0.0.1"


class WebServer:
    """Serves an app on loopback; the port is taken at once, so that links can be made before the app is there."""

    def __init__(self, port: int = 0, host: str = HOST) -> None:
        """Take the port, 0 for a free one, on this machine's address or on all; `Misconfigured("port-taken")`."""
        self._host = host
        # The protocol is named so that asyncio switches Nagle's delay off: 40 ms per answer otherwise.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            raise Misconfigured(
                "port-taken", f"listening on {host}:{port}: {error.strerror or error}", hint="choose another --port"
            ) from error
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address at which it answers."""
        return f"http://{self._host}:{self._socket.getsockname()[1]}"

    def start(self, app: Starlette) -> None:
        """Serve the app; returns once it answers."""
        config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off", server_header=False)
        server = self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: server.run(sockets=[self._socket]), name="web", daemon=True)
        self._thread.start()
        pause = threading.Event()
        while not server.started:
            if not self._thread.is_alive():
                raise Misconfigured("web-not-started", "starting the web app: uvicorn ended at once")
            pause.wait(0.005)

    def stop(self) -> None:
        """Close the port and wait for the end; harmless when not started."""
        if self._server is not None:
            self._server.should_exit = self._server.force_exit = True
        if self._thread is not None:
            self._thread.join(timeout=10)
            self._thread = None
        self._socket.close()

    def __enter__(self) -> WebServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

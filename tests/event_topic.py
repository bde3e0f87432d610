"""An Event Grid topic on loopback: HTTPS with a certificate of its own authority; it keeps what it was sent."""

from __future__ import annotations

import json
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import trustme


@dataclass(frozen=True)
class Received:
    """One request: its path with query, headers in lower case, and body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events in the body."""
        found: list[dict[str, Any]] = json.loads(self.body)
        return found


@dataclass
class EventTopic:
    """Answers 200, unless `answers` holds others (status, body, headers), which are given first, one for each call."""

    folder: Path
    received: list[Received] = field(default_factory=list)
    answers: list[tuple[int, bytes, dict[str, str]]] = field(default_factory=list)

    def __enter__(self) -> Self:
        authority = trustme.CA()
        certificate = self.folder / "topic.pem"
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
        authority.cert_pem.write_to_path(str(self.ca_file))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)

    @property
    def ca_file(self) -> Path:
        """The authority's certificate."""
        return self.folder / "topic-ca.pem"

    @property
    def url(self) -> str:
        """The endpoint of the namespace; a custom topic's has `/api/events` behind it."""
        return f"https://127.0.0.1:{self._server.server_address[1]}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        topic = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                topic.received.append(Received(self.path, headers, body))
                status, answer, more = topic.answers.pop(0) if topic.answers else (200, b"{}", {})
                self.send_response(status)
                for name, value in {"content-length": str(len(answer)), **more}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Nothing is said."""

        return Handler

"""A web server on loopback for a stand-in: TLS by an authority of its own, exchanges kept, faults at any request."""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

import trustme

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Asked:
    """One request: `path` without its query, header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def writes(self) -> bool:
        """Whether it asks for a change."""
        return self.method != "GET"


@dataclass(frozen=True)
class Answered:
    """One answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """What goes wrong instead of an answer, or beside it.

    `answer` is given and nothing is done; else the connection ends, before anything is done or (`done`) after it.
    """

    answer: Answered | None = None
    done: bool = False


class WebServer:
    """Runs in threads of its own, within `with`. `faulty(number, asked)` is asked for each request, counted from 1."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[Asked] = []
        self.answered: list[Answered] = []
        self.faulty: Callable[[int, Asked], Fault | None] = lambda number, asked: None
        self._one = threading.RLock()

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.socket = self._tls().wrap_socket(self._server.socket, server_side=True)
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
    def url(self) -> str:
        """Where it listens, with no path."""
        return f"https://127.0.0.1:{self._server.server_address[1]}"

    @property
    def ca_file(self) -> Path:
        """The authority's certificate."""
        return self.folder / "host-ca.pem"

    @property
    def writes(self) -> list[Asked]:
        """The requests that asked for a change."""
        return [one for one in self.asked if one.writes]

    def answer(self, asked: Asked) -> Answered:
        """What the stand-in makes of a request; one at a time."""
        raise NotImplementedError

    def fail_at(self, number: int, fault: Fault) -> None:
        """Have the `number`-th request from now go wrong, once."""
        wanted = len(self.asked) + number
        self.faulty = lambda count, asked: fault if count == wanted else None

    def _tls(self) -> ssl.SSLContext:
        certificate = self.folder / "host.pem"
        if not self.ca_file.exists():
            authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
            issued = authority.issue_cert("127.0.0.1", key_type=trustme.KeyType.ECDSA)
            issued.private_key_and_cert_chain_pem.write_to_path(str(certificate))
            authority.cert_pem.write_to_path(str(self.ca_file))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        return context

    def _exchange(self, asked: Asked) -> Answered | None:
        with self._one:
            self.asked.append(asked)
            fault = self.faulty(len(self.asked), asked)
            answered = fault.answer if fault is not None and not fault.done else self.answer(asked)
            self.answered.append(answered or Answered(0))
            return None if fault is not None and fault.done else answered

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _do(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                path, _, query = self.path.partition("?")
                headers = {name.lower(): value for name, value in self.headers.items()}
                answered = server._exchange(Asked(self.command, path, query, headers, body))
                if answered is None:
                    self.close_connection = True
                    self.connection.close()
                    return
                self.send_response_only(answered.status)
                known = {"date": self.date_time_string(), "content-length": str(len(answered.body))}
                for name, value in {**known, **answered.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answered.body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _do

            def log_message(self, *_: object) -> None:
                """Nothing is said."""

            def handle(self) -> None:
                try:
                    super().handle()
                except (OSError, ssl.SSLError, ValueError):
                    self.close_connection = True

        assert all(hasattr(Handler, f"do_{method}") for method in _METHODS)
        return Handler


def pattern(template: str) -> re.Pattern[str]:
    """A path template of an OpenAPI document as a pattern; refs and the like may hold slashes."""
    long = ("ref", "basehead")
    text = re.sub(r"\{(\w+)\}", lambda found: f"(?P<{found[1]}>{'.+' if found[1] in long else '[^/]+'})", template)
    return re.compile(text)

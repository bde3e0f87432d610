"""An Event Grid topic on loopback: HTTPS with a certificate of its own authority; it keeps what it was sent."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme

from tests.loopback import LoopbackServer


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
class EventTopic(LoopbackServer):
    """Answers 200, unless `answers` holds others (status, body, headers), which are given first, one for each call."""

    folder: Path
    received: list[Received] = field(default_factory=list)
    answers: list[tuple[int, bytes, dict[str, str]]] = field(default_factory=list)

    @property
    def ca_file(self) -> Path:
        """The authority's certificate."""
        return self.folder / "topic-ca.pem"

    def tls(self) -> ssl.SSLContext:
        """A certificate of an authority of its own."""
        authority = trustme.CA()
        certificate = self.folder / "topic.pem"
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
        authority.cert_pem.write_to_path(str(self.ca_file))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        return context

    def posted(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes, dict[str, str]]:
        """Keeps it, and gives the next answer."""
        self.received.append(Received(path, dict(headers), body))
        return self.answers.pop(0) if self.answers else (200, b"{}", {})

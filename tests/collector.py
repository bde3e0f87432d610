"""A collector on loopback: keeps what exporters send, by path, and answers 200 with an empty body or the given one."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.loopback import LoopbackServer


@dataclass
class Collector(LoopbackServer):
    """`received` are the path and the body of each request, unpacked where it was packed."""

    answer: bytes = b""
    received: list[tuple[str, bytes]] = field(default_factory=list)

    def bodies(self, path: str) -> list[bytes]:
        """The bodies that were sent to a path."""
        return [body for where, body in self.received if where.split("?")[0] == path]

    def posted(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes, dict[str, str]]:
        """Keeps it."""
        packed = headers.get("content-encoding") == "gzip"
        self.received.append((path, gzip.decompress(body) if packed else body))
        return 200, self.answer, {"content-type": "application/json"}

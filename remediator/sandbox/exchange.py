"""Recorded exchanges: one JSON line each, in the shape that Microsoft's oav validator reads."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from remediator.sandbox.wire import Response

SECRET = ("authorization", "x-identity-header", "cookie")


class Recorder:
    """Appends exchanges to a file; tokens are left out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def keep(self, method: str, url: str, headers: Mapping[str, str], body: bytes, response: Response) -> None:
        """Write one exchange down."""
        line = json.dumps(
            {
                "liveRequest": {"method": method, "url": url, "headers": _plain(headers), "body": _json(body)},
                "liveResponse": {
                    "statusCode": str(response.status),
                    "headers": _plain(response.headers),
                    "body": _json(response.body),
                },
            }
        )
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _plain(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): "REDACTED" if name.lower() in SECRET else str(value) for name, value in dict(headers).items()}


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else {}
    except ValueError:
        return {}

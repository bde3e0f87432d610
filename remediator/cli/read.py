"""What lies in the files that a person names? Text and JSON from a file or stdin; bad input is a clear error."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from remediator.core.errors import Rejected

MOST_BYTES = 64 * 1024 * 1024
MOST_OF_AN_ESTATE = 2048 * 1024 * 1024  # ten thousand registries are a hundred megabytes


def text_of(path: Path | None, most: int = MOST_BYTES) -> str:
    """The text of a file, or of stdin for None and `-`; what is no UTF-8 is replaced. `Rejected("file-unreadable")`."""
    name = "stdin" if _stdin(path) else str(path)
    try:
        if path is None or _stdin(path):
            raw = sys.stdin.buffer.read(most + 1)
        else:
            with path.open("rb") as file:
                raw = file.read(most + 1)
    except OSError as error:
        raise Rejected("file-unreadable", f"reading {name}: {error.strerror or error}") from error
    if len(raw) > most:
        raise Rejected("file-unreadable", f"reading {name}: it is longer than {most // 2**20} MiB")
    return raw.decode("utf-8-sig", "replace")


def json_of(path: Path, what: str, most: int = MOST_BYTES) -> Any:
    """The JSON document in a file; `what` names it in the error, `Rejected("not-json")`."""
    try:
        return json.loads(text_of(path, most))
    except (ValueError, RecursionError) as error:
        raise Rejected("not-json", f"reading {what} {path}: it is not JSON: {error}") from error


def _stdin(path: Path | None) -> bool:
    return path is None or str(path) == "-"

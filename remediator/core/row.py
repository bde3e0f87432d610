"""What is stored: a row of the small store under everything that lasts, and one operation of a batch.

`ports.Rows` reads and writes them; what may stand in them is checked by `core.row_limits`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Row:
    """A stored document: `labels` are short strings to find it by, and the one named `rank` orders what is found."""

    partition: str
    key: str
    body: bytes
    labels: Mapping[str, str] = field(default_factory=dict)
    version: str = ""


@dataclass(frozen=True, slots=True)
class Write:
    """One operation of a batch. `version`: "" must not exist yet, "*" any, else exactly this one.

    With `body` None the row is deleted. `check` only asserts that the version still stands.
    """

    key: str
    body: bytes | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    check: bool = False

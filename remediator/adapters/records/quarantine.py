"""Where do payloads lie that we could not understand? `ports.Quarantine` over any `ports.Rows`.

Doors keep a malformed body here and answer 202, so that nothing is lost; a person looks with `names` and `read`.
Bodies are kept as they came: they may hold personal data, so they are shown to operators only and never logged.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from remediator.core.errors import Rejected
from remediator.core.row_limits import BATCH_BYTES, BODY_BYTES
from remediator.ports import Clock, Ids, Rows, Write

PARTITION = "quarantine"
KIND = "quarantine"
MOST_BYTES = BATCH_BYTES - 64 * 1024
REASON_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Kept:
    """A payload with the door that it came to, the time, and why it was not understood."""

    name: str
    door: str
    at: datetime
    reason: str
    body: bytes


class RowQuarantine:
    """Quarantine in rows: a head with the reason, and the body in as many rows as it takes."""

    def __init__(self, rows: Rows, clock: Clock, ids: Ids) -> None:
        self._rows, self._clock, self._ids = rows, clock, ids

    def keep(self, door: str, body: bytes, reason: str) -> str:
        """As `ports.Quarantine.keep`; `Rejected("payload-too-large")` beyond `MOST_BYTES` (2.7 MB)."""
        if len(body) > MOST_BYTES:
            raise Rejected("payload-too-large", f"keeping a payload of {len(body)} bytes, {MOST_BYTES} can be kept")
        name, at = self._ids.new(), self._clock.now()
        parts = [body[start : start + BODY_BYTES] for start in range(0, len(body), BODY_BYTES)]
        head = {"v": 1, "door": door, "at": at.isoformat(), "reason": reason[:REASON_LENGTH], "parts": len(parts)}
        writes = [Write(f"head-{name}", json.dumps(head).encode(), {"kind": KIND})]
        writes += [Write(f"body-{name}-{number}", part) for number, part in enumerate(parts)]
        self._rows.write(PARTITION, writes)
        return name

    def names(self) -> tuple[str, ...]:
        """What is kept, oldest first."""
        return tuple(row.key.removeprefix("head-") for row in self._rows.scan(PARTITION, "head-"))

    def read(self, name: str) -> Kept:
        """A kept payload; `Rejected("payload-unknown")`."""
        head = self._rows.get(PARTITION, f"head-{name}")
        if head is None:
            raise Rejected("payload-unknown", f"there is no kept payload {name!r}")
        known = json.loads(head.body)
        rows = [self._rows.get(PARTITION, f"body-{name}-{number}") for number in range(known["parts"])]
        body = b"".join(row.body for row in rows if row is not None)
        return Kept(name, known["door"], datetime.fromisoformat(known["at"]), known["reason"], body)

"""How many changes were made in the last hour, by anybody? `ports.Pace` over any `ports.Rows`.

One row for each window (everywhere, or a subscription) holds the times of the changes of the last hour. The rows of a
change are written before it in one batch, on the versions that were read: two processes never both take the last one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from remediator.core.errors import Misconfigured, Transient
from remediator.core.pace import seconds_until_one_more, within_the_hour
from remediator.ports import Clock, Rows, Write

PARTITION = "pace"
TRIES = 50
KEPT = 2000


class RowPace:
    """The times in one row; nothing is remembered."""

    def __init__(self, rows: Rows, clock: Clock) -> None:
        self._rows, self._clock = rows, clock

    def take(self, limits: Mapping[str, int | None]) -> float | None:
        """As `core.pace.Pace.take`; `Transient("lost-race")` when others were faster very many times."""
        for _ in range(TRIES):
            now = self._clock.now()
            read = {window: self._read(window) for window in limits}
            waits = [
                seconds_until_one_more(read[window][0], most, now)
                for window, most in limits.items()
                if most is not None
            ]
            longest = max((wait for wait in waits if wait is not None), default=None)
            if longest is not None:
                return longest
            counted = [
                Write(window, _encoded((*within_the_hour(made, now), now)[-KEPT:]), {}, version)
                for window, (made, version) in read.items()
            ]
            try:
                self._rows.write(PARTITION, counted)
            except Transient as lost:
                if lost.code != "lost-race":
                    raise
                continue
            return None
        raise Transient("lost-race", "counting a change: others were faster every time", retry_after=1.0)

    def _read(self, window: str) -> tuple[tuple[datetime, ...], str]:
        row = self._rows.get(PARTITION, window)
        if row is None:
            return (), ""
        try:
            made = tuple(datetime.fromisoformat(at) for at in json.loads(row.body)["at"])
            if any(at.tzinfo is None for at in made):
                raise ValueError("a time without a zone")
        except (ValueError, KeyError, TypeError) as error:
            raise Misconfigured(
                "document-damaged",
                f"reading how many changes were made: {error}",
                context={"document": "pace", "key": window},
                hint=f"delete the row {window} of the partition {PARTITION}; the count of the last hour begins anew",
            ) from error
        return made, row.version


def _encoded(made: tuple[datetime, ...]) -> bytes:
    return json.dumps({"v": 1, "at": [at.isoformat() for at in made]}).encode()

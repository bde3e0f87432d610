"""How many changes were made in the last hour, by anybody? `ports.Pace` over any `ports.Rows`.

One row holds the times of the changes of the last hour. It is written before each change, on the version that was read:
two processes never both take the last one.
"""

from __future__ import annotations

import json
from datetime import datetime

from remediator.core.errors import Misconfigured, Transient
from remediator.core.pace import seconds_until_one_more, within_the_hour
from remediator.ports import Clock, Rows, Write

PARTITION = "pace"
KEY = "changes"
TRIES = 50
KEPT = 2000


class RowPace:
    """The times in one row; nothing is remembered."""

    def __init__(self, rows: Rows, clock: Clock) -> None:
        self._rows, self._clock = rows, clock

    def take(self, most: int | None) -> float | None:
        """As `core.pace.Pace.take`; `Transient("lost-race")` when others were faster very many times."""
        for _ in range(TRIES):
            now = self._clock.now()
            made, version = self._read()
            wait = None if most is None else seconds_until_one_more(made, most, now)
            if wait is not None:
                return wait
            counting = (*within_the_hour(made, now), now)[-KEPT:]
            try:
                self._rows.write(PARTITION, [Write(KEY, _encoded(counting), {}, version)])
            except Transient as lost:
                if lost.code != "lost-race":
                    raise
                continue
            return None
        raise Transient("lost-race", "counting a change: others were faster every time", retry_after=1.0)

    def _read(self) -> tuple[tuple[datetime, ...], str]:
        row = self._rows.get(PARTITION, KEY)
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
                context={"document": "pace", "key": KEY},
                hint=f"delete the row {KEY} of the partition {PARTITION}; the count of the last hour begins anew",
            ) from error
        return made, row.version


def _encoded(made: tuple[datetime, ...]) -> bytes:
    return json.dumps({"v": 1, "at": [at.isoformat() for at in made]}).encode()

"""Is every write stopped? `ports.Switch` over any `ports.Rows`, or stopped by the setting REMEDIATOR_STOPPED.

`flow` asks before each write; `remediator stop` and `resume` turn it. Nothing is remembered: each question reads
the row, and a store that cannot be read raises, which stops writes as well.
"""

from __future__ import annotations

import json

from remediator.core.errors import Rejected
from remediator.ports import Clock, Rows, Write

PARTITION = "switch"
KEY = "stop"
REASON_LENGTH = 500


class RowSwitch:
    """The global stop in one row. `setting` is the reason given by the settings; it outranks the row."""

    def __init__(self, rows: Rows, clock: Clock, setting: str = "") -> None:
        self._rows, self._clock, self._setting = rows, clock, setting.strip()

    def stopped(self) -> str | None:
        """As `ports.Switch.stopped`; the reason says who stopped it and since when. A damaged row stops too."""
        if self._setting:
            return f"{self._setting} (setting REMEDIATOR_STOPPED)"
        row = self._rows.get(PARTITION, KEY)
        if row is None:
            return None
        try:
            known = json.loads(row.body)
            return f"{known['reason']} (stopped by {known['who']}, {known['at']})"
        except (ValueError, KeyError, TypeError):
            return "stopped; the row that says why is damaged"

    def stop(self, reason: str, who: str) -> None:
        """Stop every write; `who` is a non-personal id. `Rejected("reason-missing")` without a reason."""
        if not reason.strip():
            raise Rejected("reason-missing", "stopping every write: no reason was given")
        at = self._clock.now().isoformat(timespec="seconds")
        document = {"reason": reason.strip()[:REASON_LENGTH], "who": who, "at": at}
        self._rows.write(PARTITION, [Write(KEY, json.dumps(document).encode(), {}, "*")])

    def resume(self) -> bool:
        """Let writes go on; False when nothing was stopped. `Rejected("stopped-by-setting")` where the setting does it.

        `Transient("lost-race")` when somebody turned the switch at the same moment.
        """
        if self._setting:
            raise Rejected(
                "stopped-by-setting",
                "resuming: the setting REMEDIATOR_STOPPED stops every write",
                hint="remove the setting and restart the program",
            )
        row = self._rows.get(PARTITION, KEY)
        if row is None:
            return False
        self._rows.write(PARTITION, [Write(KEY, version=row.version)])
        return True

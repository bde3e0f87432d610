"""What is happening to an incident at this moment? Its journal, line by line, while the flow works on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from remediator.bootstrap import Runtime
from remediator.core.incident import Incident, JournalLine
from remediator.core.signal import Signal
from remediator.flow.heard import HeardIncidents
from remediator.ports import TakenIn

Tell = Callable[[Incident, JournalLine], None]


def watched(runtime: Runtime, tell: Tell) -> Runtime:
    """The same runtime, whose flow tells each journal line once it is saved. To be asked before work is started."""
    heard = HeardIncidents(runtime.flow.incidents, announce=False, listener=_Teller(tell))
    return replace(runtime, flow=replace(runtime.flow, incidents=heard))


@dataclass(frozen=True, slots=True)
class _Teller:
    """`heard.Listener` that tells of what was saved."""

    tell: Tell

    def took_in(self, signal: Signal, taken: TakenIn, fresh: Incident) -> None:
        """Nothing is told before somebody works on it."""

    def saved(self, before: Incident, after: Incident) -> None:
        """Each line that the save added."""
        for line in after.journal[len(before.journal) :]:
            self.tell(after, line)

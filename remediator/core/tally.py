"""What must an overview know of one incident? A line of it, small enough to be kept for ten thousand of them.

Made at each save by `adapters/records/case_rows` and folded by `core/overview_fold`. It is derived from the case file
alone and holds no person and no text from outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from remediator.core.desired import Decision
from remediator.core.how_long import since_when
from remediator.core.incident import Incident, Status
from remediator.core.signal import SignalSource
from remediator.core.subject import lets_in

# A person has to do something: answer, merge, or look.
WAITING = frozenset({Status.AWAITING_APPROVAL, Status.AWAITING_MERGE, Status.NEEDS_HUMAN})


@dataclass(frozen=True, slots=True)
class Tally:
    """One incident in a line.

    `subject` is an id. `rule` is that of its first finding, "" where nothing was found or nobody has looked; `since` is
    when it began as far as we know; `moved_at` is its last transition, which for an ended one is its end. `source` is
    that of the first signal, "" where it is not known; `alone` whether the policy let the plan be applied without
    asking. `address` and `closes_at` belong to an opening that stands.
    """

    incident: str
    subject: str
    status: Status
    opened_at: datetime
    since: datetime
    moved_at: datetime
    updated_at: datetime
    rule: str = ""
    source: str = ""
    alone: bool = False
    registries: int = 0
    subscription: str = ""
    address: str = ""
    closes_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether it waits for a person."""
        return self.status in WAITING

    @property
    def missed(self) -> bool:
        """Whether a sweep found it and no event had told of it before."""
        return self.source == SignalSource.SWEEP.value and bool(self.rule)

    @property
    def ended_at(self) -> datetime | None:
        """When it ended; None while it is open."""
        return self.moved_at if self.status.ended else None


def tally_of(incident: Incident) -> Tally:
    """The line of an incident as it stands."""
    found, opening = incident.diagnosis, incident.opening
    ruling = found.ruling if found is not None else None
    moves = [line.at for line in incident.journal if line.status is not None]
    standing = lets_in(incident)
    return Tally(
        incident.id,
        incident.subject.text,
        incident.status,
        incident.opened_at,
        since_when(incident),
        moves[-1] if moves else incident.opened_at,
        incident.updated_at or incident.opened_at,
        found.findings[0].rule if found is not None and found.findings else "",
        incident.signals[0].source.value if incident.signals else "",
        ruling is not None and ruling.decision is Decision.AUTO,
        len(incident.registries),
        _subscription(incident),
        opening.address if opening is not None and standing else "",
        opening.closes_at if opening is not None and standing else None,
    )


def _subscription(incident: Incident) -> str:
    named = (incident.subject, *incident.registries[:1])
    return next((one.subscription.lower() for one in named if one.subscription), "")

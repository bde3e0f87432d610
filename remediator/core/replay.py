"""What would have become of the past? A line for each incident that was played again, their sum, how policies differ.

Played by `flow/replay` in a sandbox; worded by `views/replay`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from remediator.core.desired import Decision
from remediator.core.incident import Incident, Status
from remediator.core.signal import Signal


@dataclass(frozen=True, slots=True)
class Played:
    """One incident as it was played: what was found and planned, what the policy said, and what became of it.

    `asked` says that people were asked, `alone` that the policy let it be done without; `wrong` says why what was done
    was wrong, "" where it was not: it was taken back or a person had to be called for it, a pull that worked stopped,
    or one that was reported as mended does not work. `name` tells apart what was played on its own.
    """

    name: str
    subject: str
    status: Status
    rules: tuple[str, ...] = ()
    changes: tuple[tuple[str, str], ...] = ()
    decision: str = ""
    way: str = ""
    reasons: tuple[str, ...] = ()
    asked: bool = False
    alone: bool = False
    signals: int = 0
    wrong: str = ""
    opened_at: datetime | None = None
    ended: str = ""

    @property
    def mended(self) -> bool:
        """Whether it ended well after changes."""
        return self.status is Status.RESOLVED and bool(self.changes)

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same incident under another policy."""
        return (self.name, self.subject.lower())


@dataclass(frozen=True, slots=True)
class Score:
    """What all of it adds up to."""

    incidents: int = 0
    asked: int = 0
    mended_alone: int = 0
    mended_after_yes: int = 0
    forbidden: int = 0
    reported: int = 0
    quiet: int = 0
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """An incident of which the two policies make something else; None where the other has no such incident."""

    ours: Played | None
    other: Played | None


def played_of(name: str, incident: Incident, wrong: str = "") -> Played:
    """The line of an incident after it was played."""
    found = incident.diagnosis
    ruling = found.ruling if found is not None and found.plan else None
    moves = [line.status for line in incident.journal if line.status is not None]
    return Played(
        name,
        incident.subject.text,
        incident.status,
        tuple(dict.fromkeys(one.rule for one in found.findings)) if found is not None else (),
        tuple((one.kind.value, one.target.text) for one in found.plan.changes) if found is not None else (),
        ruling.decision.value if ruling is not None else "",
        incident.chosen_way.value if ruling is not None else "",
        ruling.reasons if ruling is not None else (),
        Status.AWAITING_APPROVAL in moves,
        ruling is not None and ruling.decision is Decision.AUTO and Status.APPROVED in moves,
        max(incident.signal_count, len(incident.signals)),
        wrong or wrong_by_itself(incident),
        incident.opened_at,
        incident.journal[-1].what if incident.journal else "",
    )


def wrong_by_itself(incident: Incident) -> str:
    """Why the case file itself says that what was done was wrong; "" where it does not."""
    if incident.execution is None or not any(step.wrote for step in incident.execution.steps):
        return ""
    if incident.status is Status.ROLLED_BACK:
        return "it was taken back"
    return "a person was called after changes were made" if incident.status is Status.NEEDS_HUMAN else ""


def score(played: Iterable[Played]) -> Score:
    """What they add up to."""
    lines = tuple(played)
    return Score(
        len(lines),
        sum(one.asked for one in lines),
        sum(one.mended and one.alone for one in lines),
        sum(one.mended and one.asked for one in lines),
        sum(one.status is Status.FORBIDDEN for one in lines),
        sum(one.status is Status.REPORTED for one in lines),
        sum(one.status in (Status.NO_DRIFT, Status.JOINED) for one in lines),
        sum(bool(one.wrong) for one in lines),
    )


def differences(ours: Sequence[Played], other: Sequence[Played]) -> tuple[Difference, ...]:
    """Of which incidents the two make something else, in the order in which they were played."""
    before = {one.key: one for one in other}
    now = {one.key for one in ours}
    found = [Difference(one, before.get(one.key)) for one in ours if _differ(one, before.get(one.key))]
    return (*found, *(Difference(None, one) for one in other if one.key not in now))


def in_order(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    """By their time; one that tells none comes where it stood, after what was before it."""
    timed: list[tuple[datetime | None, int, Signal]] = []
    last: datetime | None = None
    for number, signal in enumerate(signals):
        last = signal.at or last
        timed.append((last, number, signal))
    known = [at for at, _, _ in timed if at is not None]
    first = min(known, default=None)
    return tuple(signal for _, _, signal in sorted(timed, key=lambda one: _place(one[0] or first, one[1])))


def _place(at: datetime | None, number: int) -> tuple[float, int]:
    return (at.timestamp() if at is not None else 0.0, number)


def _differ(one: Played, other: Played | None) -> bool:
    if other is None:
        return True
    return any(
        getattr(one, name) != getattr(other, name)
        for name in ("status", "rules", "changes", "decision", "way", "asked", "alone", "wrong")
    )

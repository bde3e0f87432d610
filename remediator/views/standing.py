"""What holds for incidents beside their case files: is every write stopped, and which others joined one?

Pages, mails, the terminal and the HTTP API say it in these words: nobody shall take a stopped program for a slow one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from remediator.core.incident import Incident, Status
from remediator.core.resource_id import ResourceId
from remediator.core.words import counted
from remediator.views.plain import plain, without_addresses

MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """`stopped` is why every write is stopped, "" where it is not; `joined` are the incidents with the same cause."""

    stopped: str = ""
    joined: tuple[Incident, ...] = ()


def stopped_sentence(reason: str) -> str:
    """What everybody should know while every write is stopped, "" while it is not."""
    if not reason:
        return ""
    said = without_addresses(reason, 600)
    return f"Every write to Azure is stopped: {said}. Signals are taken in and plans are made; none is carried out"


def standing_document(standing: Standing) -> dict[str, Any]:
    """`stopped` (null or the reason) and `joined`, as the JSON of one incident has them."""
    joined = [
        {
            "id": one.id,
            "subject": one.subject.text,
            "status": one.status.value,
            "signal_count": max(one.signal_count, len(one.signals)),
            "signals": [{"source": s.source.value, "id": without_addresses(s.id, 200)} for s in one.signals],
        }
        for one in standing.joined
    ]
    return {"stopped": without_addresses(standing.stopped, 600) or None, "joined": joined}


def joined_lines(joined: Sequence[Incident]) -> tuple[str, ...]:
    """One line for each incident that joined: what it is about, and how many signals it had."""
    lines = [
        f"{plain(one.subject.name, 80)}: {counted(max(one.signal_count, len(one.signals)), 'signal')} ({one.id})"
        for one in joined[:MOST_NAMED]
    ]
    return (*lines, *_rest(len(joined)))


def registries_named(registries: Sequence[ResourceId]) -> tuple[str, ...]:
    """The registries that an incident concerns, one a line; nothing where it is one that its title names anyway."""
    if len(registries) < 2:
        return ()
    lines = [f"{plain(one.name, 80)} in {plain(one.resource_group, 90)}" for one in registries[:MOST_NAMED]]
    return (*lines, *_rest(len(registries)))


def may_be_joined(incident: Incident) -> bool:
    """Whether others can have joined it: it has a plan, or people were told."""
    return incident.diagnosis is not None and incident.status not in (Status.OPEN, Status.JOINED, Status.NO_DRIFT)


def _rest(number: int) -> tuple[str, ...]:
    return (f"and {number - MOST_NAMED} more",) if number > MOST_NAMED else ()

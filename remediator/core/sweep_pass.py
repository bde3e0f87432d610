"""One pass over everything, shared by several workers: how far is it, and what is remembered of what was found?

`Sweeps` keeps it. There is one pass at a time: it is read by whoever has its lease, cut into parts, judged part by part
by anybody, and ended by whoever judges the last one. Called by `flow.sweep_pass`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from remediator.core.sweep import Swept

# Whoever does the next step is taken for dead when nothing has happened for so long: it is asked for again.
STALLED = timedelta(minutes=10)
# A pass that cannot be ended is given up, so that the next one begins.
LONGEST = timedelta(hours=6)


class Stage(StrEnum):
    """How far a pass is."""

    READING = "reading"
    JUDGING = "judging"
    DONE = "done"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True)
class SweepPass:
    """A pass. `touched` is when it last got on; the counts are known once it was read."""

    id: str
    began: datetime
    touched: datetime
    stage: Stage = Stage.READING
    parts: int = 0
    registries: int = 0
    rows: int = 0
    requests: int = 0
    missed: int = 0
    subscriptions: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.stage in (Stage.DONE, Stage.GIVEN_UP)

    def stalled(self, now: datetime) -> bool:
        """Whether nothing has happened for long."""
        return now - self.touched >= STALLED

    def at(self, now: datetime, stage: Stage) -> SweepPass:
        """The pass as it is from now on."""
        return replace(self, touched=now, stage=stage)


@dataclass(frozen=True, slots=True)
class KnownSighting:
    """What became of a sighting: its incident ("" while it is being made known), when and in which pass it was told,
    and whether no event had told."""

    incident: str
    at: datetime
    sweep: str
    missed: bool


class Sightings(Protocol):
    """Remembers which sightings were made known, by their fingerprint."""

    def known(self, fingerprint: str) -> tuple[KnownSighting | None, str]:
        """What became of a sighting, None for one that is new; and the version of that."""
        ...

    def claim(self, fingerprint: str, known: KnownSighting, version: str) -> bool:
        """Keep that somebody is about to make it known; False when another sweep was faster."""
        ...

    def remember(self, fingerprint: str, known: KnownSighting) -> None:
        """Keep what became of it, by whoever claimed it."""
        ...


class Sweeps(Protocol):
    """Keeps the pass, its parts and what was found in them."""

    def current(self) -> tuple[SweepPass | None, str]:
        """The last pass that was begun, with its version."""
        ...

    def save(self, one: SweepPass, version: str) -> str:
        """Store it; its new version. `Transient("lost-race")` when somebody else did in between."""
        ...

    def keep_part(self, sweep: str, number: int, packed: Sequence[bytes]) -> None:
        """Store a packed part, over what is there."""
        ...

    def part(self, sweep: str, number: int) -> tuple[bytes, ...]:
        """A packed part; () where there is none any more."""
        ...

    def keep_found(self, sweep: str, number: int, found: Swept, missed: Mapping[str, int]) -> None:
        """Store what was found in a part, and how much of it no event had told, by subscription."""
        ...

    def judged(self, sweep: str) -> tuple[int, ...]:
        """The numbers of the parts that were judged, in order."""
        ...

    def found(self, sweep: str, number: int) -> tuple[Swept, Mapping[str, int]]:
        """What was found in a part."""
        ...

    def clear(self, sweep: str) -> None:
        """Drop the parts of a pass and what was found in them."""
        ...

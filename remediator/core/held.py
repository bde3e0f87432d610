"""What does the store hand over with a case file? `ports.Incidents` gives these, and takes `Held` back at a save."""

from __future__ import annotations

from dataclasses import dataclass

from remediator.core.incident import Incident
from remediator.core.signal import Signal


@dataclass(frozen=True, slots=True)
class Held:
    """An incident with the versions that were read with it; `letters` are the signals that came meanwhile."""

    incident: Incident
    version: str
    mailbox_version: str
    letters: tuple[Signal, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a signal: the incident that has it, and whether that one was open already."""

    incident: str
    joined: bool
